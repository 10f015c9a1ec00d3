package mail

import (
	"context"
	"net"
)

// Dial replaces the system's way to connect, for tests.
func (s *Sender) Dial(by func(ctx context.Context, network, address string) (net.Conn, error)) {
	s.dial = by
}

package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Listen opens the address of the settings, with TLS if they say so. Plain http
// happens only where [config.Config.Check] allows it.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if s.certificates == nil {
		return l, nil
	}
	return tls.NewListener(l, s.certificates.config()), nil
}

// InUse reports whether an error of [Server.Listen] says that another program has the
// port.
func InUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

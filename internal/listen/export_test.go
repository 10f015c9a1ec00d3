package listen

import (
	"crypto/tls"
	"log/slog"
	"time"
)

// Fetched is a certificate that an authority hands out, for tests, and what looks at it.
func Fetched(
	host string, now func() time.Time, log *slog.Logger, from func() (*tls.Certificate, error),
) (get func(*tls.ClientHelloInfo), look func()) {
	f := &fetched{from: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return from() }, host: host, now: now, log: log}
	return func(hello *tls.ClientHelloInfo) { _, _ = f.get(hello) }, func() { f.Look(false) }
}

// ShareSocket lets the group of a socket connect, for tests.
var ShareSocket = shareSocket

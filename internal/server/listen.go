package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"

	"keyturn/internal/config"
)

// Listen opens the address of the settings, with TLS if they say so. Plain http
// happens only where [config.Config.Check] allows it.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	l, err := listen(ctx, s.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if s.certificates == nil {
		return l, nil
	}
	return tls.NewListener(l, s.certificates.config()), nil
}

// listen opens a port, or a socket that its owner and its group may connect to. A socket
// that a server left behind when it was killed is replaced.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var by net.ListenConfig
	file, ok := config.Socket(address)
	if !ok {
		return by.Listen(ctx, "tcp", address)
	}
	l, err := by.Listen(ctx, "unix", file)
	if InUse(err) && abandoned(ctx, file) {
		_ = os.Remove(file) // if it can't be, the next try says so
		l, err = by.Listen(ctx, "unix", file)
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(file, 0o660); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// abandoned reports whether a file is a socket at which nobody listens.
func abandoned(ctx context.Context, file string) bool {
	if info, err := os.Lstat(file); err != nil || info.Mode().Type() != fs.ModeSocket {
		return false
	}
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", file)
	if err == nil {
		_ = c.Close() // somebody does
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// InUse reports whether an error of [Server.Listen] says that another program has the
// port.
func InUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

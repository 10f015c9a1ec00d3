package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"keyturn/internal/config"
)

// Listen opens the address of the settings, with TLS if they say so, and with it all others
// at which [Server.Serve] will answer: who has it knows that none of them fails. Plain http
// happens only where [config.Config.Check] allows it.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	l, err := s.open(ctx, s.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if err := s.listenAside(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if s.certificates == nil {
		return l, nil
	}
	return tls.NewListener(l, s.certificates.config()), nil
}

// A Hold keeps addresses that were opened before a server is: by root, which may open ports
// that others may not, and then became somebody else.
type Hold struct{ open map[string]net.Listener }

// HoldAddresses opens the ports at which a server of these settings listens. Who the server
// is by then opens what couldn't be opened, or says why not; and the sockets, which are that
// user's to be.
func HoldAddresses(ctx context.Context, c config.Config) *Hold {
	h := &Hold{open: map[string]net.Listener{}}
	plain, _ := redirectAt(c)
	for _, address := range []string{c.Listen, c.Health, plain} {
		if _, socket := config.Socket(address); socket || address == "" || h.open[address] != nil {
			continue
		}
		if l, err := listen(ctx, address); err == nil {
			h.open[address] = l
		}
	}
	return h
}

// Close closes what nobody has taken.
func (h *Hold) Close() (err error) {
	if h == nil {
		return nil
	}
	for _, l := range h.open {
		err = errors.Join(err, l.Close())
	}
	return err
}

// open is listen, or what is held of it.
func (s *Server) open(ctx context.Context, address string) (net.Listener, error) {
	if h := s.with.Hold; h != nil && h.open[address] != nil {
		l := h.open[address]
		delete(h.open, address)
		return l, nil
	}
	return listen(ctx, address)
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
	if err := shareSocket(file); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// shareSocket lets the group of a socket connect. It follows no link out of the folder, which
// may be somebody else's where root serves. Attack A118.
func shareSocket(file string) error {
	folder, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer folder.Close() // nothing was written
	return folder.Chmod(filepath.Base(file), 0o660)
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

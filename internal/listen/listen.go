// Package listen opens where a server answers, and has the certificate by which it is known
// there: a pair of files that somebody renews, or one that is fetched from an authority.
package listen

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// A Hold keeps addresses that were opened before a server is: by root, which may open ports
// that others may not, and then became somebody else.
type Hold struct{ open map[string]net.Listener }

// NewHold opens ports. Who the server is by then opens what couldn't be opened, or says why
// not; and the sockets, which are that user's to be. An empty address is none.
func NewHold(ctx context.Context, ports ...string) *Hold {
	h := &Hold{open: map[string]net.Listener{}}
	for _, address := range ports {
		if address == "" || h.open[address] != nil {
			continue
		}
		if l, err := Open(ctx, TCP, address); err == nil {
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

// Open is [Open], or what is held of it. A nil Hold holds nothing.
func (h *Hold) Open(ctx context.Context, network, address string) (net.Listener, error) {
	if h != nil && h.open[address] != nil {
		l := h.open[address]
		delete(h.open, address)
		return l, nil
	}
	return Open(ctx, network, address)
}

// What a server listens at.
const (
	TCP    = "tcp"  // host:port
	Socket = "unix" // a file
)

// Open opens a port, or a socket that its owner and its group may connect to. A socket
// that a server left behind when it was killed is replaced.
func Open(ctx context.Context, network, address string) (net.Listener, error) {
	var by net.ListenConfig
	if network != Socket {
		return by.Listen(ctx, network, address)
	}
	l, err := by.Listen(ctx, network, address)
	if InUse(err) && abandoned(ctx, address) {
		_ = os.Remove(address) // if it can't be, the next try says so
		l, err = by.Listen(ctx, network, address)
	}
	if err != nil {
		return nil, err
	}
	if err := shareSocket(address); err != nil {
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

// InUse reports whether an error of [Open] says that another program has the port.
func InUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

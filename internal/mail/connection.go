package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

var (
	errLate      = errors.New("the mail server took longer than mail.patience")
	errElsewhere = errors.New("the mail server isn't on this machine, and nothing would be encrypted")
	errBabble    = errors.New("the mail server said more than 1 MiB")
)

// most is how much a mail server may say on one connection, in bytes, its encryption
// counted: real ones say some thousands. The library keeps a reply whole, whoever sent it.
const most = 1 << 20

// A connection is one to the mail server, after its greeting and as encrypted as the
// settings want it.
type connection struct {
	library *gomail.Client
	talk    *smtp.Client
}

// open opens a connection, which ends at the latest with ctx.
func (s *Sender) open(ctx context.Context) (*connection, error) {
	library, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	talk, err := library.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, quoted{err}
	}
	return &connection{library, talk}, nil
}

// end says goodbye.
func (c *connection) end() error {
	if err := c.library.CloseWithSMTPClient(c.talk); err != nil {
		return quoted{err}
	}
	return nil
}

// tls is the state of the encryption; nil: there is none.
func (c *connection) tls() *tls.ConnectionState {
	state, err := c.talk.GetTLSConnectionState()
	if err != nil {
		return nil
	}
	return state
}

// client is the library's, for a connection that ends with life. It never logs in by
// itself: see [Sender.login].
func (s *Sender) client(life context.Context) (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	encryption := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	reach := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return s.reach(ctx, life, network, encryption)
	}
	options := []gomail.Option{gomail.WithPort(n), gomail.WithTimeout(s.Patience), gomail.WithHELO(s.Host), gomail.WithoutNoop(),
		gomail.WithoutRset(), gomail.WithTLSConfig(encryption), gomail.WithDialContextFunc(reach)}
	switch s.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithSSL())
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	return gomail.NewClient(host, options...)
}

// reach connects within ctx; the connection is cut when life ends, whatever it waits for.
// Nothing unencrypted leaves this machine, whatever a name was resolved to.
func (s *Sender) reach(ctx, life context.Context, network string, encryption *tls.Config) (net.Conn, error) {
	dial := s.dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	raw, err := dial(ctx, network, s.Server)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(life, func() { _ = raw.Close() })
	raw = &heeded{raw, io.LimitedReader{R: raw, N: most}}
	switch s.Security {
	case StartTLS:
		return raw, nil
	case TLS:
		c := tls.Client(raw, encryption)
		return c, c.HandshakeContext(ctx)
	}
	if at, ok := raw.RemoteAddr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		return nil, errElsewhere
	}
	return raw, nil
}

// heeded is a connection that is listened to up to a limit. It lies beneath the encryption,
// so that it also holds for what nobody has shown a certificate for. Attack A122.
type heeded struct {
	net.Conn
	left io.LimitedReader
}

// Read implements [io.Reader].
func (c *heeded) Read(to []byte) (int, error) {
	if c.left.N <= 0 {
		return 0, errBabble
	}
	return c.left.Read(to)
}

// inTime says of an error, too, that the time was over. It looks at the clock since a
// deadline of the connection may be noticed before that of ctx.
func inTime(ctx context.Context, err error) error {
	if err != nil && late(ctx) {
		return fmt.Errorf("%w: %w", errLate, err)
	}
	return err
}

// late reports whether the time of ctx is over, by the clock.
func late(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ok && !time.Now().Before(end)
}

// over reports whether nobody waits any more.
func over(ctx context.Context) bool { return ctx.Err() != nil || late(ctx) }

// Package mail hands letters to the operator's mail server. It is the only package
// that knows SMTP and MIME; what a letter says is package notice's.
package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"keyturn"
	"keyturn/internal/notice"
)

// Kinds of security between this server and the mail server.
const (
	StartTLS = "starttls" // RFC 3207, and never without it
	TLS      = "tls"      // from the first byte, RFC 8314
	None     = "none"     // for a mail server on this machine
)

// A Sender hands letters to one mail server. Its fields are set before use; it is safe
// for concurrent use.
type Sender struct {
	Server   string // HOST:PORT
	Security string // one of the kinds above
	User     string // empty: no login; else never without one
	Password keyturn.Secret
	Auth     string // kind of the login, of [Kinds]; empty, or [Auto]: whichever is accepted
	From     string // address of the letters
	Name     string // of the organisation, beside it
	Host     string // of the public address: that of message ids, and what the mail server is told
	Patience time.Duration
	Roots    *x509.CertPool // nil: those of the system

	turns turns
	dial  func(ctx context.Context, network, address string) (net.Conn, error) // nil: the system's
}

// Send hands a letter over and returns when the mail server has taken it. It returns
// [notice.ErrAddress] if the mail server knows the address to be wrong; any other error
// may pass. Both have the mail server's words, for the log. No error holds an address.
func (s *Sender) Send(ctx context.Context, l notice.Message) error {
	m, err := s.message(l)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	c, err := s.login(ctx)
	if err != nil {
		return fmt.Errorf("mail: %w", inTime(ctx, err))
	}
	if err := s.writable(c, l.To); err != nil {
		return errors.Join(err, c.end())
	}
	// A letter that is said to need SMTPUTF8 no further mail server takes without, RFC 6531 §3.4.
	c.talk.SkipSMTPUTF8(!NeedsUTF8(s.From) && !NeedsUTF8(l.To))
	err = c.library.SendWithSMTPClient(c.talk, m)
	if m.IsDelivered() {
		_ = c.end()
		return nil // whatever became of the connection then
	}
	return inTime(ctx, plain(err, l.To))
}

// Check connects and logs in, and sends nothing.
func (s *Sender) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	c, err := s.login(ctx)
	if err != nil {
		return inTime(ctx, err)
	}
	return inTime(ctx, errors.Join(s.writable(c, ""), c.end()))
}

// NeedsUTF8 reports whether only a mail server that offers SMTPUTF8 takes an address: its
// domain has a form for all others, what stands before the @ has none (RFC 6531 §3.1).
func NeedsUTF8(address string) bool {
	return strings.ContainsFunc(ascii(address), func(r rune) bool { return r > unicode.MaxASCII })
}

// writable returns [notice.ErrAddress], or an error about the sender's address, if the mail
// server can't be told the address as it is.
func (s *Sender) writable(c *connection, to string) error {
	if offered, _ := c.talk.Extension("SMTPUTF8"); offered {
		return nil
	}
	const why = "it isn't ASCII before the @, and the mail server doesn't offer SMTPUTF8"
	switch {
	case NeedsUTF8(s.From):
		return errors.New("mail: the sender's address: " + why)
	case NeedsUTF8(to):
		return fmt.Errorf("%w: %s", notice.ErrAddress, why)
	}
	return nil
}

// message is a letter as it travels. An address or a subject that would end its header
// is refused or encoded by the library; the letter's own texts have no line feeds.
func (s *Sender) message(l notice.Message) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.FromFormat(s.Name, ascii(s.From)); err != nil {
		return nil, errors.New("mail: the sender's address is none")
	}
	if strings.ContainsAny(l.To+l.Subject, "\r\n") {
		return nil, notice.ErrAddress
	}
	if err := m.To(ascii(l.To)); err != nil {
		return nil, notice.ErrAddress
	}
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(l.ID + "@" + s.Host)
	m.SetDateWithValue(l.At)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's vacation answers it
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}

// ascii writes the domain of an address as every mail server takes it, RFC 5890: one that
// doesn't offer SMTPUTF8 refuses any other.
func ascii(address string) string {
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if at < 0 || err != nil {
		return address // the library says what is wrong with it
	}
	return address[:at+1] + domain
}

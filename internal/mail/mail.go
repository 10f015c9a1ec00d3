// Package mail hands letters to the operator's mail server. It is the only package
// that knows SMTP and MIME; what a letter says is package notice's.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

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
	User     string // empty: the mail server asks for none
	Password string
	From     string // address of the letters
	Name     string // of the organisation, beside it
	Host     string // of the public address: that of message ids, and what the mail server is told
	Patience time.Duration
	Roots    *x509.CertPool // nil: those of the system
}

// Send hands a letter over and returns when the mail server has taken it. It returns
// [notice.ErrAddress] if the mail server knows the address to be wrong; any other error
// may pass. Both have the mail server's words, for the log. No error holds an address.
func (s *Sender) Send(ctx context.Context, l notice.Message) error {
	m, err := s.message(l)
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	err = c.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		return nil // whatever became of the connection then
	}
	return plain(err, l.To)
}

// Check connects and logs in, and sends nothing.
func (s *Sender) Check(ctx context.Context) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	return c.Close()
}

// message is a letter as it travels. An address or a subject that would end its header
// is refused or encoded by the library; the letter's own texts have no line feeds.
func (s *Sender) message(l notice.Message) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.FromFormat(s.Name, s.From); err != nil {
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

func (s *Sender) client() (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("mail: port: %w", err)
	}
	options := []gomail.Option{gomail.WithTimeout(s.Patience), gomail.WithHELO(s.Host), gomail.WithoutNoop(), gomail.WithoutRset(),
		gomail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12})}
	switch s.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithSSL())
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return gomail.NewClient(host, append(options, gomail.WithPort(n))...)
}

// plain says what went wrong, in the words of the mail server too, which mostly repeat the
// address that they are about: it is taken out.
func plain(err error, to string) error {
	refused, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return fmt.Errorf("mail: %w", err)
	}
	if refused.Reason == gomail.ErrSMTPRcptTo && nobody(refused.ErrorCode(), refused.EnhancedStatusCode()) {
		return fmt.Errorf("%w: %s", notice.ErrAddress, words(refused, to))
	}
	return fmt.Errorf("mail: status %d %s, %s", refused.ErrorCode(), refused.EnhancedStatusCode(), words(refused, to))
}

const mostWords = 300 // runes of what a mail server says

// words are what the mail server said, on one line, without anything that has an @, and
// without the part of the letter's address before it.
func words(refused *gomail.SendError, to string) string {
	said, _, _ := strings.Cut(refused.Error(), ", affected ") // the library's own list of addresses
	local, _, _ := strings.Cut(to, "@")
	kept := strings.Fields(said)
	for i, word := range kept {
		if strings.Contains(word, "@") || strings.EqualFold(strings.TrimFunc(word, notOfNames), strings.TrimFunc(local, notOfNames)) {
			kept[i] = "…"
		}
	}
	line := []rune(strings.Join(kept, " "))
	return string(line[:min(len(line), mostWords)])
}

// notOfNames tells what stands around a name in a sentence.
func notOfNames(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// nobody reports whether a refusal says that there is no such mailbox: 5.1.x of RFC 3463
// §3.2, or one of the codes of RFC 5321 §4.2.3 that mean it. Any other, such as a policy or
// a full mailbox, may pass.
func nobody(code int, enhanced string) bool {
	if enhanced != "" && !strings.HasPrefix(enhanced, "5.0.") { // "other or undefined"
		return strings.HasPrefix(enhanced, "5.1.")
	}
	return code == 550 || code == 551 || code == 553
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

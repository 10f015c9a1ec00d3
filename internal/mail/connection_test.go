package mail_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/mail"
	"keyturn/internal/mail/mailtest"
)

// A mail server that speaks TLS from the first byte gets letters, also by a login that is
// bound to the encryption.
func TestEncryptedFromTheFirstByte(t *testing.T) {
	for _, kind := range []string{"PLAIN", "SCRAM-SHA-256-PLUS"} {
		s := mailtest.StartTLS(t)
		s.Offer = []string{kind}
		m := sender(s)
		m.Security = mail.TLS
		if err := m.Send(t.Context(), letter); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		m.Roots = nil
		if err := m.Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s, a certificate that nobody knows: %v", kind, err)
		}
	}
}

// Without encryption one logs in at a mail server on this machine, whatever it offers.
func TestUnencryptedOnThisMachine(t *testing.T) {
	for _, kind := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"} {
		s := mailtest.Start(t)
		s.Offer, s.Unencrypted = []string{kind}, true
		m := sender(s)
		m.Security = mail.None
		if err := m.Send(t.Context(), letter); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// elsewhere is a connection to another machine.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25} }

// "localhost" may lead elsewhere: neither a password nor a letter goes there unencrypted.
func TestNothingUnencryptedElsewhere(t *testing.T) {
	for _, user := range []string{mailtest.User, ""} {
		s := mailtest.Start(t)
		s.Offer, s.Unencrypted = []string{"PLAIN"}, true
		if user == "" {
			s.Offer = []string{}
		}
		m := sender(s)
		m.Server, m.Security, m.User = "localhost:25", mail.None, user
		m.Dial(func(context.Context, string, string) (net.Conn, error) {
			c, err := net.Dial("tcp", s.Addr)
			return elsewhere{c}, err
		})
		if err := m.Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "isn't on this machine") {
			t.Errorf("user %q: %v", user, err)
		}
		if len(s.Logins())+len(s.Letters()) > 0 {
			t.Errorf("user %q: logins %v, letters %v", user, s.Logins(), s.Letters())
		}
	}
}

// The address of a mail server may be one of IPv6.
func TestIPv6(t *testing.T) {
	s := mailtest.Start(t)
	s.Unencrypted = true
	m := sender(s)
	m.Server, m.Security = "[::1]:587", mail.None
	var asked []string
	m.Dial(func(_ context.Context, network, address string) (net.Conn, error) {
		asked = append(asked, network+" "+address)
		return net.Dial("tcp", s.Addr)
	})
	if err := m.Send(t.Context(), letter); err != nil || !slices.Equal(asked, []string{"tcp [::1]:587"}) {
		t.Errorf("%v, asked for %q", err, asked)
	}
}

// counted is a connection that counts what was read from it. One that babbles says the
// same again and again, and takes whatever it is told.
type counted struct {
	net.Conn
	babble string
	read   *int
}

func (c counted) Read(to []byte) (n int, err error) {
	if c.babble == "" {
		n, err = c.Conn.Read(to)
	} else if n = copy(to, c.babble); *c.read > 64<<20 {
		return 0, errors.New("the test has said enough")
	}
	*c.read += n
	return n, err
}

// A122: a greeting or another reply without an end is listened to for 1 MiB, also of who
// hasn't shown a certificate; so is one line without an end.
func TestA122EndlessReply(t *testing.T) {
	for _, tt := range []struct{ name, security, greeting, login string }{
		{"lines before the encryption", mail.StartTLS, "220-" + strings.Repeat("A", 996) + "\r\n", ""},
		{"a line before the encryption", mail.StartTLS, strings.Repeat("2", 1000), ""},
		{"lines within the encryption", mail.StartTLS, "", "334-" + strings.Repeat("A", 996) + "\r\n"},
		{"lines within one from the first byte", mail.TLS, "", "334-" + strings.Repeat("A", 996) + "\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := map[string]func(testing.TB) *mailtest.Server{mail.StartTLS: mailtest.Start, mail.TLS: mailtest.StartTLS}[tt.security](t)
			s.Babble = tt.login
			m, read := sender(s), 0
			m.Security = tt.security
			m.Dial(func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := new(net.Dialer).DialContext(ctx, network, address)
				return counted{c, tt.greeting, &read}, err
			})
			err := m.Send(t.Context(), letter)
			if err == nil || read > 1<<20 || !strings.Contains(err.Error(), "said more than 1 MiB") {
				t.Errorf("%d bytes were read: %v", read, err)
			}
		})
	}
}

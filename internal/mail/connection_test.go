package mail_test

import (
	"context"
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

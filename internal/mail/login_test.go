package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"keyturn"
	"keyturn/internal/mail"
	"keyturn/internal/mail/mailtest"
)

// cyrus is what a mail server offers on which every plug-in of Cyrus SASL is installed.
const cyrus = "SCRAM-SHA-1 SCRAM-SHA-256 GS2-IAKERB GS2-KRB5 GSSAPI GSS-SPNEGO DIGEST-MD5 OTP CRAM-MD5 NTLM PLAIN LOGIN ANONYMOUS"

// unspoken are the kinds among them that nobody here speaks.
var unspoken = []string{"GS2-IAKERB", "GS2-KRB5", "GSSAPI", "GSS-SPNEGO", "DIGEST-MD5", "OTP", "ANONYMOUS"}

// Whatever the one kind is by which a mail server lets in, the first letter arrives at its
// first try, by each kind once at most, and the second begins with that one.
func TestTheKindThatIsAccepted(t *testing.T) {
	for _, list := range []string{"NTLM LOGIN", "CRAM-MD5 PLAIN LOGIN", "SCRAM-SHA-256 PLAIN", cyrus, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1"} {
		for _, kind := range strings.Fields(list) {
			for _, closes := range []bool{false, true} {
				if !slices.Contains(unspoken, kind) {
					t.Run(list+"/"+kind+map[bool]string{true: "/closes"}[closes], func(t *testing.T) { testAccepted(t, list, kind, closes) })
				}
			}
		}
	}
}

func testAccepted(t *testing.T, list, kind string, closes bool) {
	s := mailtest.Start(t)
	s.Offer, s.Accept, s.Closes = strings.Fields(list), []string{kind}, closes
	m := sender(s)
	for range 2 {
		if err := m.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	all := s.Logins()
	first := all[:len(all)-1]
	if s.Wait(t, 2); all[len(first)] != kind || first[len(first)-1] != kind || !once(first) {
		t.Errorf("logins %v, want each once until %s, and then %s", all, kind, kind)
	}
}

func once(all []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(all)))) == len(all)
}

// However a mail server says that it doesn't accept a kind, or if it just hangs up (0), the
// next one is tried.
func TestRefusalsOfAKind(t *testing.T) {
	for _, code := range []int{0, 432, 454, 500, 501, 504, 530, 534, 535, 538, 550} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			s := mailtest.Start(t)
			s.Offer, s.Accept, s.Closes = []string{"CRAM-MD5", "PLAIN"}, []string{"PLAIN"}, code == 0
			s.Refusal = func(string) *smtp.SMTPError { return &smtp.SMTPError{Code: code, Message: "no"} }
			if err := sender(s).Send(t.Context(), letter); err != nil {
				t.Error(err)
			}
		})
	}
}

// Letters that are sent at the same time all find the kind.
func TestLoginsAtOnce(t *testing.T) {
	s := mailtest.Start(t)
	s.Offer, s.Accept = strings.Fields("SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN"), []string{"LOGIN"}
	m := sender(s)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := m.Send(t.Context(), letter); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// A wrong password is shown once by each kind, and then once for each try at a letter, in
// turn; the error says what each kind was told. As soon as it is right, letters are sent.
func TestWrongPassword(t *testing.T) {
	s := mailtest.Start(t)
	s.Offer, s.Accept = strings.Fields(cyrus), []string{"PLAIN"}
	m := sender(s)
	m.Password = "wrong"
	err := m.Send(t.Context(), letter)
	want := []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "NTLM"}
	if !errors.Is(err, mail.ErrLogin) || !slices.Equal(s.Logins(), want) {
		t.Fatalf("%v after the logins %v, want %v", err, s.Logins(), want)
	}
	for _, kind := range want {
		if !strings.Contains(err.Error(), kind+`: 535 "5.7.8 Authentication failed"`) {
			t.Errorf("%s is missing in: %v", kind, err)
		}
	}
	for range want {
		if err := m.Send(t.Context(), letter); !errors.Is(err, mail.ErrLogin) {
			t.Fatal(err)
		}
	}
	if got := s.Logins()[len(want):]; !slices.Equal(got, want) {
		t.Errorf("six letters were tried by the logins %v, want %v", got, want)
	}
	m.Password = mailtest.Password
	for range 4 {
		err = m.Send(t.Context(), letter)
	}
	if got := s.Logins()[2*len(want):]; err != nil || !slices.Equal(got, want[:4]) {
		t.Errorf("%v after the logins %v, want %v", err, got, want[:4])
	}
}

// A mail server that has heard enough is left alone.
func TestEnoughTries(t *testing.T) {
	s := mailtest.Start(t)
	s.Offer = strings.Fields("SCRAM-SHA-256 CRAM-MD5 PLAIN")
	s.Refusal = func(string) *smtp.SMTPError { return &smtp.SMTPError{Code: 421, Message: "come back later"} }
	m := sender(s)
	m.Password = "wrong"
	if err := m.Send(t.Context(), letter); !errors.Is(err, mail.ErrLogin) || !strings.Contains(err.Error(), "come back later") {
		t.Error(err)
	}
	if got := s.Logins(); !slices.Equal(got, []string{"SCRAM-SHA-256"}) {
		t.Errorf("logins %v", got)
	}
}

// A mail server may repeat what it was told. What would help to log in isn't in the error,
// nor is a user that is an address.
func TestLoginsStaySecret(t *testing.T) {
	for _, kind := range mail.Kinds() {
		t.Run(kind, func(t *testing.T) {
			s := mailtest.Start(t)
			s.Offer = []string{strings.ToUpper(kind)}
			var told string
			s.Refusal = func(response string) *smtp.SMTPError {
				told = base64.StdEncoding.EncodeToString([]byte(response))
				return &smtp.SMTPError{Code: 501, Message: "not understood: " + told + " of ada@example.org with correct pony, so 'Ada' stays outside"}
			}
			m := sender(s)
			m.User, m.Password = "ada@example.org", "correct pony"
			err := m.Send(t.Context(), letter)
			if !errors.Is(err, mail.ErrLogin) || !strings.Contains(err.Error(), "stays outside") {
				t.Fatal(err)
			}
			for _, secret := range []string{told, "correct pony", "ada", "Ada", base64.StdEncoding.EncodeToString([]byte("correct pony"))} {
				if secret == "" || strings.Contains(err.Error(), secret) {
					t.Errorf("%q is in: %v", secret, err)
				}
			}
		})
	}
}

// Who gives a user wants a login: nothing is sent without, nor by another kind than the one
// that is named.
func TestOffers(t *testing.T) {
	for _, tt := range []struct {
		name, offer string
		spoil       func(*mail.Sender)
		says        string // empty: the letter arrives
		logins      []string
	}{
		{"none, and none is wanted", "", func(m *mail.Sender) { m.User, m.Password = "", "" }, "", nil},
		{"none", "", func(*mail.Sender) {}, "it offers none, and mail.user is given", nil},
		{"none, on this machine", "", func(m *mail.Sender) { m.Security = mail.None }, "it offers none, and mail.user is given", nil},
		{"none that is known here", "GSSAPI XOAUTH2", func(*mail.Sender) {}, `it offers GSSAPI XOAUTH2, and mail.auth is "auto"`, nil},
		{"the one that is named", "PLAIN LOGIN", func(m *mail.Sender) { m.Auth = "login" }, "", []string{"LOGIN"}},
		{"not the one that is named", "PLAIN LOGIN", func(m *mail.Sender) { m.Auth = "cram-md5" }, `it offers PLAIN LOGIN, and mail.auth is "cram-md5"`, nil},
		{"one that is named and refused", "PLAIN LOGIN", func(m *mail.Sender) { m.Auth, m.Password = "plain", "wrong" }, "no login: PLAIN: 535", []string{"PLAIN"}},
		{"one that is bound to an encryption, without any", "SCRAM-SHA-256-PLUS", func(m *mail.Sender) { m.Security = mail.None }, "it offers SCRAM-SHA-256-PLUS", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mailtest.Start(t)
			s.Offer, s.Unencrypted = append([]string{}, strings.Fields(tt.offer)...), true
			m := sender(s)
			tt.spoil(m)
			err := m.Send(t.Context(), letter)
			if sent := len(s.Letters()) > 0; sent != (tt.says == "") || sent != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("sent %t, error %v, want %q", sent, err, tt.says)
			}
			if !slices.Equal(s.Logins(), tt.logins) {
				t.Errorf("logins %v, want %v", s.Logins(), tt.logins)
			}
		})
	}
}

// Logins count as a part of the one try at a letter, whose time is limited: no further kind
// is tried when it is over.
func TestLoginsWithinPatience(t *testing.T) {
	s := mailtest.Start(t)
	s.Offer = []string{"SCRAM-SHA-256", "PLAIN"}
	s.Refusal = func(string) *smtp.SMTPError { <-t.Context().Done(); return smtp.ErrAuthFailed }
	m := sender(s)
	m.Password, m.Patience = "wrong", 300*time.Millisecond
	if err := m.Send(t.Context(), letter); err == nil || !strings.Contains(err.Error(), "longer than mail.patience") {
		t.Error(err)
	}
	if got := s.Logins(); len(got) > 1 {
		t.Errorf("logins %v", got)
	}
}

// Who no longer waits for a mail server that says nothing is let go at once.
func TestLoginIsCut(t *testing.T) {
	s := mailtest.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.Refusal = func(string) *smtp.SMTPError { cancel(); <-t.Context().Done(); return smtp.ErrAuthFailed }
	m := sender(s)
	m.Password, m.Patience = "wrong", time.Minute
	if err := m.Send(ctx, letter); err == nil || strings.Contains(err.Error(), "longer than mail.patience") {
		t.Error(err)
	}
}

// A kind that was accepted before is the first to be tried again after a letter whose
// logins were cut, or refused for now; only a refusal for good gives its turn away.
func TestLoginAfterACut(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cut   func(cancel func(), gone *atomic.Bool) // of the one login
		wrong bool                                   // the password is wrong instead
	}{
		{"the other kinds are refused for good", func(func(), *atomic.Bool) {}, false},
		{"and the network is gone", func(_ func(), gone *atomic.Bool) { gone.Store(true) }, false},
		{"and nobody waits any more", func(cancel func(), _ *atomic.Bool) { cancel(); <-t.Context().Done() }, false},
		{"the mail server has heard enough", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mailtest.Start(t)
			s.Offer, s.Accept = strings.Fields("CRAM-MD5 PLAIN LOGIN"), []string{"PLAIN"}
			ctx, cancel := context.WithCancel(t.Context())
			var cut, gone atomic.Bool
			s.Cut = func(string) bool {
				if yes := cut.CompareAndSwap(true, false); !yes {
					return false
				}
				tt.cut(cancel, &gone)
				return true
			}
			m := sender(s)
			m.Dial(func(ctx context.Context, network, address string) (net.Conn, error) {
				if gone.Load() {
					return nil, errors.New("no route")
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			})
			var enough atomic.Bool
			s.Refusal = func(string) *smtp.SMTPError {
				if enough.Load() {
					return &smtp.SMTPError{Code: 421, Message: "come back later"}
				}
				return smtp.ErrAuthFailed
			}
			if err := m.Send(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
			cut.Store(!tt.wrong)
			if enough.Store(tt.wrong); tt.wrong {
				m.Password = "wrong"
			}
			if err := m.Send(ctx, letter); !errors.Is(err, mail.ErrLogin) {
				t.Fatal(err)
			}
			before := len(s.Logins())
			m.Password = mailtest.Password
			gone.Store(false)
			if err := m.Send(t.Context(), letter); err != nil {
				t.Error(err)
			}
			if got := s.Logins()[before:]; !slices.Equal(got, []string{"PLAIN"}) {
				t.Errorf("logins %v", got)
			}
		})
	}
}

// A password that is no longer right isn't shown by the kind of before only.
func TestPasswordThatWasRight(t *testing.T) {
	s := mailtest.Start(t)
	s.Offer, s.Accept = strings.Fields("CRAM-MD5 PLAIN LOGIN"), []string{"PLAIN"}
	m := sender(s)
	if err := m.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	before := len(s.Logins())
	m.Password = "wrong"
	for range 4 {
		if err := m.Send(t.Context(), letter); !errors.Is(err, mail.ErrLogin) {
			t.Fatal(err)
		}
	}
	if got, want := s.Logins()[before:], strings.Fields("PLAIN LOGIN CRAM-MD5 PLAIN LOGIN CRAM-MD5"); !slices.Equal(got, want) {
		t.Errorf("logins %v, want %v", got, want)
	}
}

// A66: what a mail server says commands no terminal, makes no second line, turns nothing
// round, and fills no log: in its greeting, its list of logins, a challenge and refusals.
func TestA66WordsAreOneLine(t *testing.T) {
	const evil = "\x1b]0;owned\a\x1b[2J\u202egnp\u2028\u0085\u200b\x7fshown"
	for name, spoil := range map[string]func(*mailtest.Server, *mail.Sender){
		"greeting":    func(_ *mailtest.Server, m *mail.Sender) { m.Dial(saying("554 " + evil + "\r\n")) },
		"no greeting": func(_ *mailtest.Server, m *mail.Sender) { m.Dial(saying(evil + strings.Repeat("A", 5000) + "\r\n")) },
		"logins":      func(s *mailtest.Server, _ *mail.Sender) { s.Offer = []string{evil} },
		"challenge": func(s *mailtest.Server, m *mail.Sender) {
			s.Offer, s.Dialogue = []string{"LOGIN"}, played(new(string), "", "", evil)
		},
		"scram": func(s *mailtest.Server, m *mail.Sender) {
			s.Offer, s.Dialogue = []string{"SCRAM-SHA-256"}, played(new(string), "", evil)
		},
		"refused login": func(s *mailtest.Server, m *mail.Sender) {
			m.Password, s.Refusal = "wrong", func(string) *smtp.SMTPError { return &smtp.SMTPError{Code: 535, Message: evil} }
		},
		"refused letter": func(s *mailtest.Server, _ *mail.Sender) {
			s.Refuse = func(string) error { return &smtp.SMTPError{Code: 451, Message: evil} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mailtest.Start(t)
			m := sender(s)
			spoil(s, m)
			all := []error{m.Send(t.Context(), letter)}
			if name != "refused letter" {
				all = append(all, m.Check(t.Context()))
			}
			for _, err := range all {
				if err == nil {
					t.Fatal("no error")
				}
				if text := err.Error(); text != keyturn.Clean(text, 500) || !strings.Contains(text, "shown") {
					t.Errorf("said %q", text)
				}
			}
		})
	}
}

// saying is the way to a mail server that says one thing and hangs up.
func saying(text string) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() { _, _ = io.WriteString(there, text); _ = there.Close() }()
		return here, nil
	}
}

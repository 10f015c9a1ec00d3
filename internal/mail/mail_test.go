package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	stdmail "net/mail"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"

	"keyturn/internal/mail"
	"keyturn/internal/mail/mailtest"
	"keyturn/internal/notice"
)

func sender(s *mailtest.Server) *mail.Sender {
	return &mail.Sender{Server: s.Addr, Security: mail.StartTLS, User: mailtest.User, Password: mailtest.Password,
		From: "keyturn@example.org", Name: "Harbor Lane", Host: "id.example.org", Patience: 10 * time.Second, Roots: s.Roots}
}

var letter = notice.Message{ID: "let_1", To: "ada@example.org", Subject: "里昂: security of Ada", Text: "Hello\n\n你好\n",
	HTML: "<p>Hello</p>", At: time.Unix(1893456000, 0)}

// A letter arrives by STARTTLS and with a login: both parts, every header.
func TestSend(t *testing.T) {
	s := mailtest.Start(t)
	if err := sender(s).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if err := sender(s).Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	got := s.Wait(t, 1)[0]
	if got.From != "keyturn@example.org" || len(got.To) != 1 || got.To[0] != "ada@example.org" {
		t.Errorf("from %s to %v", got.From, got.To)
	}
	m, parts := read(t, got.Data)
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{"Message-Id": "<let_1@id.example.org>", "To": "<ada@example.org>",
		"From": `"Harbor Lane" <keyturn@example.org>`, "Auto-Submitted": "auto-generated"} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if strings.ReplaceAll(parts["text/plain"], "\r\n", "\n") != letter.Text || strings.TrimSpace(parts["text/html"]) != letter.HTML {
		t.Errorf("parts %q", parts)
	}
}

// read takes a letter apart.
func read(t *testing.T, data string) (*stdmail.Message, map[string]string) {
	t.Helper()
	m, err := stdmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		var body io.Reader = p
		switch strings.ToLower(p.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(p)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, p)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = string(text)
	}
}

// Nothing of a letter ends a header: an address or a subject with a line feed isn't sent.
func TestHeadersStayWhole(t *testing.T) {
	s := mailtest.Start(t)
	for name, spoil := range map[string]func(*notice.Message){
		"address": func(m *notice.Message) { m.To = "ada@example.org\r\nBcc: eve@example.org" },
		"second":  func(m *notice.Message) { m.To = "ada@example.org, eve@example.org" },
		"subject": func(m *notice.Message) { m.Subject = "Hello\r\nBcc: eve@example.org" },
		"feed":    func(m *notice.Message) { m.Subject = "Hello\nBcc: eve@example.org" },
	} {
		m := letter
		spoil(&m)
		if err := sender(s).Send(t.Context(), m); !errors.Is(err, notice.ErrAddress) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := letter
	m.Subject = "עדה \u0085 \v Bcc: eve@example.org"
	if err := sender(s).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	all := s.Letters()
	if len(all) != 1 {
		t.Fatalf("%d letters were sent", len(all))
	}
	if got, _ := read(t, all[0].Data); got.Header.Get("Bcc") != "" {
		t.Errorf("a header got in: %v", got.Header)
	}
}

// A domain with an umlaut, or of another script, is written as every mail server takes it.
func TestInternationalDomains(t *testing.T) {
	for to, want := range map[string]string{
		"ada@bücher.example": "ada@xn--bcher-kva.example", "ada@例子.example": "ada@xn--fsqu00a.example", "Ada@Example.org": "Ada@example.org",
	} {
		s := mailtest.Start(t)
		m := letter
		m.To = to
		if err := sender(s).Send(t.Context(), m); err != nil {
			t.Errorf("%s: %v", to, err)
			continue
		}
		if got := s.Wait(t, 1)[0].To; len(got) != 1 || got[0] != want {
			t.Errorf("%s: to %v, want %s", to, got, want)
		}
	}
}

// What stands before the @ has no form for a mail server that takes ASCII alone: a letter to
// it is given up at once, and the sender's own address is the operator's to change.
func TestUTF8BeforeTheAt(t *testing.T) {
	s := mailtest.Start(t)
	m := letter
	m.To = "müller@bücher.example"
	if err := sender(s).Send(t.Context(), m); !errors.Is(err, notice.ErrAddress) || !strings.HasSuffix(err.Error(), "offer SMTPUTF8") || strings.Contains(err.Error(), "ller") {
		t.Errorf("to it: %v", err)
	}
	from := sender(s)
	from.From = "müller@example.org"
	if err := from.Send(t.Context(), letter); err == nil || errors.Is(err, notice.ErrAddress) {
		t.Errorf("from it: %v", err)
	}
	if err := from.Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "mail: the sender's address: ") {
		t.Errorf("the check says %v", err)
	}
	if all := s.Letters(); len(all) > 0 {
		t.Errorf("%d letters were sent", len(all))
	}
	s.OfferUTF8()
	if err := from.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.Wait(t, 1)[0]; got.From != "müller@example.org" || got.To[0] != "müller@xn--bcher-kva.example" {
		t.Errorf("from %s to %v", got.From, got.To)
	}
}

// Only what needs SMTPUTF8 is said to need it: a mail server that offers it hands such a
// letter on to none that doesn't.
func TestUTF8OnlyWhereNeeded(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		want     bool
	}{
		{"keyturn@example.org", "ada@example.org", false},
		{"keyturn@bücher.example", "ada@例子.example", false},
		{"keyturn@example.org", "müller@example.org", true},
		{"müller@example.org", "ada@example.org", true},
	} {
		s := mailtest.Start(t)
		s.OfferUTF8()
		by, m := sender(s), letter
		by.From, m.To, by.Name, m.Subject = tt.from, tt.to, "例子公司", "新设备"
		if err := by.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got := s.Wait(t, 1)[0]
		if got.UTF8 != tt.want {
			t.Errorf("from %s to %s: said to need SMTPUTF8: %t", tt.from, tt.to, got.UTF8)
		}
		header, _, _ := strings.Cut(got.Data, "\n\r\n")
		if !tt.want && strings.ContainsFunc(header, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("from %s to %s: not without it: %s", tt.from, tt.to, header)
		}
	}
}

// A sender's domain is written as every mail server takes it, as a reader's is.
func TestInternationalSender(t *testing.T) {
	s := mailtest.Start(t)
	from := sender(s)
	from.From = "keyturn@bücher.example"
	if err := from.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if got := s.Wait(t, 1)[0].From; got != "keyturn@xn--bcher-kva.example" {
		t.Errorf("from %s", got)
	}
}

// What doesn't pass is told apart from what may, and no error has the address.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*mailtest.Server, *mail.Sender)
		final bool
	}{
		{"an address that isn't there", func(s *mailtest.Server, _ *mail.Sender) {
			s.Refuse = func(to string) error { return &smtp.SMTPError{Code: 550, Message: "no " + to} }
		}, true},
		{"a mailbox that isn't there, in other words", func(s *mailtest.Server, _ *mail.Sender) {
			s.Refuse = func(to string) error {
				return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no " + to}
			}
		}, true},
		{"a policy, which may change", func(s *mailtest.Server, _ *mail.Sender) {
			s.Refuse = func(to string) error {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not you " + to}
			}
		}, false},
		{"a mailbox that is full for good", func(s *mailtest.Server, _ *mail.Sender) {
			s.Refuse = func(to string) error {
				return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 2, 2}, Message: "full " + to}
			}
		}, false},
		{"a mailbox that is full", func(s *mailtest.Server, _ *mail.Sender) {
			s.Refuse = func(to string) error { return &smtp.SMTPError{Code: 452, Message: "full " + to} }
		}, false},
		{"a wrong password", func(_ *mailtest.Server, m *mail.Sender) { m.Password = "wrong" }, false},
		{"a certificate that nobody knows", func(_ *mailtest.Server, m *mail.Sender) { m.Roots = nil }, false},
		{"no encryption", func(_ *mailtest.Server, m *mail.Sender) { m.Security = mail.None }, false},
		{"nobody there", func(_ *mailtest.Server, m *mail.Sender) { m.Server = "127.0.0.1:1" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mailtest.Start(t)
			m := sender(s)
			tt.spoil(s, m)
			err := m.Send(t.Context(), letter)
			if err == nil || errors.Is(err, notice.ErrAddress) != tt.final {
				t.Errorf("error %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "ada@") || strings.Contains(err.Error(), mailtest.Password)) {
				t.Errorf("the error says too much: %v", err)
			}
			if len(s.Letters()) > 0 {
				t.Error("a letter was taken")
			}
		})
	}
}

// What the mail server said is kept for the operator, without the person's address in any
// of its forms.
func TestWordsOfTheServer(t *testing.T) {
	for _, tt := range []struct {
		name, to, said, want, not string
	}{
		{"a policy", "ada@example.org", "Greylisted <ada@example.org>, see postmaster's page", "see postmaster's page", "ada"},
		{"an unknown user, without the domain", "Ada@example.org", "User 'ada' unknown in virtual table", "unknown in virtual table", "ada"},
		{"an address of another script", "ada@bücher.example", "no (ada@xn--bcher-kva.example) here", "here", "bcher"},
		{"a list of addresses", "ada@example.org", "rejected: ada@example.org,bob@example.org by policy", "by policy", "bob"},
		{"a novel", "ada@example.org", strings.Repeat("and so on ", 100), "and so on", strings.Repeat("and so on ", 40)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, code := range []int{451, 550} {
				s := mailtest.Start(t)
				s.Refuse = func(string) error { return &smtp.SMTPError{Code: code, Message: tt.said} }
				m := letter
				m.To = tt.to
				err := sender(s).Send(t.Context(), m)
				if err == nil || errors.Is(err, notice.ErrAddress) != (code == 550) {
					t.Fatalf("%d: %v", code, err)
				}
				if text := err.Error(); !strings.Contains(text, tt.want) || strings.Contains(text, tt.not) {
					t.Errorf("%d: %s", code, text)
				}
			}
		})
	}
}

// A mail server that says nothing is given up after the patience.
func TestPatience(t *testing.T) {
	s := mailtest.Start(t)
	m := sender(s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Send(ctx, letter); err == nil {
		t.Error("sent without time")
	}
}

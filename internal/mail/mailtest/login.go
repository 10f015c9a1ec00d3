package mailtest

import (
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// AuthMechanisms are the kinds that are offered. Without encryption there are none, but
// to a test that wants it so.
func (c *session) AuthMechanisms() []string {
	if _, encrypted := c.conn.TLSConnectionState(); !encrypted && !c.server.Unencrypted {
		return nil
	}
	if c.server.Offer == nil {
		return []string{sasl.Plain}
	}
	return c.server.Offer
}

// Auth begins a login. One of a kind that isn't accepted goes its whole way, as with a mail
// server that keeps passwords in a form of which this kind can make nothing.
func (c *session) Auth(kind string) (sasl.Server, error) {
	s := c.server
	s.mu.Lock()
	s.logins = append(s.logins, kind)
	s.mu.Unlock()
	for s.Babble != "" {
		if _, err := io.WriteString(c.conn.Conn(), s.Babble); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(c.AuthMechanisms(), kind) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	if s.Cut != nil && s.Cut(kind) {
		_ = c.conn.Conn().Close() // what comes after it goes nowhere
		return nil, smtp.ErrAuthFailed
	}
	password := Password
	if s.Accept != nil && !slices.Contains(s.Accept, kind) {
		password = "another"
	}
	if s.Dialogue != nil {
		return &login{c, s.Dialogue(kind)}, nil
	}
	return &login{c, dialogue(kind, password, cmp.Or(s.Rounds, 4096), c.conn)}, nil
}

// A login judges the dialogue of one kind.
type login struct {
	*session
	next func(response []byte) (challenge []byte, done, right bool)
}

func (l *login) Next(response []byte) ([]byte, bool, error) {
	challenge, done, right := l.next(response)
	if !done {
		return challenge, false, nil
	}
	if right {
		l.in = true
		return nil, true, nil
	}
	refusal := &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication failed"}
	if l.server.Refusal != nil {
		refusal = l.server.Refusal(string(response))
	}
	if l.server.Closes {
		if refusal.Code != 0 {
			_, _ = fmt.Fprintf(l.conn.Conn(), "%d %s\r\n", refusal.Code, refusal.Message)
		}
		_ = l.conn.Conn().Close() // what comes after it goes nowhere
	}
	return nil, false, refusal
}

// dialogue returns the steps of a kind. done ends them, and right says whether the other
// side has the password.
func dialogue(kind, password string, rounds int, conn *smtp.Conn) func([]byte) ([]byte, bool, bool) {
	switch kind {
	case "PLAIN":
		return asked([]string{""}, func(r []string) bool { return r[0] == "\x00"+User+"\x00"+password })
	case "LOGIN":
		return asked([]string{"Username:", "Password:"}, func(r []string) bool { return r[0] == User && r[1] == password })
	case "CRAM-MD5":
		const challenge = "<1896.697170952@localhost>" // of RFC 2195 §2
		m := hmac.New(md5.New, []byte(password))
		_, _ = m.Write([]byte(challenge))
		return asked([]string{challenge}, func(r []string) bool { return r[0] == fmt.Sprintf("%s %x", User, m.Sum(nil)) })
	case "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS":
		return scram(sha1.New, password, rounds, binding(kind, conn))
	case "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS":
		return scram(sha256.New, password, rounds, binding(kind, conn))
	case "NTLM":
		return ntlm(password)
	}
	return func([]byte) ([]byte, bool, bool) { return nil, true, false } // known by name only
}

// asked puts one question after the other and judges the answers.
func asked(questions []string, judge func(answers []string) bool) func([]byte) ([]byte, bool, bool) {
	var answers []string
	return func(response []byte) ([]byte, bool, bool) {
		if response != nil {
			answers = append(answers, string(response))
		}
		if len(answers) < len(questions) {
			return []byte(questions[len(answers)]), false, false
		}
		return nil, true, judge(answers)
	}
}

// binding is what a SCRAM login says of its connection: that it is bound to it (RFC 9266),
// or that it isn't.
func binding(kind string, conn *smtp.Conn) string {
	state, _ := conn.TLSConnectionState()
	if !strings.HasSuffix(kind, "-PLUS") {
		return "n,,"
	}
	exported, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
	if err != nil || state.Version < tls.VersionTLS13 {
		return "none" // which nobody says
	}
	return "p=tls-exporter,," + string(exported)
}

// scram is RFC 5802 from the mail server's side.
func scram(h func() hash.Hash, password string, rounds int, binding string) func([]byte) ([]byte, bool, bool) {
	const salt = "W22ZaJ0SNY7soEsUEjb6gQ==" // of RFC 7677 §3
	b64 := base64.StdEncoding
	raw, _ := b64.DecodeString(salt)
	salted, _ := pbkdf2.Key(h, password, raw, rounds, h().Size())
	mac := func(key []byte, text string) []byte {
		m := hmac.New(h, key)
		_, _ = m.Write([]byte(text))
		return m.Sum(nil)
	}
	var bare, first string
	return func(response []byte) ([]byte, bool, bool) {
		said := string(response)
		switch {
		case response == nil:
			return nil, false, false
		case len(said) == 0: // it has seen our proof
			return nil, true, true
		case bare == "":
			_, rest, _ := strings.Cut(said, "n=")
			_, nonce, _ := strings.Cut(rest, ",r=")
			bare, first = "n="+rest, fmt.Sprintf("r=%smore,s=%s,i=%d", nonce, salt, rounds)
			return []byte(first), false, false
		}
		final, proof, _ := strings.Cut(said, ",p=")
		nonce, _, _ := strings.Cut(first, ",")
		all := bare + "," + first + "," + final
		key := mac(salted, "Client Key")
		hashed := h()
		_, _ = hashed.Write(key)
		signature := mac(hashed.Sum(nil), all)
		for i := range key {
			key[i] ^= signature[i]
		}
		if proof != b64.EncodeToString(key) || final != "c="+b64.EncodeToString([]byte(binding))+","+nonce || !strings.HasPrefix(bare, "n="+User+",") {
			return nil, true, false
		}
		return []byte("v=" + b64.EncodeToString(mac(mac(salted, "Server Key"), all))), false, false
	}
}

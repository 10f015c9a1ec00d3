package mail_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn/internal/mail"
	"keyturn/internal/mail/mailtest"
)

// scramServer is a mail server, and who logs in there by SCRAM only.
func scramServer(t *testing.T) (*mailtest.Server, *mail.Sender) {
	s := mailtest.Start(t)
	s.Offer = []string{"SCRAM-SHA-256", "PLAIN"}
	m := sender(s)
	m.Auth, m.Patience = "scram-sha-256", time.Minute
	return s, m
}

// played is a login in which the mail server puts these challenges and then lets in.
// NONCE stands for what the other side has said for one. It keeps the last response.
func played(last *string, challenges ...string) func(string) func([]byte) ([]byte, bool, bool) {
	return func(string) func([]byte) ([]byte, bool, bool) {
		i := 0
		return func(response []byte) ([]byte, bool, bool) {
			*last = string(response)
			if i == len(challenges) {
				return nil, true, true
			}
			_, nonce, _ := strings.Cut(*last, ",r=")
			i++
			return []byte(strings.ReplaceAll(challenges[i-1], "NONCE", nonce)), false, false
		}
	}
}

const first = "r=NONCEmore,s=c2FsdA==,i=" // of a mail server, without the number of rounds

// A122: a mail server that asks for rounds of PBKDF2 without end would stop all letters, and
// one that asks for few would get a proof by which the password is soon guessed.
func TestA122Rounds(t *testing.T) {
	for _, rounds := range []string{"", "-1", "0", "1", "4095", "1000001", "9000000000000", "+9000000000000", "99999999999999999999"} {
		t.Run(rounds, func(t *testing.T) {
			s, m := scramServer(t)
			var last string
			s.Dialogue = played(&last, "", first+rounds)
			if err := m.Send(t.Context(), letter); !errors.Is(err, mail.ErrLogin) {
				t.Error(err)
			}
			if strings.Contains(last, ",p=") {
				t.Errorf("a proof was given: %s", last)
			}
		})
	}
	for _, rounds := range []int{4096, 1_000_000} {
		s, m := scramServer(t)
		s.Rounds = rounds
		if err := m.Send(t.Context(), letter); err != nil {
			t.Errorf("%d rounds: %v", rounds, err)
		}
	}
}

// A122: who names a SCRAM kind gives letters only to a mail server that has shown, in its turn,
// that it knows the password: a certificate and a "come in" aren't enough.
func TestA122ServerProvesItself(t *testing.T) {
	mac := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		_, _ = m.Write([]byte(text))
		return m.Sum(nil)
	}
	// Right before any password was salted.
	nobodys := "v=" + base64.StdEncoding.EncodeToString(mac(mac(nil, "Server Key"), ""))
	for name, challenges := range map[string][]string{
		"let in at once":                         {},
		"let in without a challenge":             {""},
		"let in after the proof":                 {"", first + "4096"},
		"a wrong signature":                      {"", first + "4096", "v=AAAA"},
		"a signature at once":                    {nobodys},
		"a signature before the proof":           {"", nobodys},
		"a signature after a second beginning":   {"", first + "4096", "", nobodys},
		"a second challenge":                     {"", first + "4096", first + "4096"},
		"a refusal that is no signature":         {"", first + "4096", "e=other-error"},
		"a signature of nothing after the proof": {"", first + "4096", nobodys},
	} {
		t.Run(name, func(t *testing.T) {
			s, m := scramServer(t)
			s.Dialogue = played(new(string), challenges...)
			if err := m.Send(t.Context(), letter); !errors.Is(err, mail.ErrLogin) {
				t.Errorf("error %v, want %v", err, mail.ErrLogin)
			}
			if len(s.Letters()) > 0 {
				t.Error("it has got the letter")
			}
		})
	}
}

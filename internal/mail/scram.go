package mail

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/wneessen/go-mail/smtp"
)

// Rounds of PBKDF2 that a mail server may ask for. With fewer (RFC 7677 §4) the proof would
// make guesses at the password cheap; more take seconds that nothing can cut.
const (
	fewestRounds = 4096
	mostRounds   = 1_000_000
)

var errUnproved = errors.New("it let in without having shown that it knows the password")

// A scram login is RFC 5802 as the library speaks it, which begins again, skips messages and
// counts rounds as the mail server likes. Here the mail server asks, names the rounds, signs
// and lets in, each once and in this order. Attack A122.
type scram struct {
	smtp.Auth
	heard int // messages in their order
}

const signed = 3 // messages, the last with a right signature

// Next implements [smtp.Auth].
func (s *scram) Next(from []byte, more bool) ([]byte, error) {
	switch {
	case !more && s.heard < signed:
		return nil, errUnproved
	case more && !s.inTurn(from):
		return nil, fmt.Errorf("%w: %s", smtp.ErrUnexpectedServerResponse, from)
	}
	if err := fitRounds(from); err != nil {
		return nil, err
	}
	s.heard++
	return s.Auth.Next(from, more)
}

// inTurn reports whether a message is the next one.
func (s *scram) inTurn(from []byte) bool {
	switch s.heard {
	case 0:
		return len(from) == 0
	case 1:
		return bytes.HasPrefix(from, []byte("r="))
	case 2:
		return bytes.HasPrefix(from, []byte("v="))
	}
	return false
}

// fitRounds looks at the rounds where the library does, which refuses what can't be read.
func fitRounds(from []byte) error {
	parts := bytes.Split(from, []byte(","))
	if !bytes.HasPrefix(from, []byte("r=")) || len(parts) < 3 {
		return nil
	}
	rounds, err := strconv.Atoi(string(bytes.TrimPrefix(parts[2], []byte("i="))))
	if err == nil && (rounds < fewestRounds || rounds > mostRounds) {
		return fmt.Errorf("it asks for %d rounds of PBKDF2, which aren't from %d to %d", rounds, fewestRounds, mostRounds)
	}
	return nil
}

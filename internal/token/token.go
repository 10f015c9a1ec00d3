// Package token makes the values by which somebody is known who has nothing else to
// show: a session, a browser, whoever asked a phone something. A value is 256 random
// bits, which can't be guessed; the store has its hash alone. Spec §9.2, §9.4.
package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"

	"keyturn"
)

// size of a value in bytes.
const size = 32

// A Token is a value as its holder has it, in base64url without padding: 43 characters.
// It may be any text that somebody sent in place of one, such as "". It is shown by no
// verb of package fmt (but in an unexported field), no log and no JSON; string(t) is
// what is sent.
type Token string

// New draws a value.
func New() Token {
	var b [size]byte
	rand.Read(b[:]) // never fails
	return Token(keyturn.Bytes(b[:]).String())
}

// Derive makes the value that goes with what was said, for whoever must find it again
// without having kept it. Nobody without the key can: it has at least 256 bits and serves
// nothing else. Other parts give another value, also where their texts joined are alike.
func Derive(key []byte, parts ...string) Token {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return Token(keyturn.Bytes(mac.Sum(nil)).String())
}

// Hash returns the SHA-256 by which the store knows a value; nil for a text that is none
// of ours, such as "": nothing is stored under nil. Attack A68.
func (t Token) Hash() keyturn.Bytes {
	raw := t.Bytes()
	if raw == nil {
		return nil
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// Bytes are those of the value, such as to make a key of; nil for a text that is none.
func (t Token) Bytes() []byte {
	raw, err := keyturn.ParseFixed(string(t), size)
	if err != nil {
		return nil
	}
	return raw
}

const shown = "(token)"

// Format implements [fmt.Formatter].
func (Token) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, shown) }

// MarshalText implements [encoding.TextMarshaler]: a log in JSON makes JSON of what a token
// stands in.
func (Token) MarshalText() ([]byte, error) { return []byte(shown), nil }

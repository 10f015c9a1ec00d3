package keyturn

import (
	"encoding/base64"
	"errors"
	"strings"
)

// ErrBytes reports text that is not the one base64url spelling of some bytes,
// or bytes of a wrong length.
var ErrBytes = errors.New("keyturn: not unpadded base64url of the right length")

// Bytes are written as base64url without padding, in JSON and in signed texts
// alike. Strict decoding gives every value one spelling only. Spec §3.
type Bytes []byte

// ParseBytes reads base64url: no padding, no other characters, no line breaks,
// unused bits zero. It returns [ErrBytes] for anything else.
func ParseBytes(s string) (Bytes, error) {
	if strings.ContainsAny(s, "\r\n") { // which encoding/base64 would skip
		return nil, ErrBytes
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, ErrBytes
	}
	return b, nil
}

// ParseFixed is [ParseBytes] for a value that has exactly n bytes.
func ParseFixed(s string, n int) (Bytes, error) {
	b, err := ParseBytes(s)
	if err != nil || len(b) != n {
		return nil, ErrBytes
	}
	return b, nil
}

// String returns the bytes as base64url without padding.
func (b Bytes) String() string { return base64.RawURLEncoding.EncodeToString(b) }

// MarshalText implements [encoding.TextMarshaler].
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It is as strict as
// [ParseBytes].
func (b *Bytes) UnmarshalText(text []byte) (err error) {
	*b, err = ParseBytes(string(text))
	return err
}

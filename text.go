package keyturn

import (
	"crypto/sha256"
	"errors"
	"strings"
	"unicode/utf8"
)

// Errors about texts. Who makes or reads one stops; nobody repairs.
var (
	ErrField = errors.New("keyturn: field contains a line break or ill-formed Unicode")
	ErrText  = errors.New("keyturn: text does not have the form it should")
)

// Lines joins a context and its fields into a text to sign: one per line, each
// line ended. A line break inside a field would let one field speak for the
// next, so it is refused with [ErrField], not escaped. Spec §3; attack A05.
func Lines(context string, fields ...string) (string, error) {
	for _, f := range fields {
		if strings.ContainsAny(f, "\n\r") || !utf8.ValidString(f) {
			return "", ErrField
		}
	}
	return strings.Join(append([]string{"keyturn/v1 " + context}, fields...), "\n") + "\n", nil
}

// split is the reverse of [Lines]. It knows how many fields there have to be.
func split(text, context string, fields int) ([]string, error) {
	body, ok := strings.CutPrefix(text, "keyturn/v1 "+context+"\n")
	lines := strings.Split(body, "\n")
	if !ok || len(lines) != fields+1 || lines[fields] != "" ||
		strings.Contains(body, "\r") || !utf8.ValidString(body) {
		return nil, ErrText
	}
	return lines[:fields], nil
}

// Hash returns the SHA-256 of a text.
func Hash(text string) Bytes {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

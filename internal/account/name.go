package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestName is in characters: phones show a name on one line.
const longestName = 64

// Key folds a name, so that every way in which a person writes it finds the same
// account and is counted as one: NFKC, trimmed, lower case. Attack A09.
func Key(name string) string {
	name = strings.ToLower(strings.TrimSpace(norm.NFKC.String(name)))
	return norm.NFKC.String(name) // lower case can bring in what NFKC folds
}

// clean returns a name as it is kept: NFC, trimmed. It returns [ErrName] for one
// that is empty, too long, or has characters that nobody sees: phones and signed
// texts show names.
func clean(name string) (string, error) {
	name = strings.TrimSpace(norm.NFC.String(name))
	n := utf8.RuneCountInString(name)
	if n == 0 || n > longestName || !utf8.ValidString(name) || strings.ContainsFunc(name, hidden) || Key(name) == "" {
		return "", ErrName
	}
	return name, nil
}

// hidden reports whether a character is a control, a format (bidi and zero width
// among them), a line or paragraph separator, private or no character at all.
func hidden(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

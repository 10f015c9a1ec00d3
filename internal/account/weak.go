package account

import (
	_ "embed"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// common has the most common passwords of 8 characters and more, in lower case, one a
// line, in the order of their bytes: it is searched as it lies in the program, so that a
// start costs nothing. The first ten thousand are those of zxcvbn (common.LICENSE); the
// rest are turns of the years since, and of people who type Chinese. A longer list would
// be of little use: NIST SP 800-63B-4 §3.1.1.2 notes that the limit of tries stops whoever
// guesses further.
//
//go:embed common.txt
var common string

// unguessed returns [ErrCommon] for a password that is on the list, is one piece again and
// again, or counts up or down; and [ErrNamed] for one that is nothing like that without the
// names, but too short. The whole password is judged, never a word within it: a sentence may
// have any word. names are what people expect first: the account's, its e-mail address, the
// organisation's.
func unguessed(password string, names ...string) error {
	folded := plain(password)
	if expected(folded) {
		return ErrCommon
	}
	rest := without(folded, names)
	if rest != folded && (utf8.RuneCountInString(rest) < shortestPassword || expected(strings.TrimFunc(rest, between))) {
		return ErrNamed
	}
	return nil
}

// plain is how a password is compared: capitals and wide letters make it no better.
func plain(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

func expected(folded string) bool { return listed(folded) || again(folded) || counts(folded) }

// listed searches the list by halves, from the beginning of one line to that of another.
func listed(folded string) bool {
	line := func(at int) string { s, _, _ := strings.Cut(common[at:], "\n"); return s }
	begin := func(at int) int { return strings.LastIndexByte(common[:at], '\n') + 1 }
	at := sort.Search(len(common), func(at int) bool { return line(begin(at)) >= folded })
	return at < len(common) && line(begin(at)) == folded
}

// again reports whether a password is a piece of at most four characters, repeated.
func again(folded string) bool {
	r := []rune(folded)
	for n := 1; n <= 4 && n < len(r); n++ {
		i := n
		for i < len(r) && r[i] == r[i-n] {
			i++
		}
		if i == len(r) {
			return true
		}
	}
	return false
}

// counts reports whether each character follows the one before, as in 12345678 and
// hgfedcba; 0 follows 9, and 9 follows 0.
func counts(folded string) bool {
	r := []rune(folded)
	for _, step := range []rune{1, -1} {
		i := 1
		for i < len(r) && (r[i] == r[i-1]+step || isDigit(r[i]) && isDigit(r[i-1]) && (r[i]-r[i-1]-step)%10 == 0) {
			i++
		}
		if i == len(r) {
			return true
		}
	}
	return false
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// without takes out of a password what the names give: each whole, with and without what
// stands between its words, and each word, forwards and backwards, longest first. Words of
// fewer than three bytes stay: "li" is in too many others.
func without(folded string, names []string) string {
	var words []string
	for _, name := range names {
		name = plain(name)
		parts := strings.FieldsFunc(name, between)
		words = append(words, name, strings.Join(parts, ""))
		words = append(words, parts...)
	}
	sort.SliceStable(words, func(i, j int) bool { return len(words[i]) > len(words[j]) })
	for _, w := range words {
		if len(w) >= 3 {
			folded = strings.ReplaceAll(folded, w, "")
			folded = strings.ReplaceAll(folded, backwards(w), "")
		}
	}
	return folded
}

func between(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) }

func backwards(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// typed reports whether somebody could type a password again on another keyboard. It is
// false for what a file or a program brings in: bytes that are no UTF-8, as those of
// UTF-16 are, a byte order mark, NUL, ESC, marks of direction. What emoji are joined with is
// typed, and so is what Persian and Indian keyboards have a key for.
func typed(password string) bool {
	return utf8.ValidString(password) && !strings.ContainsFunc(password, func(r rune) bool {
		joins := r == '\u200c' || r == '\u200d' || r >= 0xE0020 && r <= 0xE007F || unicode.Is(unicode.Variation_Selector, r)
		return !joins && (hidden(r) || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF)
	})
}

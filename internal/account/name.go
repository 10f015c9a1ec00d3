package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// longestName is in characters: phones show a name on one line.
const longestName = 64

// Key folds a name, so that every way in which a person writes it finds the same
// account and is counted as one. Attacks A09, A107. It is toNFKC_Casefold of the Unicode
// Standard §3.13, which takes out what nobody sees and lets STRASSE find straße, with the
// Turkish letters İ and ı as i, whose capitals would else be another name's; spaces at the
// ends go, and several count as one. Why not PRECIS: docs/decisions/0025.
func Key(name string) string {
	for range mostFolds {
		folded := foldOnce(name)
		if folded == name {
			return name
		}
		name = folded
	}
	return name
}

// mostFolds is how often a name is folded at most: strangers send names, and no text may
// keep a processor. Three are enough for each that is known. Attack A123.
const mostFolds = 10

func foldOnce(name string) string {
	name = strings.Map(cherokee, cases.Fold().String(norm.NFKC.String(name)))
	name = turkish.Replace(strings.Map(seen, name))
	return norm.NFKC.String(strings.Join(strings.Fields(name), " "))
}

// cherokee is for strings.Map: small letters of Cherokee fold to the capitals, which are
// older (CaseFolding.txt of Unicode). [cases.Fold] folds each to the other.
func cherokee(r rune) rune {
	switch {
	case '\uab70' <= r && r <= '\uabbf':
		return r - '\uab70' + '\u13a0'
	case '\u13f8' <= r && r <= '\u13fd':
		return r - '\u13f8' + '\u13f0'
	}
	return r
}

// turkish is a Replacer of the dotless i, and of the dot that folding leaves behind an İ.
var turkish = strings.NewReplacer("ı", "i", "i\u0307", "i")

// Spelt folds a name as it was before [Key] did: two accounts of that time may have names
// that Key takes for one, and then one of them is found by this alone.
func Spelt(name string) string {
	name = strings.ToLower(strings.TrimSpace(norm.NFKC.String(name)))
	return norm.NFKC.String(name) // lower case can bring in what NFKC folds
}

// clean returns a name as it is kept: NFC, one space between words, without what a paste
// brings along at its ends. It returns [ErrName] for one that is empty, too long, begins
// with a mark that belongs to a letter before it, or has characters that nobody sees:
// phones and signed texts show names.
func clean(name string) (string, error) {
	name = strings.TrimFunc(norm.NFC.String(name), func(r rune) bool { return unicode.IsSpace(r) || unseen(r) })
	if strings.ContainsFunc(name, hidden) || Key(name) == "" {
		return "", ErrName
	}
	name = strings.Join(strings.Fields(name), " ")
	first, _ := utf8.DecodeRuneInString(name)
	if unicode.Is(unicode.M, first) || utf8.RuneCountInString(name) > longestName || !utf8.ValidString(name) {
		return "", ErrName
	}
	return name, nil
}

// hidden reports whether a character is one that nobody sees, a control, a line or
// paragraph separator, private or no character at all.
func hidden(r rune) bool {
	return unseen(r) || r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

// unseen reports whether a character has no shape of its own: formats (bidi and zero width
// among them) and what else is ignorable by default (Unicode §5.21), such as the Hangul
// fillers, and the blank ones that count as symbols.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r == '\u2800' || r == '\U0001D159'
}

// seen is for strings.Map: spaces are spaces, and what nobody sees goes.
func seen(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unseen(r) || unicode.IsControl(r):
		return -1
	}
	return r
}

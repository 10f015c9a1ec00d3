package keyturn

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Reasons why a code cannot be read. The phone tells them apart, and asks no
// server. Each wraps [ErrCode].
var (
	ErrCode        = errors.New("keyturn: not a code")
	ErrCodeLength  = fmt.Errorf("%w: it does not have 16 symbols", ErrCode)
	ErrCodeSymbol  = fmt.Errorf("%w: it has a symbol that no code has", ErrCode)
	ErrCodeCheck   = fmt.Errorf("%w: a symbol is wrong or two are swapped", ErrCode)
	ErrOtherOrigin = fmt.Errorf("%w: it is a link to another server", ErrCode)
	ErrLink        = fmt.Errorf("%w: it is a link, and not one of a sign-in", ErrCode)
)

// symbols are those of Crockford's base32: no I, L, O or U.
const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A Code is an activation code: 14 random symbols (70 bits) and 2 that check
// them, so that a slip of the finger is found on the phone. Spec §5.
type Code string

// NewCode draws a code.
func NewCode() Code { return Code(newSymbols("code")) }

// ParseCode reads what a person typed, pasted or scanned: any case, spaces and
// dashes, full-width forms, O for 0, I and L for 1, and the link of the QR code
// if it leads to the phone's own origin.
func ParseCode(origin, s string) (Code, error) {
	if link, rest, ok := strings.Cut(s, "#"); ok {
		if strings.TrimFunc(link, isSpace) != origin+"/p/" {
			return "", ErrOtherOrigin
		}
		s = rest
	}
	code, err := parseSymbols("code", s)
	return Code(code), err
}

// ParseCanonicalCode reads a code as phones send it: 16 symbols and nothing else.
func ParseCanonicalCode(s string) (Code, error) {
	if err := checkSymbols("code", s); err != nil {
		return "", err
	}
	return Code(s), nil
}

// String returns the code as people read it, such as "7K3M-9QXA-2VHB-W88K".
func (c Code) String() string { return grouped(string(c), 4) }

// Hash returns the SHA-256 of the 16 symbols, which a server keeps.
func (c Code) Hash() Bytes { return Hash(string(c)) }

// Link returns what the QR code holds. A fragment never reaches a server.
func (c Code) Link(origin string) string { return origin + "/p/#" + string(c) }

// A RecoveryCode lets a person without a phone in once. It is made like a
// [Code] and checked differently, so that neither passes for the other. Spec §12.4.
type RecoveryCode string

// NewRecoveryCode draws a recovery code.
func NewRecoveryCode() RecoveryCode { return RecoveryCode(newSymbols("recovery")) }

// ParseRecoveryCode reads what a person typed, as forgiving as [ParseCode]. There
// is no link of it.
func ParseRecoveryCode(s string) (RecoveryCode, error) {
	code, err := parseSymbols("recovery", s)
	return RecoveryCode(code), err
}

// String returns the code as people read it, such as "7K3M9QXA-2VHBW88K".
func (c RecoveryCode) String() string { return grouped(string(c), 8) }

// Index returns the first two symbols, which differ within one set of codes.
func (c RecoveryCode) Index() string { return string(c)[:2] }

// A SignInLink is what the QR code of a waiting sign-in holds. Spec §9.3.
type SignInLink struct {
	Request string
	Secret  Bytes // 16 bytes; carried only if the app's own camera read it
}

// ParseSignInLink reads the scanned link of a sign-in at origin. There is one
// spelling, since no person types it: [ErrOtherOrigin] if it leads elsewhere,
// [ErrLink] if it is something else.
func ParseSignInLink(origin, s string) (SignInLink, error) {
	rest, ok := strings.CutPrefix(s, origin+"/p/#")
	if !ok {
		return SignInLink{}, ErrOtherOrigin
	}
	rest, marked := strings.CutPrefix(rest, "q.")
	request, secret, _ := strings.Cut(rest, ".")
	_, errID := ParseID(RequestID, request)
	b, errSecret := ParseFixed(secret, 16)
	if !marked || errID != nil || errSecret != nil {
		return SignInLink{}, ErrLink
	}
	return SignInLink{Request: request, Secret: b}, nil
}

// Link returns the text of the QR code.
func (l SignInLink) Link(origin string) string {
	return origin + "/p/#q." + l.Request + "." + l.Secret.String()
}

// newSymbols draws 14 symbols and adds their check.
func newSymbols(context string) string {
	s := draw(14)
	return s + check(context, s)
}

// draw returns n random symbols.
func draw(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = symbols[b[i]%32] // 256 is a multiple of 32: no symbol is favored
	}
	return string(b)
}

// parseSymbols reads 16 symbols that a person typed.
func parseSymbols(context, s string) (string, error) {
	s = strings.Map(fold, norm.NFKC.String(s))
	if err := checkSymbols(context, s); err != nil {
		return "", err
	}
	return s, nil
}

func checkSymbols(context, s string) error {
	switch {
	case utf8.RuneCountInString(s) != 16:
		return ErrCodeLength
	case strings.Trim(s, symbols) != "":
		return ErrCodeSymbol
	case check(context, s[:14]) != s[14:]:
		return ErrCodeCheck
	}
	return nil
}

// check returns the first 10 bits of SHA-256, as two symbols.
func check(context, s string) string {
	sum := sha256.Sum256([]byte("keyturn/v1 " + context + "\n" + s))
	return string([]byte{symbols[sum[0]>>3], symbols[sum[0]&7<<2|sum[1]>>6]})
}

// grouped puts a dash between groups of n symbols.
func grouped(s string, n int) string {
	var groups []string
	for ; len(s) > n; s = s[n:] {
		groups = append(groups, s[:n])
	}
	return strings.Join(append(groups, s), "-")
}

// fold maps a rune to the symbol it stands for, or to -1 to leave it out. What
// upper case and white space are is written out in spec §5, since Go and
// JavaScript differ on both.
func fold(r rune) rune {
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch {
	case r == 'O':
		return '0'
	case r == 'I', r == 'L':
		return '1'
	case isSpace(r), r == '-', r == '−', r >= '‐' && r <= '―':
		return -1
	}
	return r
}

// isSpace is Unicode's White_Space, and the byte order mark.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }

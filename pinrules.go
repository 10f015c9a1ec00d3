package keyturn

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Reasons why a PIN is not taken. The phone says which. Each wraps [ErrPIN].
var (
	ErrPIN          = errors.New("keyturn: choose another PIN")
	ErrPINShort     = fmt.Errorf("%w: too short", ErrPIN)
	ErrPINLong      = fmt.Errorf("%w: too long", ErrPIN)
	ErrPINCharacter = fmt.Errorf("%w: only letters, digits and symbols, no spaces", ErrPIN)
	ErrPINSame      = fmt.Errorf("%w: all characters are the same", ErrPIN)
	ErrPINRow       = fmt.Errorf("%w: characters in a row, such as 1234 or qwer", ErrPIN)
	ErrPINRepeat    = fmt.Errorf("%w: the same part again and again, such as 1212", ErrPIN)
	ErrPINDate      = fmt.Errorf("%w: it looks like a year or a date", ErrPIN)
	ErrPINName      = fmt.Errorf("%w: it is part of the user name, or contains it", ErrPIN)
	ErrPINCommon    = fmt.Errorf("%w: one of the first that people guess", ErrPIN)
)

// CheckPIN returns the first reason of spec §11.1 not to take a new PIN, or nil.
// Lengths are in characters, after NFKC. It is for the phone alone: a PIN never
// leaves it.
func CheckPIN(pin string, min, max int, account string) error {
	pin = norm.NFKC.String(pin)
	n := utf8.RuneCountInString(pin)
	switch {
	case n < min:
		return ErrPINShort
	case n > max:
		return ErrPINLong
	case !utf8.ValidString(pin) || strings.ContainsFunc(pin, notForPIN):
		return ErrPINCharacter
	}
	low := []rune(strings.ToLower(pin))
	for _, rule := range []struct {
		breaks bool
		reason error
	}{
		{repeats(low, 1), ErrPINSame},
		{isRun(low) || isKeyboardRow(string(low)), ErrPINRow},
		{repeats(low, 2) || len(low)%2 == 0 && repeats(low, len(low)/2), ErrPINRepeat},
		{isDate(string(low)), ErrPINDate},
		{isName(string(low), account), ErrPINName},
		{strings.Contains(commonPINs, " "+string(low)+" "), ErrPINCommon},
	} {
		if rule.breaks {
			return rule.reason
		}
	}
	return nil
}

func notForPIN(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

// repeats tells whether every character is the one n places before it.
func repeats(pin []rune, n int) bool {
	for i := n; i < len(pin); i++ {
		if pin[i] != pin[i-n] {
			return false
		}
	}
	return true
}

// isRun tells whether each character follows the one before it, all up or all
// down, such as "1234" and "dcba".
func isRun(pin []rune) bool {
	up, down := true, true
	for i := 1; i < len(pin); i++ {
		up = up && pin[i] == pin[i-1]+1
		down = down && pin[i] == pin[i-1]-1
	}
	return up || down
}

// keyboard has the rows of QWERTY, QWERTZ and AZERTY, and columns from left to right.
const keyboard = "1234567890 !@#$%^&*() qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn" +
	" 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/"

// isKeyboardRow tells whether pin is a piece of a row or of columns, from either end.
func isKeyboardRow(pin string) bool {
	return strings.Contains(keyboard, pin) || strings.Contains(keyboard, reversed(pin))
}

func reversed(s string) string {
	var b strings.Builder
	for r := []rune(s); len(r) > 0; r = r[:len(r)-1] {
		b.WriteRune(r[len(r)-1])
	}
	return b.String()
}

// isDate tells whether pin is a year from 1900 to 2099, day and month, or day,
// month and two digits of a year, in the orders that people write.
func isDate(pin string) bool {
	if strings.Trim(pin, digits) != "" {
		return false
	}
	switch len(pin) {
	case 4:
		return pin[:2] == "19" || pin[:2] == "20" || isDay(pin[:2], pin[2:]) || isDay(pin[2:], pin[:2])
	case 6: // day month year, month day year, year month day
		return isDay(pin[:2], pin[2:4]) || isDay(pin[2:4], pin[:2]) || isDay(pin[4:], pin[2:4])
	}
	return false
}

// isDay tells whether a month has such a day. Both have two digits.
func isDay(day, month string) bool {
	const last = "0131 0229 0331 0430 0531 0630 0731 0831 0930 1031 1130 1231"
	at := strings.Index(last, month)
	return at >= 0 && at%5 == 0 && day >= "01" && day <= last[at+2:at+4]
}

// isName tells whether pin is a piece of the user name, or holds a part of it of
// at least three characters. What follows an @ is not the person's.
func isName(pin, account string) bool {
	name, _, _ := strings.Cut(strings.ToLower(norm.NFKC.String(account)), "@")
	if strings.Contains(name, pin) {
		return true
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) }) {
		if utf8.RuneCountInString(part) >= 3 && strings.Contains(pin, part) {
			return true
		}
	}
	return false
}

// commonPINs are the 100 most common PINs in lower case, each between spaces: those of
// published collections of codes of four and six digits (Amitay 2011, DataGenetics
// 2012, Markert et al. 2020) and of short passwords, less what the rules above
// refuse anyway. Lists much longer annoy people more than they stop guesses.
const commonPINs = " 2580 0852 5683 8008 9119 4711 6996 1314 5201 5210 5200 1133 1144 1155 1166 1177 1188 1199 2233 2244" +
	" 3344 4455 5566 6677 7788 8899 9988 1357 2468 1379 1397 7410 1470 3690 1590 3579 8520 9630 1236 4569" +
	" 7896 1478 9874 7531 8642 0007 7887 3141 4200 1337 753951 123321 789456 159753 147258 159357 456852 147852 258456 135790" +
	" 456123 123654 789123 741852 963852 852456 369258 201314 521314 951753 246810 357159 zxc123 pass1 love1 loveu iloveu abc123 123abc abcd1" +
	" 1234a a1234 12345a a12345 qwe123 123qwe asd123 1q2w3e 1q2w1q zaq12w pass love king angel monkey dragon master admin secret login "

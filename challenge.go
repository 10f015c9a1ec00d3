package keyturn

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// An Action is what an approval allows.
type Action string

// Actions of version 1. A phone refuses any other.
const (
	SignIn         Action = "sign_in"
	AddPhone       Action = "add_phone"
	MovePhone      Action = "move_phone"
	RemovePhone    Action = "remove_phone"
	ChangePassword Action = "change_password"
	RecoveryCodes  Action = "recovery_codes"
	Confirm        Action = "confirm" // something of the app's own, in its own words
	Test           Action = "test"
)

var actions = map[Action]bool{SignIn: true, AddPhone: true, MovePhone: true, RemovePhone: true,
	ChangePassword: true, RecoveryCodes: true, Confirm: true, Test: true}

// A Carry is what the person carries from the browser to the phone.
type Carry string

// A challenge wants the number or nothing; a QR code is always welcome.
const (
	CarryNumber Carry = "number" // six digits
	CarryQR     Carry = "qr"     // the secret of a [SignInLink]; only in answers
	CarryNone   Carry = "none"
)

// A Challenge is what one device is shown: may this account do this in this
// app? It travels as its text. The phone shows what it parsed out of the text
// that it hashes, so a question altered on the way can't be approved. Spec §8.3;
// attack A14.
type Challenge struct {
	Origin  string // of the server, such as "https://id.example.org"
	Request string // "req_" and 26 symbols
	Device  string // that is asked; each device of the account has its own text
	Account string // "acc_" and 26 symbols
	Name    string // sign-in name, as the person knows it
	App     string // name of the app being entered
	Action  Action // such as "sign_in"
	// "confirm": the app's words, at most 64 characters; a phone to move or remove, as [PhoneMessage]; else empty.
	Message string
	Browser string // such as "Firefox on Windows"; empty if there is none
	IP      string // of the browser, in the form of RFC 5952; empty if switched off
	Place   string // such as "Lyon, France"; empty if not known
	Created int64  // Unix seconds, by the server's clock
	Carry   Carry  // number or none
}

// ErrChallenge reports a challenge that a phone does not put to the person: the
// server knows more than this app, or the question is for somebody else.
var ErrChallenge = errors.New("keyturn: challenge is not for this device, or needs a newer app")

// Text returns the text that travels and is hashed. What a person sees in it has
// to be made with [Clean].
func (c Challenge) Text() (string, error) {
	return Lines("challenge", c.Origin, c.Request, c.Device, c.Account, c.Name, c.App, string(c.Action),
		c.Message, c.Browser, c.IP, c.Place, strconv.FormatInt(c.Created, 10), string(c.Carry))
}

// ParseChallenge reads the text of a challenge. It returns [ErrText] if the form
// is wrong, and [ErrChallenge] if action or carry is unknown. Whom it is for,
// [Challenge.For] tells.
func ParseChallenge(text string) (Challenge, error) {
	f, err := split(text, "challenge", 13)
	if err != nil {
		return Challenge{}, err
	}
	created, err := strconv.ParseInt(f[11], 10, 64)
	if err != nil {
		return Challenge{}, ErrText
	}
	c := Challenge{Origin: f[0], Request: f[1], Device: f[2], Account: f[3], Name: f[4], App: f[5], Action: Action(f[6]),
		Message: f[7], Browser: f[8], IP: f[9], Place: f[10], Created: created, Carry: Carry(f[12])}
	if again, _ := c.Text(); again != text || created < 0 || !c.named() {
		return Challenge{}, ErrText // such as a time with a leading zero
	}
	if !actions[c.Action] || c.Carry != CarryNumber && c.Carry != CarryNone {
		return Challenge{}, fmt.Errorf("%w: action or carry is unknown", ErrChallenge)
	}
	return c, nil
}

func (c Challenge) named() bool {
	_, err := ParseID(AccountID, c.Account)
	return err == nil && named(c.Request, c.Device)
}

// For returns [ErrChallenge] unless the challenge is by that server and for that
// device of that account, which a phone checks before it shows anything. Attack A12.
func (c Challenge) For(origin, device, account string) error {
	switch {
	case c.Origin != origin:
		return fmt.Errorf("%w: other origin", ErrChallenge)
	case c.Device != device:
		return fmt.Errorf("%w: other device", ErrChallenge)
	case c.Account != account:
		return fmt.Errorf("%w: other account", ErrChallenge)
	}
	return nil
}

// PhoneMessage is the message of a challenge that moves or removes a phone: when it was
// added, in Unix seconds, a space, and its name. A name can be changed without an
// approval; when the phone came, nobody can. Spec §8.3; attack A104.
func PhoneMessage(added time.Time, name string) string {
	return strconv.FormatInt(added.Unix(), 10) + " " + name
}

// ParsePhoneMessage reads what [PhoneMessage] made. Of any other text it returns the
// whole as the name, and the zero time.
func ParsePhoneMessage(message string) (added time.Time, name string) {
	first, rest, _ := strings.Cut(message, " ")
	seconds, err := strconv.ParseInt(first, 10, 64)
	if err != nil || seconds < 1 || seconds > maxCounter || rest == "" || strconv.FormatInt(seconds, 10) != first {
		return time.Time{}, message
	}
	return time.Unix(seconds, 0), rest
}

// Clean makes a stranger's text fit to be shown in one line: without control
// characters, bidirectional controls and line separators (Unicode Cc, Cf, Zl, Zp),
// ill-formed parts replaced, and cut to at most so many characters. Attack A15.
func Clean(s string, most int) string {
	kept := []rune(strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	return string(kept[:min(len(kept), most)])
}

// hidden tells what has no place in a shown line.
func hidden(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

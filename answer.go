package keyturn

import (
	"strconv"
	"strings"
)

// A Decision is what the person wants done.
type Decision string

// Decisions. Deny and Report need no unlock.
const (
	Approve Decision = "approve"
	Deny    Decision = "deny"
	Report  Decision = "report" // "It wasn't me": warns person and operator
)

// An Unlock is how a person shows a phone that it is them.
type Unlock string

// Unlocks.
const (
	UnlockPIN      Unlock = "pin"      // Keyturn's PIN, judged by the server
	UnlockPlatform Unlock = "platform" // the phone's own, such as a fingerprint
	UnlockNone     Unlock = "none"     // only in answers that approve nothing
)

// A Platform is a kind of phone.
type Platform string

// Platforms.
const (
	Android       Platform = "android"
	IOS           Platform = "ios"
	OtherPlatform Platform = "other"
)

// An Answer is what a device signs. Spec §8.4.
type Answer struct {
	Origin    string // of the server
	Request   string
	Device    string
	Challenge Bytes // SHA-256 of the challenge's text
	Decision  Decision
	Carried   Carry
	Value     string // six digits, or the 22 characters of a QR secret; empty if nothing is carried
	Unlock    Unlock
	Counter   int64 // 1…2⁵³−1, larger with each answer of the device
}

// maxCounter is the largest integer that JavaScript counts exactly.
const maxCounter = 1<<53 - 1

// Text returns what the device signs and what its proof covers.
func (a Answer) Text() (string, error) {
	return Lines("answer", a.Origin, a.Request, a.Device, a.Challenge.String(), string(a.Decision),
		string(a.Carried), a.Value, string(a.Unlock), strconv.FormatInt(a.Counter, 10))
}

// ParseAnswer reads the text of an answer and returns [ErrText] if its form is
// wrong or its fields contradict each other. Every answer has exactly one text. Use
// [Answer.Fits] to check an answer against its challenge.
func ParseAnswer(text string) (Answer, error) {
	f, err := split(text, "answer", 9)
	if err != nil {
		return Answer{}, err
	}
	challenge, errHash := ParseFixed(f[3], keySize)
	counter, errCounter := strconv.ParseInt(f[8], 10, 64)
	if errHash != nil || errCounter != nil {
		return Answer{}, ErrText
	}
	a := Answer{Origin: f[0], Request: f[1], Device: f[2], Challenge: challenge, Decision: Decision(f[4]),
		Carried: Carry(f[5]), Value: f[6], Unlock: Unlock(f[7]), Counter: counter}
	if again, _ := a.Text(); again != text || !a.allowed() {
		return Answer{}, ErrText // such as a counter with a leading zero
	}
	return a, nil
}

// allowed tells whether the fields fit each other.
func (a Answer) allowed() bool {
	if counts := a.Counter >= 1 && a.Counter <= maxCounter; !counts || !named(a.Request, a.Device) {
		return false
	}
	switch a.Decision {
	case Approve:
		return a.carries() && (a.Unlock == UnlockPIN || a.Unlock == UnlockPlatform)
	case Deny, Report:
		return a.Carried == CarryNone && a.Value == "" && a.Unlock == UnlockNone
	}
	return false
}

// carries tells whether the value has the form of what is carried.
func (a Answer) carries() bool {
	switch a.Carried {
	case CarryNumber:
		return len(a.Value) == 6 && strings.Trim(a.Value, digits) == ""
	case CarryQR:
		_, err := ParseFixed(a.Value, 16)
		return err == nil
	case CarryNone:
		return a.Value == ""
	}
	return false
}

const digits = "0123456789"

// Fits reports whether a may answer a challenge with that carry: who approves
// brings what was wanted, or the secret of the QR code. Attack A06.
func (a Answer) Fits(carry Carry) bool {
	if a.Decision != Approve {
		return a.Decision == Deny || a.Decision == Report
	}
	return a.Carried == CarryQR || a.Carried == carry && (carry == CarryNumber || carry == CarryNone)
}

// A Reply is a signed answer on its way to the server.
type Reply struct {
	Text      string `json:"answer"`
	Signature Bytes  `json:"signature"`
	Proof     *Proof `json:"proof,omitempty"` // with approve only
}

// A Proof shows that the person unlocked the phone for one text: a MAC under the
// key that the PIN unseals, or an assertion by the phone's own unlock. A server
// keeps neither.
type Proof struct {
	Type              Unlock `json:"type"`
	MAC               Bytes  `json:"mac,omitempty"`                // pin: 32 bytes
	Credential        Bytes  `json:"credential,omitempty"`         // platform: id of the WebAuthn credential
	AuthenticatorData Bytes  `json:"authenticator_data,omitempty"` // platform
	ClientData        Bytes  `json:"client_data,omitempty"`        // platform
	Signature         Bytes  `json:"signature,omitempty"`          // platform: DER
}

// Valid returns [ErrText] unless the proof has the members of its type and no
// others. It judges none of them.
func (p Proof) Valid() error {
	assertion := len(p.Credential) > 0 && len(p.AuthenticatorData) > 0 && len(p.ClientData) > 0 && len(p.Signature) > 0
	other := len(p.Credential)+len(p.AuthenticatorData)+len(p.ClientData)+len(p.Signature) > 0
	switch {
	case p.Type == UnlockPIN && len(p.MAC) == keySize && !other:
		return nil
	case p.Type == UnlockPlatform && assertion && len(p.MAC) == 0:
		return nil
	}
	return ErrText
}

package keyturn_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"keyturn"
)

type answerVectors struct {
	PublicKey  keyturn.Bytes `json:"public_key"`
	Kk         keyturn.Bytes
	Challenge  string
	Number     string
	QRSecret   string        `json:"qr_secret"`
	PrivateKey keyturn.Bytes `json:"private_key"`
	Answers    []struct {
		Name, Text     string
		Carry          keyturn.Carry
		Fields         map[string]string
		Signature, MAC keyturn.Bytes
	}
	Checks []answerCheck
}

type answerCheck struct {
	Name, Text     string
	Carry          keyturn.Carry
	Signature, MAC keyturn.Bytes
	Valid          bool
}

func TestAnswerVectors(t *testing.T) {
	v := read[answerVectors](t, "answers.json")
	key := publicKey(t, v.PublicKey)
	for _, a := range some(t, v.Answers) {
		counter, _ := strconv.ParseInt(a.Fields["counter"], 10, 64)
		want := keyturn.Answer{Origin: a.Fields["origin"], Request: a.Fields["request"], Device: a.Fields["device"],
			Challenge: parse(t, a.Fields["challenge_hash"]), Decision: keyturn.Decision(a.Fields["decision"]),
			Carried: keyturn.Carry(a.Fields["carried"]), Value: a.Fields["value"],
			Unlock: keyturn.Unlock(a.Fields["unlock"]), Counter: counter}
		if text, err := want.Text(); text != a.Text || err != nil {
			t.Errorf("%s: text %q, %v", a.Name, text, err)
		}
		got, err := keyturn.ParseAnswer(a.Text)
		if again, _ := got.Text(); err != nil || again != a.Text || !got.Fits(a.Carry) {
			t.Errorf("%s: %+v, %v", a.Name, got, err)
		}
		if err := keyturn.Verify(key, a.Text, a.Signature); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
		if approves := got.Decision == keyturn.Approve; approves && !keyturn.CheckMAC(v.Kk, a.Text, a.MAC) {
			t.Errorf("%s: MAC is wrong", a.Name)
		}
	}
}

// The checks of a server that need no state, in the order of spec §8.5.
func TestAnswerChecksVectors(t *testing.T) {
	v := read[answerVectors](t, "answers.json")
	for _, c := range some(t, v.Checks) {
		if err := v.judge(t, c); (err == nil) != c.Valid {
			t.Errorf("%s: %v, want valid %t", c.Name, err, c.Valid)
		}
	}
}

// judge decides about an answer to the request of answers[0], or of answers[2] if
// nothing is wanted. The device's mode is PIN, and the counter stored before is 6.
func (v answerVectors) judge(t *testing.T, c answerCheck) error {
	asked := must(keyturn.ParseAnswer(v.Answers[0].Text))(t)
	if c.Carry == keyturn.CarryNone {
		asked = must(keyturn.ParseAnswer(v.Answers[2].Text))(t)
	}
	a, err := keyturn.ParseAnswer(c.Text)
	switch {
	case err != nil:
		return err
	case a.Origin != asked.Origin || a.Request != asked.Request || a.Device != asked.Device || !a.Fits(c.Carry):
		return errors.New("not an answer to this request")
	}
	if err := keyturn.Verify(publicKey(t, v.PublicKey), c.Text, c.Signature); err != nil {
		return err
	}
	switch approves := a.Decision == keyturn.Approve; {
	case a.Counter <= 6:
		return errors.New("counter")
	case !bytes.Equal(a.Challenge, asked.Challenge):
		return errors.New("challenge")
	case approves && (a.Unlock != keyturn.UnlockPIN || !keyturn.CheckMAC(v.Kk, c.Text, c.MAC)):
		return errors.New("unlock")
	case a.Carried == keyturn.CarryNumber && a.Value != v.Number, a.Carried == keyturn.CarryQR && a.Value != v.QRSecret:
		return errors.New("number or secret")
	}
	return nil
}

// given is a good answer.
var given = keyturn.Answer{
	Origin:    origin,
	Request:   question.Request,
	Device:    question.Device,
	Challenge: keyturn.Hash("challenge"),
	Decision:  keyturn.Approve,
	Carried:   keyturn.CarryNumber,
	Value:     "042317",
	Unlock:    keyturn.UnlockPIN,
	Counter:   7,
}

func TestAnswerContradicts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Answer)
		good  bool
	}{
		{"good", func(a *keyturn.Answer) {}, true},
		{"by the phone's own unlock", func(a *keyturn.Answer) { a.Unlock = keyturn.UnlockPlatform }, true},
		{"denied", func(a *keyturn.Answer) { a.Decision, a.Carried, a.Value, a.Unlock = "deny", "none", "", "none" }, true},
		{"denied with an unlock", func(a *keyturn.Answer) { a.Decision, a.Carried, a.Value = "deny", "none", "" }, false},
		{"reported with a value", func(a *keyturn.Answer) { a.Decision, a.Carried, a.Unlock = "report", "none", "none" }, false},
		{"nothing carried, but a value", func(a *keyturn.Answer) { a.Carried = keyturn.CarryNone }, false},
		{"number called a QR secret", func(a *keyturn.Answer) { a.Carried = keyturn.CarryQR }, false},
		{"five digits", func(a *keyturn.Answer) { a.Value = "42317" }, false},
		{"carried by pigeon", func(a *keyturn.Answer) { a.Carried = "pigeon" }, false},
		{"unlocked by an eye", func(a *keyturn.Answer) { a.Unlock = "eye" }, false},
		{"not a request", func(a *keyturn.Answer) { a.Request = "req_1" }, false},
		{"not a device", func(a *keyturn.Answer) { a.Device = "" }, false},
		{"challenge cut", func(a *keyturn.Answer) { a.Challenge = a.Challenge[:31] }, false},
		{"counter at its end", func(a *keyturn.Answer) { a.Counter = 1<<53 - 1 }, true},
		{"counter past its end", func(a *keyturn.Answer) { a.Counter = 1 << 53 }, false},
		{"counter 0", func(a *keyturn.Answer) { a.Counter = 0 }, false},
	} {
		a := given
		tt.spoil(&a)
		text := must(a.Text())(t)
		if _, err := keyturn.ParseAnswer(text); (err == nil) != tt.good || err != nil && !errors.Is(err, keyturn.ErrText) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A06: what a challenge wants, an approval brings.
func TestA06NumberIsNotSkipped(t *testing.T) {
	for _, tt := range []struct {
		decision keyturn.Decision
		carried  keyturn.Carry
		wanted   keyturn.Carry
		fits     bool
	}{
		{keyturn.Approve, keyturn.CarryNumber, keyturn.CarryNumber, true},
		{keyturn.Approve, keyturn.CarryQR, keyturn.CarryNumber, true},
		{keyturn.Approve, keyturn.CarryNone, keyturn.CarryNumber, false},
		{keyturn.Approve, keyturn.CarryNone, keyturn.CarryNone, true},
		{keyturn.Approve, keyturn.CarryQR, keyturn.CarryNone, true},
		{keyturn.Approve, keyturn.CarryNumber, keyturn.CarryNone, false},
		{keyturn.Approve, keyturn.CarryNone, "", false},
		{keyturn.Approve, "", "", false},
		{keyturn.Deny, keyturn.CarryNone, keyturn.CarryNumber, true},
		{keyturn.Report, keyturn.CarryNone, keyturn.CarryNumber, true},
		{"yes", keyturn.CarryNumber, keyturn.CarryNumber, false},
	} {
		a := keyturn.Answer{Decision: tt.decision, Carried: tt.carried}
		if got := a.Fits(tt.wanted); got != tt.fits {
			t.Errorf("%s with %q where %q is wanted: %t", tt.decision, tt.carried, tt.wanted, got)
		}
	}
}

// A68: with its last character dropped, or one more, nothing is taken.
func TestA68CutOrExtended(t *testing.T) {
	point := privateKey(t, keyturn.Hash("a private key")).PublicKey
	key := keyturn.Bytes(must(point.Bytes())(t))
	link := keyturn.SignInLink{Request: question.Request, Secret: keyturn.Hash("secret")[:16]}
	for _, tt := range []struct {
		name, good string
		read       func(string) error
	}{
		{"id", question.Device, func(s string) error { _, err := keyturn.ParseID(keyturn.DeviceID, s); return err }},
		{"code", string(keyturn.NewCode()), func(s string) error { _, err := keyturn.ParseCode(origin, s); return err }},
		{"canonical code", string(keyturn.NewCode()), func(s string) error { _, err := keyturn.ParseCanonicalCode(s); return err }},
		{"recovery code", string(keyturn.NewRecoveryCode()), func(s string) error { _, err := keyturn.ParseRecoveryCode(s); return err }},
		{"link", link.Link(origin), func(s string) error { _, err := keyturn.ParseSignInLink(origin, s); return err }},
		{"key", key.String(), func(s string) error {
			b, err := keyturn.ParseBytes(s)
			if err == nil {
				_, err = keyturn.ParsePublicKey(b)
			}
			return err
		}},
		{"hash", keyturn.Hash("").String(), func(s string) error { _, err := keyturn.ParseFixed(s, 32); return err }},
		{"answer", must(given.Text())(t), func(s string) error { _, err := keyturn.ParseAnswer(s); return err }},
		{"challenge", must(question.Text())(t), func(s string) error { _, err := keyturn.ParseChallenge(s); return err }},
	} {
		if err := tt.read(tt.good); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		last := tt.good[len(tt.good)-1:]
		for _, s := range []string{strings.TrimSuffix(tt.good, last), tt.good + last, tt.good + "A", tt.good + "\x00", ""} {
			if tt.read(s) == nil {
				t.Errorf("%s: %q is taken", tt.name, s)
			}
		}
	}
}

func TestProofHasTheMembersOfItsType(t *testing.T) {
	b := keyturn.Bytes{1}
	mac := keyturn.Hash("")
	for _, tt := range []struct {
		name  string
		proof keyturn.Proof
		good  bool
	}{
		{"PIN", keyturn.Proof{Type: "pin", MAC: mac}, true},
		{"platform", keyturn.Proof{Type: "platform", Credential: b, AuthenticatorData: b, ClientData: b, Signature: b}, true},
		{"PIN with a short MAC", keyturn.Proof{Type: "pin", MAC: mac[:16]}, false},
		{"PIN without MAC", keyturn.Proof{Type: "pin"}, false},
		{"PIN with a credential", keyturn.Proof{Type: "pin", MAC: mac, Credential: b}, false},
		{"platform with a MAC", keyturn.Proof{Type: "platform", MAC: mac, Credential: b, AuthenticatorData: b, ClientData: b, Signature: b}, false},
		{"platform without a credential", keyturn.Proof{Type: "platform", AuthenticatorData: b, ClientData: b, Signature: b}, false},
		{"none", keyturn.Proof{Type: "none"}, false},
		{"empty", keyturn.Proof{}, false},
	} {
		if err := tt.proof.Valid(); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

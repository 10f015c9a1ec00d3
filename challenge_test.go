package keyturn_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"keyturn"
)

// question is a good challenge.
var question = keyturn.Challenge{
	Origin:  origin,
	Request: "req_AAAAAAAAAAAAAAAAAAAAAAAAAB",
	Device:  "dev_AAAAAAAAAAAAAAAAAAAAAAAAAC",
	Account: "acc_AAAAAAAAAAAAAAAAAAAAAAAAAD",
	Name:    "ada",
	App:     "Mail",
	Action:  keyturn.SignIn,
	Browser: "Firefox on Windows",
	IP:      "2001:db8::7",
	Place:   "Lyon, France",
	Created: 1893456000,
	Carry:   keyturn.CarryNumber,
}

type challengeVectors struct {
	Phone      struct{ Origin, Device, Account string }
	Challenges []struct {
		Name, Text string
		Fields     map[string]string
		Hash       keyturn.Bytes
	}
	Refused []struct{ Name, Text string }
	Phones  []struct {
		Name, Message, Phone string
		Added                int64
	}
}

// A104: a move and a removal name the phone by what its name is now and by when it was
// added, which no session can change.
func TestA104PhoneMessageVectors(t *testing.T) {
	for _, v := range read[challengeVectors](t, "challenges.json").Phones {
		added, name := keyturn.ParsePhoneMessage(v.Message)
		if name != v.Phone || added.IsZero() != (v.Added == 0) || v.Added != 0 && added.Unix() != v.Added {
			t.Errorf("%s: %q, added %v", v.Name, name, added)
		}
		if v.Added != 0 && keyturn.PhoneMessage(added, name) != v.Message {
			t.Errorf("%s: made again it is %q", v.Name, keyturn.PhoneMessage(added, name))
		}
	}
}

func TestChallengeVectors(t *testing.T) {
	v := read[challengeVectors](t, "challenges.json")
	for _, c := range some(t, v.Challenges) {
		created, _ := strconv.ParseInt(c.Fields["created"], 10, 64)
		want := keyturn.Challenge{Origin: c.Fields["origin"], Request: c.Fields["request"], Device: c.Fields["device"],
			Account: c.Fields["account"], Name: c.Fields["account_name"], App: c.Fields["app"],
			Action: keyturn.Action(c.Fields["action"]), Message: c.Fields["message"], Browser: c.Fields["browser"],
			IP: c.Fields["ip"], Place: c.Fields["place"], Created: created, Carry: keyturn.Carry(c.Fields["carry"])}
		if text, err := want.Text(); text != c.Text || err != nil || keyturn.Hash(text).String() != c.Hash.String() {
			t.Errorf("%s: text %q, %v", c.Name, text, err)
		}
		got, err := keyturn.ParseChallenge(c.Text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", c.Name, got, err, want)
		}
		if err := got.For(v.Phone.Origin, v.Phone.Device, v.Phone.Account); err != nil {
			t.Errorf("%s: For: %v", c.Name, err)
		}
	}
	for _, c := range some(t, v.Refused) {
		got, err := keyturn.ParseChallenge(c.Text)
		if err == nil {
			err = got.For(v.Phone.Origin, v.Phone.Device, v.Phone.Account)
		}
		if err == nil {
			t.Errorf("%s: taken as %+v", c.Name, got)
		}
	}
}

func TestChallengeRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Challenge)
		want  error
	}{
		{"not a request", func(c *keyturn.Challenge) { c.Request = "../../v1/device/remove" }, keyturn.ErrText},
		{"not a device", func(c *keyturn.Challenge) { c.Device = "dev_1" }, keyturn.ErrText},
		{"not an account", func(c *keyturn.Challenge) { c.Account = c.Device }, keyturn.ErrText},
		{"made before 1970", func(c *keyturn.Challenge) { c.Created = -1 }, keyturn.ErrText},
		{"an action of tomorrow", func(c *keyturn.Challenge) { c.Action = "unlock_door" }, keyturn.ErrChallenge},
		{"a challenge never wants a QR code", func(c *keyturn.Challenge) { c.Carry = keyturn.CarryQR }, keyturn.ErrChallenge},
	} {
		c := question
		tt.spoil(&c)
		text, err := c.Text()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keyturn.ParseChallenge(text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	text, _ := question.Text()
	if _, err := keyturn.ParseChallenge(strings.Replace(text, "\n1893456000\n", "\n+1893456000\n", 1)); !errors.Is(err, keyturn.ErrText) {
		t.Errorf("a time spelled differently: %v, want ErrText", err)
	}
}

// A12: what is signed for one server is refused by every other.
func TestA12TextOfAnotherServer(t *testing.T) {
	const staging = "https://staging.example.org"
	if err := question.For(staging, question.Device, question.Account); !errors.Is(err, keyturn.ErrChallenge) {
		t.Errorf("challenge: %v, want ErrChallenge", err)
	}
	key := privateKey(t, keyturn.Hash("a private key"))
	call := keyturn.Call{Origin: origin, Method: "GET", Target: "/v1/pending", Device: question.Device, Nonce: "AAAA"}
	answer, redeem := keyturn.Answer{Origin: origin, Request: question.Request}, keyturn.Redeem{Code: "7K3M9QXA2VHBW88K"}
	for _, tt := range []struct {
		name        string
		here, there func() (string, error)
	}{
		{"call", call.Text, func() (string, error) { call.Origin = staging; return call.Text() }},
		{"answer", answer.Text, func() (string, error) { answer.Origin = staging; return answer.Text() }},
		{"redeem", func() (string, error) { return redeem.Text(origin) }, func() (string, error) { return redeem.Text(staging) }},
	} {
		signature := must(keyturn.Sign(key, must(tt.here())(t)))(t)
		if err := keyturn.Verify(&key.PublicKey, must(tt.there())(t), signature); !errors.Is(err, keyturn.ErrSignature) {
			t.Errorf("%s: %v, want ErrSignature", tt.name, err)
		}
	}
}

func TestA15Clean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"ordinary", "Zürich, Schweiz", "Zürich, Schweiz"},
		{"Chinese", "里昂", "里昂"},
		{"right to left is fine", "שלום", "שלום"},
		{"override taken out", "pay\u202E00.01", "pay00.01"},
		{"isolates taken out", "\u2066a\u2069", "a"},
		{"zero width taken out", "a\u200Bb\u200Dc\uFEFF", "abc"},
		{"line ends taken out", "a\nb\r\u0085c\u2028d\u2029e", "abcde"},
		{"terminal escape taken out", "\x1b[31mred", "[31mred"},
		{"ill-formed shown as such", "a\xffb", "a\uFFFDb"},
		{"cut", strings.Repeat("é", 101), strings.Repeat("é", 100)},
	} {
		if got := keyturn.Clean(tt.in, 100); got != tt.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
	if got := keyturn.Clean("app's words "+strings.Repeat("x", 60), 64); utf8.RuneCountInString(got) != 64 {
		t.Errorf("%d characters", utf8.RuneCountInString(got))
	}
}

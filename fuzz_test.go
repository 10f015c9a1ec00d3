package keyturn_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"keyturn"
)

// Two different lists of fields never make the same text.
func FuzzLines(f *testing.F) {
	f.Add("ada", "Mail", "ada\nMail", "")
	f.Add("a", "", "", "a")
	f.Add("a\r", "b", "a", "\rb")
	f.Fuzz(func(t *testing.T, a1, a2, b1, b2 string) {
		x, errA := keyturn.Lines("test", a1, a2)
		y, errB := keyturn.Lines("test", b1, b2)
		if errA == nil && errB == nil && x == y && (a1 != b1 || a2 != b2) {
			t.Errorf("%q, %q and %q, %q both make %q", a1, a2, b1, b2, x)
		}
	})
}

// Whatever split takes apart, Lines puts together to the same bytes.
func FuzzSplit(f *testing.F) {
	f.Add("keyturn/v1 two\na\nb\n", 2)
	f.Add("keyturn/v1 two\n\n\n", 2)
	f.Add("keyturn/v1 two\na\r\nb\n", 2)
	f.Add("keyturn/v1 two\na\xff\nb\n", 2)
	f.Add("keyturn/v1 two\na\nb\nc", 2)
	f.Add("keyturn/v1 two\n", 0)
	f.Fuzz(func(t *testing.T, text string, count int) {
		fields, err := keyturn.Split(text, "two", max(0, min(count, 20)))
		if err != nil {
			return
		}
		if again, err := keyturn.Lines("two", fields...); again != text || err != nil {
			t.Errorf("%q becomes %q, %v", text, again, err)
		}
	})
}

// Of any challenge there is one text only, and it has 14 lines.
func FuzzParseChallenge(f *testing.F) {
	v := read[challengeVectors](f, "challenges.json")
	for _, c := range v.Challenges {
		f.Add(c.Text)
	}
	for _, c := range v.Refused {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := keyturn.ParseChallenge(text)
		if err != nil {
			return
		}
		if again, err := c.Text(); again != text || err != nil || strings.Count(text, "\n") != 14 {
			t.Errorf("%q is taken and written %q, %v", text, again, err)
		}
	})
}

// Of any answer there is one text only, and what is denied carries and unlocks nothing.
func FuzzParseAnswer(f *testing.F) {
	v := read[answerVectors](f, "answers.json")
	for _, a := range v.Answers {
		f.Add(a.Text)
	}
	for _, c := range v.Checks {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := keyturn.ParseAnswer(text)
		if err != nil {
			return
		}
		if again, err := a.Text(); again != text || err != nil || a.Counter < 1 || len(a.Challenge) != 32 {
			t.Errorf("%q is taken and written %q, %v", text, again, err)
		}
		if a.Decision != keyturn.Approve && (a.Value != "" || a.Unlock != keyturn.UnlockNone || !a.Fits(keyturn.CarryNumber)) {
			t.Errorf("%+v is taken", a)
		}
	})
}

// What is read as a code is canonical, and is read again from every way in which
// it is shown.
func FuzzParseCode(f *testing.F) {
	v := read[struct{ Codes []struct{ Input string } }](f, "codes.json")
	for _, c := range v.Codes {
		f.Add(c.Input)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if code, err := keyturn.ParseCode(origin, s); err == nil {
			for _, shown := range []string{string(code), code.String(), code.Link(origin)} {
				if again, err := keyturn.ParseCode(origin, shown); again != code || err != nil {
					t.Errorf("%q is read as %q, which is read as %q, %v", s, code, again, err)
				}
			}
			if _, err := keyturn.ParseCanonicalCode(string(code)); err != nil {
				t.Errorf("%q is read as %q: %v", s, string(code), err)
			}
		}
		if code, err := keyturn.ParseRecoveryCode(s); err == nil {
			if again, err := keyturn.ParseRecoveryCode(code.String()); again != code || err != nil {
				t.Errorf("%q is read as %q, which is read as %q, %v", s, code, again, err)
			}
		}
	})
}

// A sign-in link has one spelling, and leads to the phone's own origin.
func FuzzParseSignInLink(f *testing.F) {
	v := read[struct {
		Links []struct{ Input string } `json:"sign_in_links"`
	}](f, "codes.json")
	for _, l := range v.Links {
		f.Add(l.Input)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := keyturn.ParseSignInLink(origin, s); err == nil && l.Link(origin) != s {
			t.Errorf("%q is taken and written %q", s, l.Link(origin))
		}
	})
}

// An id has one kind, and nothing in it that could mean something in a path.
func FuzzParseID(f *testing.F) {
	for _, s := range []string{question.Device, "dev_", "dev_../../../../../../../../..", "acc_AAAAAAAAAAAAAAAAAAAAAAAAA\n", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kinds := 0
		for _, prefix := range []string{keyturn.AccountID, keyturn.DeviceID, keyturn.ActivationID,
			keyturn.RequestID, keyturn.SessionID, keyturn.PhoneID} {
			if got, err := keyturn.ParseID(prefix, s); err == nil && got == s {
				kinds++
			}
		}
		if kinds > 1 || kinds == 1 && (len(s) != 30 || strings.ContainsAny(s, "/.%\n")) {
			t.Errorf("%q is of %d kinds", s, kinds)
		}
	})
}

// Bytes have one spelling.
func FuzzParseBytes(f *testing.F) {
	for _, s := range []string{"", "_-8", "_-8=", "_-9", "AAEC\n", "A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := keyturn.ParseBytes(s); err == nil && b.String() != s {
			t.Errorf("%q is taken and written %q", s, b)
		}
	})
}

// What is taken as a public key is the one spelling of a point, for both uses.
func FuzzParsePublicKey(f *testing.F) {
	v := read[struct {
		Activations []activationVector
		BadPoints   []struct{ Key keyturn.Bytes } `json:"bad_points"`
	}](f, "activation.json")
	f.Add([]byte(v.Activations[0].DeviceKey))
	for _, p := range v.BadPoints {
		f.Add([]byte(p.Key))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := keyturn.ParsePublicKey(b)
		agree, errAgree := keyturn.ParseAgreeKey(b)
		if (err == nil) != (errAgree == nil) {
			t.Fatalf("%x: %v to verify, %v to agree", b, err, errAgree)
		}
		if err != nil {
			return
		}
		if again, err := key.Bytes(); err != nil || !bytes.Equal(again, b) || !bytes.Equal(agree.Bytes(), b) {
			t.Errorf("%x is taken and written %x, %v", b, again, err)
		}
	})
}

// What is taken as a header of a device is read the same when written again.
func FuzzParseAuthorization(f *testing.F) {
	f.Add(keyturn.Authorization{Device: question.Device, Nonce: "AAAA", Signature: keyturn.Bytes{1, 2, 3}}.String())
	f.Add("keyturn signature=AQID,device=" + question.Device)
	f.Add("Keyturn device=" + question.Device + ", device=" + question.Device + ", signature=AQID")
	f.Add("Bearer x")
	f.Add("Keyturn =,=,=")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := keyturn.ParseAuthorization(header)
		if err != nil {
			return
		}
		again, err := keyturn.ParseAuthorization(a.String())
		if err != nil || again.String() != a.String() || again.Device != a.Device || again.Nonce != a.Nonce {
			t.Errorf("%q is read as %+v, that as %+v, %v", header, a, again, err)
		}
	})
}

// Nobody without the key makes a nonce, nor another spelling of one.
func FuzzCheckNonce(f *testing.F) {
	v := read[struct {
		Key    keyturn.Bytes `json:"nonce_key"`
		Nonces []struct{ Nonce string }
	}](f, "calls.json")
	now, good := time.Unix(1893456000, 0), v.Nonces[0].Nonce // not drawn: a fuzzer has many processes
	f.Add(good)
	f.Add(good[:42])
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, nonce string) {
		if err := keyturn.CheckNonce(v.Key, nonce, now); err == nil && nonce != good {
			t.Errorf("%q is taken", nonce)
		}
	})
}

// Whatever is shown is one line without anything hidden, and cleaning it again
// changes nothing.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"Mail", "a\nb", "\u202Eevil", "a\xffb", "👨‍👩‍👧", "里昂"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = max(0, min(most, 200))
		got := keyturn.Clean(s, most)
		if utf8.RuneCountInString(got) > most || !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\u2028\u202E\u200D") || keyturn.Clean(got, most) != got {
			t.Errorf("Clean(%q, %d) = %q", s, most, got)
		}
	})
}

// bodies are what strangers may send.
var bodies = []any{keyturn.Look{}, keyturn.Redeem{}, keyturn.Finish{}, keyturn.Reply{}, keyturn.Seen{}, keyturn.Remove{},
	keyturn.Subscription{}, keyturn.PINBegin{}, keyturn.PINFinish{}, keyturn.NoticeReply{}}

// What is taken as a body means the same to a lax reader, and still does when it
// is written again.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		`{"code":"7K3M9QXA2VHBW88K"}`,
		`{"answer":"a\n","signature":"AQID","proof":{"type":"pin","mac":"AQID"}}`,
		`{"code":"7K3M9QXA2VHBW88K","unlock":"pin","phone_name":"Pixel 9","via":{"device":"dev_","proof":{"type":"pin"}}}`,
		`{"activation":"act_","phone_nonce":"AQID","proof":"AQID","credential":{"same_as":"dev_"}}`,
		`{"items":[{"device":"dev_","epoch":2,"old_proof":"AQID"}]}`,
		`{"items":[{"device":"dev_","epoch":2,"old_proof":"AQID","new_proof":"AQID","signature":"AQID"},{"device":"dev_","epoch":3}]}`,
		`{"agree_key":"AQID"}`,
		`{"endpoint":"https://fcm.googleapis.com/x","p256dh":"AQID","auth":"AQID"}`,
		`{"code":"\ud83d\ude00"}`, `{"code":"\ud83d"}`, `{"Code":""}`, `{"code":null}`, `{"code":"","code":""}`, `[]`, `{} {}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range bodies {
			got := reflect.New(reflect.TypeOf(kind)).Interface()
			if keyturn.DecodeJSON(body, got) != nil {
				continue
			}
			lax := reflect.New(reflect.TypeOf(kind)).Interface()
			if err := json.Unmarshal(body, lax); err != nil || !reflect.DeepEqual(got, lax) {
				t.Errorf("%q: %+v, but laxly %+v, %v", body, got, lax, err)
			}
			written := must(json.Marshal(got))(t)
			again := reflect.New(reflect.TypeOf(kind)).Interface()
			if err := json.Unmarshal(written, again); err != nil || !slices.Equal(written, must(json.Marshal(again))(t)) {
				t.Errorf("%q is written %q: %v", body, written, err)
			}
		}
	})
}

// No assertion is taken that the credential's key didn't sign, whatever its data.
func FuzzAssertion(f *testing.F) {
	v := read[struct {
		Platform struct {
			Host, Origin, Text string
			Assertions         []struct {
				AuthenticatorData keyturn.Bytes `json:"authenticator_data"`
				ClientData        keyturn.Bytes `json:"client_data"`
				Signature         keyturn.Bytes
			}
		}
	}](f, "answers.json").Platform
	for _, a := range v.Assertions {
		f.Add([]byte(a.AuthenticatorData), []byte(a.ClientData), []byte(a.Signature))
	}
	other := privateKey(f, keyturn.Hash("another credential")).PublicKey
	f.Fuzz(func(t *testing.T, data, client, signature []byte) {
		proof := keyturn.Proof{AuthenticatorData: data, ClientData: client, Signature: signature}
		if got, err := proof.Assertion(v.Host, v.Origin, &other, v.Text); err == nil {
			t.Errorf("taken: %+v", got)
		}
	})
}

package keyturn_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"
	"testing"

	"keyturn"
)

type ocraVector struct {
	Suite, Question, Response string
	KeyHex                    string `json:"key_hex"`
	Counter, Minutes          uint64
	PIN                       string
}

type offlineVectors struct {
	RFC6287  []ocraVector
	OwnSuite []ocraVector `json:"own_suite"`
	Device   []struct {
		Name, Challenge, Response string
		Kp, Kk, Ko                keyturn.Bytes
	}
	Refused   []struct{ Challenge, Reason string }
	Collision struct {
		Questions []string
		KeyHex    string `json:"key_hex"`
		Response  string
	}
}

func TestOCRAVectors(t *testing.T) {
	v := read[offlineVectors](t, "offline.json")
	for _, o := range append(some(t, v.RFC6287), some(t, v.OwnSuite)...) {
		key := must(hex.DecodeString(o.KeyHex))(t)
		in := keyturn.OCRAInput{Counter: o.Counter, Question: o.Question, PIN: o.PIN, Minutes: o.Minutes}
		if got, err := keyturn.OCRA(o.Suite, key, in); got != o.Response || err != nil {
			t.Errorf("%s, question %s: %s, %v, want %s", o.Suite, o.Question, got, err, o.Response)
		}
	}
	for _, question := range some(t, v.Collision.Questions) {
		key := must(hex.DecodeString(v.Collision.KeyHex))(t)
		got, err := keyturn.OCRA(keyturn.OfflineSuite, key, keyturn.OCRAInput{Question: question})
		if got != v.Collision.Response || err != nil {
			t.Errorf("collision of %s: %s, %v, want %s", question, got, err, v.Collision.Response)
		}
	}
}

func TestOfflineVectors(t *testing.T) {
	v := read[offlineVectors](t, "offline.json")
	for _, d := range some(t, v.Device) {
		ko := keyturn.OfflineKey(d.Kp, d.Kk)
		if !bytes.Equal(ko, d.Ko) {
			t.Errorf("%s: key %s, want %s", d.Name, ko, d.Ko)
		}
		if got, err := keyturn.Response(ko, d.Challenge); got != d.Response || err != nil {
			t.Errorf("%s: %s, %v, want %s", d.Name, got, err, d.Response)
		}
	}
	for _, r := range some(t, v.Refused) {
		if got, err := keyturn.Response(keyturn.Hash("ko"), r.Challenge); !errors.Is(err, keyturn.ErrChallengeCode) {
			t.Errorf("%q: %s, %v, want ErrChallengeCode for its %s", r.Challenge, got, err, r.Reason)
		}
	}
}

// A59: every challenge code that is drawn is in the range where no two questions
// have one response.
func TestA59ChallengeCodesAreInRange(t *testing.T) {
	for range 1_000_000 {
		code := keyturn.NewChallengeCode()
		if n, err := strconv.Atoi(code); err != nil || n < 16777216 || n > 99999999 {
			t.Fatalf("drew %q", code)
		}
	}
}

func TestUnknownSuites(t *testing.T) {
	for _, suite := range []string{"", "OCRA-1", "OCRA-2:HOTP-SHA256-8:QN08", "OCRA-1:HOTP-MD5-8:QN08", "OCRA-1:HOTP-SHA256-0:QN08",
		"OCRA-1:HOTP-SHA256-8:", "OCRA-1:HOTP-SHA256-8:QH40", "OCRA-1:HOTP-SHA256-8:QN08:x", "OCRA-1:TOTP-SHA256-8:QN08"} {
		if got, err := keyturn.OCRA(suite, keyturn.Hash(""), keyturn.OCRAInput{Question: "12345678"}); !errors.Is(err, keyturn.ErrSuite) {
			t.Errorf("%q: %s, %v, want ErrSuite", suite, got, err)
		}
	}
	for _, question := range []string{"", "1234567", "-1234567", "+1234567", "1234567a", "123456789"} {
		if got, err := keyturn.OCRA(keyturn.OfflineSuite, keyturn.Hash(""), keyturn.OCRAInput{Question: question}); !errors.Is(err, keyturn.ErrSuite) {
			t.Errorf("question %q: %s, %v, want ErrSuite", question, got, err)
		}
	}
}

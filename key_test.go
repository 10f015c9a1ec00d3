package keyturn_test

import (
	"errors"
	"testing"

	"keyturn"
)

// A13: a signature has one length and two forms, and nothing else passes for it.
func TestA13Signatures(t *testing.T) {
	key := privateKey(t, keyturn.Hash("a private key"))
	good := must(keyturn.Sign(key, "text"))(t)
	zeros := make(keyturn.Bytes, 32)
	for _, tt := range []struct {
		name, text string
		signature  keyturn.Bytes
		want       error
	}{
		{"good", "text", good, nil},
		{"n−s, as some browsers make it", "text", mirrored(good), nil},
		{"another text", "texts", good, keyturn.ErrSignature},
		{"cut", "text", good[:63], keyturn.ErrSignature},
		{"extended", "text", append(good[:64:64], 0), keyturn.ErrSignature},
		{"s with a zero before it", "text", append(append(good[:32:32], 0), good[32:]...), keyturn.ErrSignature},
		{"r is zero", "text", append(zeros[:32:32], good[32:]...), keyturn.ErrSignature},
		{"s is zero", "text", append(good[:32:32], zeros...), keyturn.ErrSignature},
		{"missing", "text", nil, keyturn.ErrSignature},
	} {
		if err := keyturn.Verify(&key.PublicKey, tt.text, tt.signature); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestA39BadPointVectors(t *testing.T) {
	v := read[struct {
		BadPoints []struct {
			Name string
			Key  keyturn.Bytes
		} `json:"bad_points"`
	}](t, "activation.json")
	for _, p := range some(t, v.BadPoints) {
		if _, err := keyturn.ParsePublicKey(p.Key); !errors.Is(err, keyturn.ErrKey) {
			t.Errorf("%s: ParsePublicKey: %v, want ErrKey", p.Name, err)
		}
		if _, err := keyturn.ParseAgreeKey(p.Key); !errors.Is(err, keyturn.ErrKey) {
			t.Errorf("%s: ParseAgreeKey: %v, want ErrKey", p.Name, err)
		}
	}
}

func TestCheckMAC(t *testing.T) {
	key := keyturn.Hash("key")
	mac := keyturn.MAC(key, "text")
	for _, tt := range []struct {
		name string
		key  keyturn.Bytes
		text string
		mac  keyturn.Bytes
		want bool
	}{
		{"right", key, "text", mac, true},
		{"of another text", key, "texts", mac, false},
		{"under another key", keyturn.Hash("other"), "text", mac, false},
		{"cut", key, "text", mac[:16], false},
		{"missing", key, "text", nil, false},
		{"under a key that got lost", nil, "text", keyturn.MAC(nil, "text"), false},
	} {
		if got := keyturn.CheckMAC(tt.key, tt.text, tt.mac); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

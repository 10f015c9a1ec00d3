package keyturn_test

import (
	"errors"
	"testing"
	"time"

	"keyturn"
)

func TestA18CallVectors(t *testing.T) {
	v := read[struct {
		PublicKey keyturn.Bytes `json:"public_key"`
		Calls     []struct {
			Name, Origin, Method, Target, Device, Nonce, Body, Text string
			Signature                                               keyturn.Bytes
			Valid                                                   bool
		}
	}](t, "calls.json")
	key := publicKey(t, v.PublicKey)
	for _, c := range some(t, v.Calls) {
		text, err := keyturn.Call{Origin: c.Origin, Method: c.Method, Target: c.Target,
			Device: c.Device, Nonce: c.Nonce, Body: []byte(c.Body)}.Text()
		if err != nil || text != c.Text {
			t.Errorf("%s: text %q, %v", c.Name, text, err)
		}
		if err := keyturn.Verify(key, text, c.Signature); (err == nil) != c.Valid {
			t.Errorf("%s: Verify: %v", c.Name, err)
		}
	}
}

func TestA19NonceVectors(t *testing.T) {
	v := read[struct {
		Key    keyturn.Bytes `json:"nonce_key"`
		Nonces []struct {
			Name, Nonce string
			Now         int64
			Valid       bool
		}
	}](t, "calls.json")
	for _, n := range some(t, v.Nonces) {
		if err := keyturn.CheckNonce(v.Key, n.Nonce, time.Unix(n.Now, 0)); (err == nil) != n.Valid {
			t.Errorf("%s: CheckNonce: %v", n.Name, err)
		}
	}
}

func TestNonce(t *testing.T) {
	key, now := keyturn.Hash("nonce key"), time.Unix(1893456000, 0)
	nonce := keyturn.NewNonce(key, now)
	for _, tt := range []struct {
		name string
		key  keyturn.Bytes
		at   time.Time
		want error
	}{
		{"at once", key, now, nil},
		{"at the end of its life", key, now.Add(keyturn.NonceLife), nil},
		{"a second later", key, now.Add(keyturn.NonceLife + time.Second), keyturn.ErrNonce},
		{"before it was made", key, now.Add(-time.Second), keyturn.ErrNonce},
		{"under another key", keyturn.Hash("other"), now, keyturn.ErrNonce},
		{"under no key", nil, now, keyturn.ErrNonce},
	} {
		if err := keyturn.CheckNonce(tt.key, nonce, tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if err := keyturn.CheckNonce(nil, keyturn.NewNonce(nil, now), now); err == nil {
		t.Error("a nonce made without a key is taken")
	}
	if nonce == keyturn.NewNonce(key, now) {
		t.Error("the same nonce twice")
	}
}

func TestAuthorization(t *testing.T) {
	device, nonce, signature := keyturn.NewID(keyturn.DeviceID), "AAAA", keyturn.Bytes{1, 2, 3}
	want := keyturn.Authorization{Device: device, Nonce: nonce, Signature: signature}
	for _, tt := range []struct {
		name, header string
		good         bool
	}{
		{"as phones send it", want.String(), true},
		{"another order", "Keyturn signature=AQID,nonce=AAAA ,\tdevice=" + device, true},
		{"scheme and names in another case", "KEYTURN Device=" + device + ", Nonce=AAAA, SIGNATURE=AQID", true},
		{"empty", "", false},
		{"scheme alone", "Keyturn", false},
		{"another scheme", "Bearer device=" + device + ", nonce=AAAA, signature=AQID", false},
		{"device missing", "Keyturn nonce=AAAA, signature=AQID", false},
		{"signature missing", "Keyturn device=" + device + ", nonce=AAAA", false},
		{"device twice", "Keyturn device=" + device + ", device=" + device + ", nonce=AAAA, signature=AQID", false},
		{"one parameter too many", want.String() + ", alg=none", false},
		{"quoted", `Keyturn device="` + device + `", nonce=AAAA, signature=AQID`, false},
		{"empty parameter", want.String() + ",", false},
		{"empty nonce", "Keyturn device=" + device + ", nonce=, signature=AQID", false},
		{"padded signature", want.String() + "=", false},
		{"not a device", "Keyturn device=acc_" + device[4:] + ", nonce=AAAA, signature=AQID", false},
	} {
		got, err := keyturn.ParseAuthorization(tt.header)
		if (err == nil) != tt.good || tt.good && got.String() != want.String() {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
	got, err := keyturn.ParseAuthorization(keyturn.Authorization{Device: device, Signature: signature}.String())
	if err != nil || got.Nonce != "" || got.Device != device {
		t.Errorf("without a nonce: %+v, %v", got, err)
	}
}

// A nonce says when it was made, to the second; what is none says nothing.
func TestNonceMade(t *testing.T) {
	key, at := make(keyturn.Bytes, 32), time.Unix(1893456000, 0)
	nonce := keyturn.NewNonce(key, at.Add(900*time.Millisecond))
	if made := keyturn.NonceMade(nonce); !made.Equal(at) {
		t.Errorf("made at %v, want %v", made, at)
	}
	for _, none := range []string{"", "nonce", nonce[1:], nonce + "A"} {
		if made := keyturn.NonceMade(none); !made.IsZero() {
			t.Errorf("%q was made at %v", none, made)
		}
	}
}

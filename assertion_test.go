package keyturn_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"keyturn"
)

func TestA63AssertionVectors(t *testing.T) {
	v := read[struct {
		Platform struct {
			Host, Origin, Text string
			Key                keyturn.Bytes `json:"credential_public_key"`
			Assertions         []struct {
				Name, Reason      string
				AuthenticatorData keyturn.Bytes `json:"authenticator_data"`
				ClientData        keyturn.Bytes `json:"client_data"`
				Signature         keyturn.Bytes
				Valid             bool
			}
		}
	}](t, "answers.json").Platform
	key := publicKey(t, v.Key)
	for _, a := range some(t, v.Assertions) {
		proof := keyturn.Proof{Type: keyturn.UnlockPlatform, Credential: keyturn.Bytes{1},
			AuthenticatorData: a.AuthenticatorData, ClientData: a.ClientData, Signature: a.Signature}
		_, err := proof.Assertion(v.Host, v.Origin, key, v.Text)
		if (err == nil) != a.Valid {
			t.Errorf("%s: %v", a.Name, err)
		}
		if !a.Valid && (!errors.Is(err, keyturn.ErrAssertion) || !strings.HasSuffix(err.Error(), ": "+a.Reason)) {
			t.Errorf("%s: %v, want %s", a.Name, err, a.Reason)
		}
	}
}

// What the vectors leave out: each of these is signed rightly by the credential.
func TestA63AssertionForms(t *testing.T) {
	const text, host = "keyturn/v1 answer\n", "id.example.org"
	key := privateKey(t, keyturn.Hash("a credential"))
	rp, challenge := string(keyturn.Hash(host)), keyturn.Hash(text).String()
	client := `{"type":"webauthn.get","challenge":"` + challenge + `","origin":"` + origin + `"`
	for _, tt := range []struct {
		name, client, data string
		reason             string // empty if it is good
		want               keyturn.Authenticator
	}{
		{"without crossOrigin", client + "}", rp + "\x05\x00\x00\x00\x00", "", keyturn.Authenticator{}},
		{"with members of tomorrow", client + `,"Type":"x","new":{"a":[null]}}`, rp + "\x05\x00\x00\x00\x00", "", keyturn.Authenticator{}},
		{"counting, synced", client + "}", rp + "\x1d\x00\x00\x01\x02", "", keyturn.Authenticator{BackupEligible: true, BackedUp: true, Count: 258}},
		{"with extensions", client + "}", rp + "\x85\x00\x00\x00\x00\xa0", "", keyturn.Authenticator{}},
		{"backed up but not eligible", client + "}", rp + "\x15\x00\x00\x00\x00", "BS without BE", keyturn.Authenticator{}},
		{"something behind the count", client + "}", rp + "\x05\x00\x00\x00\x00\xa0", "length", keyturn.Authenticator{}},
		{"data cut", client + "}", rp + "\x05\x00\x00\x00", "authenticator data", keyturn.Authenticator{}},
		{"no data", client + "}", "", "authenticator data", keyturn.Authenticator{}},
		{"no client data", "", rp + "\x05\x00\x00\x00\x00", "client data", keyturn.Authenticator{}},
		{"crossOrigin is not a truth value", client + `,"crossOrigin":"false"}`, rp + "\x05\x00\x00\x00\x00", "crossOrigin", keyturn.Authenticator{}},
		{"type in another case", strings.Replace(client, "type", "Type", 1) + "}", rp + "\x05\x00\x00\x00\x00", "type", keyturn.Authenticator{}},
	} {
		clientHash := sha256.Sum256([]byte(tt.client))
		sum := sha256.Sum256(append([]byte(tt.data), clientHash[:]...))
		signature := must(ecdsa.SignASN1(rand.Reader, key, sum[:]))(t)
		proof := keyturn.Proof{AuthenticatorData: []byte(tt.data), ClientData: []byte(tt.client), Signature: signature}
		got, err := proof.Assertion(host, origin, &key.PublicKey, text)
		if (err == nil) != (tt.reason == "") || got != tt.want || err != nil && !strings.HasSuffix(err.Error(), ": "+tt.reason) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

package keyturntest_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// begun is a change of the PIN that a signer has begun, and what would finish it.
func (s signer) begun(t *testing.T, w *keyturntest.World) keyturn.PINItem {
	t.Helper()
	agree := must(ecdh.P256().GenerateKey(rand.Reader))
	status, answer := s.call(t, "/v1/pin/begin", w.Devices.Nonce(), keyturn.PINBegin{AgreeKey: agree.PublicKey().Bytes()}).send(t, w.Client(), w.Origin)
	var b keyturn.PINBegun
	if err := json.Unmarshal(answer, &b); err != nil || status != http.StatusOK || b.FinishIn != 120 {
		t.Fatalf("begin: %d %s", status, answer)
	}
	c := keyturn.PINChange{Origin: s.origin, Device: s.dev.ID, Epoch: b.Epoch, AgreeKey: agree.PublicKey().Bytes(), ServerKey: b.ServerKey, Nonce: b.Nonce}
	hash, kk, err := c.Key(agree, must(keyturn.ParseAgreeKey(b.ServerKey)))
	if err != nil {
		t.Fatal(err)
	}
	text := must(c.Text(hash))
	return keyturn.PINItem{Device: s.dev.ID, Epoch: b.Epoch, OldProof: keyturn.MAC(s.kk, text), NewProof: keyturn.MAC(kk, text),
		Signature: must(keyturn.Sign(s.key, text))}
}

// What a phone hears of a change that can't be, spec §14: status and code. None of
// them changes the PIN.
func TestPINChangeErrors(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	s := signerOf(ada.Phone, pin)
	for _, tt := range []struct {
		name   string
		path   string
		body   func() any
		status int
		code   string
	}{
		{"a key that is no point", "/v1/pin/begin", func() any { return keyturn.PINBegin{AgreeKey: make(keyturn.Bytes, 65)} }, 400, "bad_request"},
		{"an unknown member", "/v1/pin/begin", func() any { return map[string]string{"agree": ""} }, 400, "bad_request"},
		{"no items", "/v1/pin/finish", func() any { return keyturn.PINFinish{Items: []keyturn.PINItem{}} }, 400, "bad_request"},
		{"one that has not begun", "/v1/pin/finish", func() any {
			i := s.begun(t, w)
			i.Epoch++
			return keyturn.PINFinish{Items: []keyturn.PINItem{i}}
		}, 409, "change_gone"},
		{"one that a newer one ended", "/v1/pin/finish", func() any {
			i := s.begun(t, w)
			s.begun(t, w)
			return keyturn.PINFinish{Items: []keyturn.PINItem{i}}
		}, 409, "change_gone"},
		{"a new proof of another key", "/v1/pin/finish", func() any {
			i := s.begun(t, w)
			i.NewProof = i.OldProof
			return keyturn.PINFinish{Items: []keyturn.PINItem{i}}
		}, 403, "proof_wrong"},
		{"a wrong PIN", "/v1/pin/finish", func() any {
			i := s.begun(t, w)
			i.OldProof = i.NewProof
			return keyturn.PINFinish{Items: []keyturn.PINItem{i}}
		}, 403, "pin_wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, answer := s.call(t, tt.path, w.Devices.Nonce(), tt.body()).send(t, w.Client(), w.Origin)
			if status != tt.status || codeOf(answer) != tt.code {
				t.Errorf("%d %s, want %d %s", status, answer, tt.status, tt.code)
			}
			if d, err := w.Store.Device(t.Context(), s.dev.ID); err != nil || d.Epoch != 1 {
				t.Errorf("epoch %d, %v", d.Epoch, err)
			}
		})
	}
	status, answer := s.call(t, "/v1/pin/finish", w.Devices.Nonce(), keyturn.PINFinish{Items: []keyturn.PINItem{s.begun(t, w)}}).send(t, w.Client(), w.Origin)
	var got keyturn.PINEpochs
	if err := json.Unmarshal(answer, &got); err != nil || status != http.StatusOK || got.Epochs[s.dev.ID] != 2 {
		t.Errorf("the right one: %d %s", status, answer)
	}
}

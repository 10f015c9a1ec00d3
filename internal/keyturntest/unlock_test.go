package keyturntest_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/url"
	"testing"

	"keyturn"
	"keyturn/internal/device/devicetest"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// A faced is a phone that is opened by a face, not by a PIN: what a signer signs with,
// and the phone's own unlock.
type faced struct {
	signer
	*devicetest.Authenticator
	activation string
	nonce      keyturn.Bytes // committed to
	keys       keyturn.Keys
	text       string // of the redeem
}

// newFaced redeems a code with the phone's own unlock.
func newFaced(t *testing.T, w *keyturntest.World, page *keyturntest.Page) *faced {
	t.Helper()
	code := must(keyturn.ParseCode(w.Origin, page.Text("#activation-code")))
	key, agree := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdh.P256().GenerateKey(rand.Reader))
	f := &faced{Authenticator: devicetest.New(w.Origin, "localhost"), nonce: make(keyturn.Bytes, 32)}
	r := keyturn.Redeem{Code: code, DeviceKey: must(key.PublicKey.Bytes()), AgreeKey: agree.PublicKey().Bytes(),
		Commit: keyturn.Commit(f.nonce), Unlock: keyturn.UnlockPlatform, PhoneName: "iPhone 17", Platform: keyturn.IOS}
	f.text = must(r.Text(w.Origin))
	r.Signature = must(keyturn.Sign(key, f.text))
	var got keyturn.Redeemed
	decoded(t, parcel{path: "/v1/activations/redeem", body: encoded(t, r)}, w, &got)
	f.keys = must(keyturn.Agreement{Origin: w.Origin, Activation: got.Activation, Account: got.Account.ID, Device: got.Device,
		DeviceKey: r.DeviceKey, AgreeKey: r.AgreeKey, ServerKey: got.ServerKey, Nonce: got.Nonce, PhoneNonce: f.nonce,
		Unlock: keyturn.UnlockPlatform}.Keys(agree, must(keyturn.ParseAgreeKey(got.ServerKey))))
	f.activation, f.signer = got.Activation, signer{w.Origin, phone.Device{ID: got.Device}, key, f.keys.Kk}
	return f
}

// finish is the end of the set-up, with what the phone's unlock registers now.
func (f *faced) finish(t *testing.T, w *keyturntest.World) parcel {
	t.Helper()
	text := must(keyturn.FinishText(f.origin, f.activation, f.dev.ID, f.keys.T, keyturn.UnlockPlatform))
	reg := f.Register(keyturn.Hash(f.text))
	return f.call(t, "/v1/activations/finish", w.Devices.Nonce(),
		keyturn.Finish{Activation: f.activation, PhoneNonce: f.nonce, Proof: keyturn.MAC(f.kk, text), Credential: &reg})
}

// approves answers the request that the page of a browser shows, after an unlock.
func (f *faced) approves(t *testing.T, w *keyturntest.World, page *keyturntest.Page) parcel {
	t.Helper()
	var waits keyturn.Pending
	decoded(t, f.get("/v1/pending", w.Devices.Nonce()), w, &waits)
	f.dev.Counter++
	text := must(keyturn.Answer{Origin: f.origin, Request: waits.Requests[0].Request, Device: f.dev.ID,
		Challenge: keyturn.Hash(waits.Requests[0].Challenge), Decision: keyturn.Approve, Carried: keyturn.CarryNumber,
		Value: page.Text("#number"), Unlock: keyturn.UnlockPlatform, Counter: f.dev.Counter}.Text())
	proof := f.Assert(text)
	return f.call(t, "/v1/requests/"+waits.Requests[0].Request+"/answer", w.Devices.Nonce(),
		keyturn.Reply{Text: text, Signature: must(keyturn.Sign(f.key, text)), Proof: &proof})
}

// The phone's own unlock has two errors, spec §16: one when it is registered, which
// ends the set-up, and one later, which costs the request nothing.
func TestUnlockProblems(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	f := newFaced(t, w, b.SignIn(ada))
	f.Flags &^= devicetest.UV
	if status, answer := f.finish(t, w).send(t, w.Client(), w.Origin); status != http.StatusForbidden || codeOf(answer) != "unlock_refused" {
		t.Fatalf("registered without the person: %d %s", status, answer)
	}
	f.Flags |= devicetest.UV
	if status, answer := f.finish(t, w).send(t, w.Client(), w.Origin); status != http.StatusConflict || codeOf(answer) != "activation_closed" {
		t.Errorf("a second try: %d %s", status, answer)
	}

	f = newFaced(t, w, b.Post("/phones/activation", nil))
	decoded(t, f.finish(t, w), w, &keyturn.Finished{})
	b.Post("/phones/activation/check", url.Values{"code": {f.keys.Check}})
	page := w.Browser().SignIn(ada)
	f.Flags &^= devicetest.UV
	if status, answer := f.approves(t, w, page).send(t, w.Client(), w.Origin); status != http.StatusForbidden || codeOf(answer) != "unlock_wrong" {
		t.Errorf("unlocked without the person: %d %s", status, answer)
	}
	f.Flags |= devicetest.UV
	decoded(t, f.approves(t, w, page), w, &keyturn.State{})
	if home := page.Reload().Submit("form#redeem", nil); home.Attr("body", "data-proven") != "urn:keyturn:aal2" {
		t.Errorf("unlocked by the person: signed in with %q", home.Attr("body", "data-proven"))
	}
}

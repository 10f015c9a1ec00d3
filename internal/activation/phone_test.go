package activation_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// A phone is one that follows the protocol, until a test spoils something.
type phone struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	agree  *ecdh.PrivateKey
	nonce  keyturn.Bytes
	unlock keyturn.Unlock
	name   string
	auth   *devicetest.Authenticator
	reg    *keyturn.Registration // platform mode
	sent   keyturn.Redeem
	got    keyturn.Redeemed
	keys   keyturn.Keys
}

func newPhone(t *testing.T, unlock keyturn.Unlock) *phone {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	agree, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &phone{t: t, key: key, agree: agree, nonce: random(32), unlock: unlock, name: "Pixel 9", auth: devicetest.New(origin, host)}
}

// redeem makes and signs the redeem of a code.
func (p *phone) redeem(code keyturn.Code) keyturn.Redeem {
	p.t.Helper()
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.signed(keyturn.Redeem{Code: code, DeviceKey: point, AgreeKey: p.agree.PublicKey().Bytes(), Commit: keyturn.Commit(p.nonce),
		Unlock: p.unlock, PhoneName: p.name, Platform: keyturn.Android})
}

// signed signs a redeem, at the origin of the phone.
func (p *phone) signed(r keyturn.Redeem) keyturn.Redeem {
	p.t.Helper()
	text, err := r.Text(p.auth.Origin)
	if err != nil {
		p.t.Fatal(err)
	}
	if r.Signature, err = keyturn.Sign(p.key, text); err != nil {
		p.t.Fatal(err)
	}
	if p.unlock == keyturn.UnlockPlatform {
		reg := p.auth.Register(keyturn.Hash(text))
		p.reg = &reg
	}
	p.sent = r
	return r
}

// via lets another device of this phone vouch for the redeem of a code.
func (p *phone) via(old *phone, code keyturn.Code, nonce string) keyturn.Redeem {
	p.t.Helper()
	r := p.redeem(code)
	r.Via = &keyturn.Via{Device: old.got.Device, Nonce: nonce}
	r = p.signed(r)
	text, err := r.AddText(origin)
	if err != nil {
		p.t.Fatal(err)
	}
	if r.Via.Signature, err = keyturn.Sign(old.key, text); err != nil {
		p.t.Fatal(err)
	}
	r.Via.Proof = keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(old.keys.Kk, text)}
	if p.unlock == keyturn.UnlockPlatform {
		r.Via.Proof = old.auth.Assert(text)
		p.auth, p.reg = old.auth, &keyturn.Registration{SameAs: old.got.Device}
	}
	return r
}

// finish takes the server's answer and makes the finish.
func (p *phone) finish(got keyturn.Redeemed) keyturn.Finish {
	p.t.Helper()
	p.got = got
	server, err := keyturn.ParseAgreeKey(got.ServerKey)
	if err != nil {
		p.t.Fatal(err)
	}
	p.keys, err = keyturn.Agreement{Origin: origin, Activation: got.Activation, Account: got.Account.ID, Device: got.Device,
		DeviceKey: p.sent.DeviceKey, AgreeKey: p.sent.AgreeKey, ServerKey: got.ServerKey, Nonce: got.Nonce,
		PhoneNonce: p.nonce, Unlock: p.unlock}.Keys(p.agree, server)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := keyturn.FinishText(origin, got.Activation, got.Device, p.keys.T, p.unlock)
	if err != nil {
		p.t.Fatal(err)
	}
	return keyturn.Finish{Activation: got.Activation, PhoneNonce: p.nonce, Proof: keyturn.MAC(p.keys.Kk, text), Credential: p.reg}
}

// redeemed is a phone that has used a code up and not yet finished.
func (w *world) redeemed(b activation.By, unlock keyturn.Unlock) (*phone, keyturn.Finish) {
	w.t.Helper()
	p := newPhone(w.t, unlock)
	got, err := w.Redeem(w.t.Context(), p.redeem(w.code(b)))
	if err != nil {
		w.t.Fatal(err)
	}
	return p, p.finish(got)
}

// checking is a phone that shows its check code.
func (w *world) checking(b activation.By, unlock keyturn.Unlock) *phone {
	w.t.Helper()
	p, f := w.redeemed(b, unlock)
	if _, err := w.Finish(w.t.Context(), w.device(p.got.Device), f); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// active is a phone that approves sign-ins.
func (w *world) active(b activation.By, unlock keyturn.Unlock) *phone {
	w.t.Helper()
	p := w.checking(b, unlock)
	if _, err := w.Check(w.t.Context(), b.Session, p.keys.Check); err != nil {
		w.t.Fatal(err)
	}
	w.left(b, activation.Active, "", device.Active)
	return p
}

package activation_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/device"
)

func TestRedeem(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := newPhone(t, keyturn.UnlockPIN)
	code := w.code(ada)
	w.bus.take()
	got, err := w.Redeem(t.Context(), p.redeem(code))
	if err != nil {
		t.Fatal(err)
	}
	if got.Account != (keyturn.AccountRef{ID: ada.Account, Name: "ada"}) || got.FinishIn != 120 || len(got.Nonce) != 32 {
		t.Errorf("got %+v", got)
	}
	if _, err := keyturn.ParseAgreeKey(got.ServerKey); err != nil {
		t.Errorf("server key: %v", err)
	}
	st := w.status(ada)
	if st.State != activation.Redeemed || st.By != "Pixel 9" || st.Code != "" || len(st.Activation.Code) != 0 || st.Left != 2*time.Minute {
		t.Errorf("status is %+v", st)
	}
	if d := w.device(got.Device); d.State != device.New || d.Account != ada.Account || !bytes.Equal(d.Key, p.sent.DeviceKey) {
		t.Errorf("device is %+v", d)
	}
	if !slices.Contains(w.bus.take(), got.Activation) {
		t.Error("the page isn't told")
	}
}

// Until it is used up, nothing that is wrong costs the code: A39, A12, A13, A45.
func TestA39RedeemForm(t *testing.T) {
	order := elliptic.P256().Params().N
	offCurve := append(keyturn.Bytes{4}, make(keyturn.Bytes, 64)...)
	for _, tt := range []struct {
		name  string
		spoil func(p *phone, r *keyturn.Redeem) // before it is signed
		bend  func(r *keyturn.Redeem)           // after it
	}{
		{"A39 a device key beside the curve", func(_ *phone, r *keyturn.Redeem) { r.DeviceKey = offCurve }, nil},
		{"A39 a compressed device key", func(_ *phone, r *keyturn.Redeem) { r.DeviceKey = append(keyturn.Bytes{2}, r.DeviceKey[1:33]...) }, nil},
		{"A39 a device key at infinity", func(_ *phone, r *keyturn.Redeem) { r.DeviceKey = keyturn.Bytes{0} }, nil},
		{"A39 a device key of 64 bytes", func(_ *phone, r *keyturn.Redeem) { r.DeviceKey = r.DeviceKey[:64] }, nil},
		{"A39 an agree key beside the curve", func(_ *phone, r *keyturn.Redeem) { r.AgreeKey = offCurve }, nil},
		{"A39 a compressed agree key", func(_ *phone, r *keyturn.Redeem) { r.AgreeKey = append(keyturn.Bytes{3}, r.AgreeKey[1:33]...) }, nil},
		{"A39 an agree key at infinity", func(_ *phone, r *keyturn.Redeem) { r.AgreeKey = keyturn.Bytes{0} }, nil},
		{"A39 an agree key of 66 bytes", func(_ *phone, r *keyturn.Redeem) { r.AgreeKey = append(r.AgreeKey, 0) }, nil},
		{"A12 signed for staging", func(p *phone, _ *keyturn.Redeem) { p.auth.Origin = "https://staging.example.org" }, nil},
		{"A45 a recovery code", func(_ *phone, r *keyturn.Redeem) { r.Code = keyturn.Code(keyturn.NewRecoveryCode()) }, nil},
		{"a code with dashes", func(_ *phone, r *keyturn.Redeem) { r.Code = keyturn.Code(r.Code.String()) }, nil},
		{"a commitment of 31 bytes", func(_ *phone, r *keyturn.Redeem) { r.Commit = r.Commit[:31] }, nil},
		{"an unlock that the operator doesn't allow", func(_ *phone, r *keyturn.Redeem) { r.Unlock = keyturn.UnlockPlatform }, nil},
		{"no unlock", func(_ *phone, r *keyturn.Redeem) { r.Unlock = keyturn.UnlockNone }, nil},
		{"no name", func(_ *phone, r *keyturn.Redeem) { r.PhoneName = "" }, nil},
		{"a name with a right-to-left override", func(_ *phone, r *keyturn.Redeem) { r.PhoneName = "Pixel\u202e9" }, nil},
		{"a name of 41 characters", func(_ *phone, r *keyturn.Redeem) { r.PhoneName = strings.Repeat("里", 41) }, nil},
		{"another platform", func(_ *phone, r *keyturn.Redeem) { r.Platform = "symbian" }, nil},
		{"a name changed after signing", nil, func(r *keyturn.Redeem) { r.PhoneName = "Nexus" }},
		{"a commitment changed after signing", nil, func(r *keyturn.Redeem) { r.Commit = random(32) }},
		{"a vouching device added after signing", nil, func(r *keyturn.Redeem) {
			r.Via = &keyturn.Via{Device: keyturn.NewID(keyturn.DeviceID), Signature: random(64), Proof: keyturn.Proof{Type: keyturn.UnlockPIN, MAC: random(32)}}
		}},
		{"A13 a signature of 63 bytes", nil, func(r *keyturn.Redeem) { r.Signature = r.Signature[:63] }},
		{"A13 a signature of zeros", nil, func(r *keyturn.Redeem) { r.Signature = make(keyturn.Bytes, 64) }},
		{"A13 a signature not below the order", nil, func(r *keyturn.Redeem) {
			r.Signature = append(r.Signature[:32:32], order.FillBytes(make([]byte, 32))...)
		}},
		{"A13 a signature in DER", nil, func(r *keyturn.Redeem) {
			r.Signature, _ = asn1.Marshal([]*big.Int{new(big.Int).SetBytes(r.Signature[:32]), new(big.Int).SetBytes(r.Signature[32:])})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			w.Unlocks = []keyturn.Unlock{keyturn.UnlockPIN}
			ada := by(w.account("ada"))
			code := w.code(ada)
			p := newPhone(t, keyturn.UnlockPIN)
			r := p.redeem(code)
			if tt.spoil != nil {
				tt.spoil(p, &r)
				r = p.signed(r)
			}
			if tt.bend != nil {
				tt.bend(&r)
			}
			if _, err := w.Redeem(t.Context(), r); !errors.Is(err, activation.ErrForm) {
				t.Errorf("got %v, want %v", err, activation.ErrForm)
			}
			w.left(ada, activation.Waiting, "", "")
			if _, err := w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code)); err != nil {
				t.Errorf("afterwards the code is no good: %v", err)
			}
		})
	}
}

// The account is that of the code's row, whatever else is known of another: A46.
func TestA46AccountOfTheCode(t *testing.T) {
	w := start(t)
	mei := by(w.account("mei"))
	w.code(by(w.account("ada")))
	p, _ := w.redeemed(mei, keyturn.UnlockPIN)
	if p.got.Account.ID != mei.Account || w.device(p.got.Device).Account != mei.Account {
		t.Errorf("device of %s, want %s", p.got.Account.ID, mei.Account)
	}
}

// A lost answer costs no code, and only its own phone gets it.
func TestA37LostAnswer(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := newPhone(t, keyturn.UnlockPIN)
	r := p.redeem(w.code(ada))
	first, err := w.Redeem(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(30 * time.Second)
	again, err := w.Redeem(t.Context(), r)
	if first.FinishIn -= 30; err != nil || !same(first, again) {
		t.Errorf("again: %+v, %v, want %+v", again, err, first)
	}
	for name, other := range map[string]func(*keyturn.Redeem){
		"another agree key":  func(r *keyturn.Redeem) { r.AgreeKey = newPhone(t, keyturn.UnlockPIN).agree.PublicKey().Bytes() },
		"another commitment": func(r *keyturn.Redeem) { r.Commit = random(32) },
	} {
		changed := r
		other(&changed)
		_, err := w.Redeem(t.Context(), p.signed(changed))
		if w.refused(err, r.Code, "used"); t.Failed() {
			t.Errorf("with %s", name)
		}
	}
	_, err = w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(r.Code))
	w.refused(err, r.Code, "used")
	w.left(ada, activation.Redeemed, "", device.New)

	w.pass(90 * time.Second) // finish is due
	_, err = w.Redeem(t.Context(), r)
	w.refused(err, r.Code, "expired")
	w.left(ada, activation.Expired, activation.CauseTime, device.Removed)
}

func same(a, b keyturn.Redeemed) bool {
	return a.Activation == b.Activation && a.Device == b.Device && a.Account == b.Account && a.FinishIn == b.FinishIn &&
		bytes.Equal(a.ServerKey, b.ServerKey) && bytes.Equal(a.Nonce, b.Nonce)
}

// A repeated redeem signed by somebody else gets nothing: the signature comes first.
func TestA37RepeatUnsigned(t *testing.T) {
	w := start(t)
	p, _ := w.redeemed(by(w.account("ada")), keyturn.UnlockPIN)
	r := p.sent
	r.Signature = random(64)
	if _, err := w.Redeem(t.Context(), r); !errors.Is(err, activation.ErrForm) {
		t.Errorf("got %v, want %v", err, activation.ErrForm)
	}
}

// A key that was ever a device's is never one again.
func TestA50KeyComesBack(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.active(ada, keyturn.UnlockPIN)
	if err := w.devices.Remove(t.Context(), p.got.Device, device.ReasonRemoved); err != nil {
		t.Fatal(err)
	}
	mei := by(w.account("mei"))
	code := w.code(mei)
	_, err := w.Redeem(t.Context(), p.redeem(code))
	w.refused(err, code, "key")
	w.left(mei, activation.Waiting, "", "")
	if _, err := w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code)); err != nil {
		t.Errorf("with a fresh key: %v", err)
	}
}

// The key is looked at before the device that vouches: no PIN is judged for one that
// can't be taken.
func TestA50KeyBeforePIN(t *testing.T) {
	w := start(t)
	old := w.active(by(w.account("ada")), keyturn.UnlockPIN)
	p := w.active(by(w.account("mei")), keyturn.UnlockPIN)
	code := w.code(by(w.account("lin")))
	r := p.via(old, code, w.devices.Nonce())
	r.Via.Proof.MAC = random(32)
	_, err := w.Redeem(t.Context(), r)
	w.refused(err, code, "key")
	if n := w.device(old.got.Device).WrongPINs; n != 0 {
		t.Errorf("%d wrong PINs counted, want 0", n)
	}
}

// Of many phones with the same code one gets it.
func TestA35RedeemOnce(t *testing.T) {
	const phones = 200
	w := start(t)
	w.Limits.Codes.Most = 100
	for range 5 {
		ada := by(w.account(random(8).String()))
		code := w.code(ada)
		all := make([]keyturn.Redeem, phones)
		for i := range all {
			all[i] = newPhone(t, keyturn.UnlockPIN).redeem(code)
		}
		var won, refused atomic.Int64
		var wg sync.WaitGroup
		for _, r := range all {
			wg.Go(func() {
				_, err := w.Redeem(t.Context(), r)
				if err == nil {
					won.Add(1)
				} else if errors.Is(err, activation.ErrCode) {
					refused.Add(1)
				}
			})
		}
		if wg.Wait(); won.Load() != 1 || refused.Load() != phones-1 {
			t.Fatalf("%d phones got the code and %d were refused, want 1 and %d", won.Load(), refused.Load(), phones-1)
		}
		w.left(ada, activation.Redeemed, "", device.New)
	}
}

// The same redeem many times at once is one redeem.
func TestA37RepeatAtOnce(t *testing.T) {
	w := start(t)
	r := newPhone(t, keyturn.UnlockPIN).redeem(w.code(by(w.account("ada"))))
	answers := make([]keyturn.Redeemed, 50)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			var err error
			if answers[i], err = w.Redeem(t.Context(), r); err != nil {
				t.Errorf("redeem %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for _, got := range answers {
		if !same(got, answers[0]) {
			t.Fatal("two answers to one redeem")
		}
	}
}

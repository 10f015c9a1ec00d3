package activation_test

import (
	"errors"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// A second account on a phone joins it: one PIN, one count.
func TestVia(t *testing.T) {
	for _, unlock := range []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform} {
		t.Run(string(unlock), func(t *testing.T) {
			w := start(t)
			old := w.active(by(w.account("ada")), unlock)
			mei := by(w.account("mei"))
			p := newPhone(t, unlock)
			got, err := w.Redeem(t.Context(), p.via(old, w.code(mei), w.devices.Nonce()))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Finish(t.Context(), w.device(got.Device), p.finish(got)); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Check(t.Context(), mei.Session, p.keys.Check); err != nil {
				t.Fatal(err)
			}
			if a, b := w.device(old.got.Device), w.device(got.Device); a.Phone != b.Phone || b.Account != mei.Account {
				t.Errorf("phones %s and %s, account %s", a.Phone, b.Phone, b.Account)
			}
		})
	}
}

// A device that vouches is checked in the order of spec §6.8, and nothing that is
// wrong with it costs the code.
func TestA49Via(t *testing.T) {
	wrong := keyturn.Proof{Type: keyturn.UnlockPIN, MAC: random(32)}
	for _, tt := range []struct {
		name  string
		spoil func(w *world, old *phone, r *keyturn.Redeem)
		want  error
		wrong int
	}{
		{"A49 a wrong PIN", func(_ *world, _ *phone, r *keyturn.Redeem) { r.Via.Proof = wrong }, &device.WrongPIN{Left: 4}, 1},
		{"A81 an old nonce, before a wrong PIN", func(w *world, _ *phone, r *keyturn.Redeem) {
			r.Via.Proof = wrong
			w.pass(301 * time.Second)
		}, keyturn.ErrNonce, 0},
		{"another account's device", func(w *world, _ *phone, r *keyturn.Redeem) {
			r.Via.Signature = random(64)
		}, activation.ErrForm, 0},
		{"A90 a proof for another code", func(w *world, old *phone, r *keyturn.Redeem) {
			other := newPhone(w.t, keyturn.UnlockPIN).via(old, keyturn.NewCode(), r.Via.Nonce)
			r.Via.Signature, r.Via.Proof = other.Via.Signature, other.Via.Proof
		}, activation.ErrForm, 0},
		{"a device that is suspended", func(w *world, old *phone, _ *keyturn.Redeem) {
			if err := w.db.Suspend(w.t.Context(), old.got.Device, device.ReasonLost, w.event("")); err != nil {
				w.t.Fatal(err)
			}
		}, activation.ErrForm, 0},
		{"a device that is gone", func(w *world, old *phone, _ *keyturn.Redeem) {
			if err := w.devices.Remove(w.t.Context(), old.got.Device, device.ReasonLeft); err != nil {
				w.t.Fatal(err)
			}
		}, activation.ErrForm, 0},
		{"a phone that is locked", func(w *world, old *phone, _ *keyturn.Redeem) { w.lock(old) }, device.ErrLocked, 5},
		{"A82 keys out of reach", func(w *world, _ *phone, _ *keyturn.Redeem) { w.box.Down.Store(true) }, devicetest.ErrOutage, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			old := w.active(by(w.account("ada")), keyturn.UnlockPIN)
			mei := by(w.account("mei"))
			code := w.code(mei)
			r := newPhone(t, keyturn.UnlockPIN).via(old, code, w.devices.Nonce())
			tt.spoil(w, old, &r)
			_, err := w.Redeem(t.Context(), r)
			var pin *device.WrongPIN
			if errors.As(tt.want, &pin) {
				left := pin.Left
				if !errors.As(err, &pin) || pin.Left != left {
					t.Errorf("got %v, want %d tries left", err, left)
				}
			} else if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			w.box.Down.Store(false)
			w.left(mei, activation.Waiting, "", "")
			if n := w.device(old.got.Device).WrongPINs; n != tt.wrong {
				t.Errorf("%d wrong PINs counted, want %d", n, tt.wrong)
			}
		})
	}
}

// The fifth wrong PIN locks the phone, for all its accounts; the code stays.
func TestA49FifthWrongPIN(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	old := w.active(ada, keyturn.UnlockPIN)
	mei := by(w.account("mei"))
	code := w.code(mei)
	var pin *device.WrongPIN
	for i := range 5 {
		r := newPhone(t, keyturn.UnlockPIN).via(old, code, w.devices.Nonce())
		r.Via.Proof.MAC = random(32)
		if _, err := w.Redeem(t.Context(), r); !errors.As(err, &pin) || pin.Left != 4-i {
			t.Fatalf("wrong PIN %d: %v", i+1, err)
		}
	}
	w.left(ada, activation.Active, "", device.PINLocked)
	w.left(mei, activation.Waiting, "", "")
}

// A recorded redeem with a wrong proof counts once; a repeat of one that went
// through isn't looked at.
func TestA81RecordedVia(t *testing.T) {
	w := start(t)
	old := w.active(by(w.account("ada")), keyturn.UnlockPIN)
	mei := by(w.account("mei"))
	code := w.code(mei)
	bad := newPhone(t, keyturn.UnlockPIN).via(old, code, w.devices.Nonce())
	good := bad.Via.Proof
	bad.Via.Proof = keyturn.Proof{Type: keyturn.UnlockPIN, MAC: random(32)}
	var pin *device.WrongPIN
	for range 10 {
		if _, err := w.Redeem(t.Context(), bad); !errors.As(err, &pin) || pin.Left != 4 {
			t.Fatalf("got %v, want 4 tries left", err)
		}
	}
	if bad.Via.Proof = good; true {
		if _, err := w.Redeem(t.Context(), bad); !errors.As(err, &pin) {
			t.Errorf("another MAC under the same text was looked at: %v", err)
		}
	}
	if n := w.device(old.got.Device).WrongPINs; n != 1 {
		t.Errorf("%d wrong PINs counted, want 1", n)
	}
	r := newPhone(t, keyturn.UnlockPIN).via(old, code, w.devices.Nonce())
	if _, err := w.Redeem(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Via.Proof.MAC, r.Via.Nonce = random(32), "old"
	if _, err := w.Redeem(t.Context(), r); err != nil {
		t.Errorf("A37 a repeat whose proof and nonce are of no use: %v", err)
	}
	if n := w.device(old.got.Device).WrongPINs; n != 0 {
		t.Errorf("%d wrong PINs counted, want 0", n)
	}
}

// A phone with another unlock can't vouch: it has another PIN, or none.
func TestViaOtherUnlock(t *testing.T) {
	w := start(t)
	old := w.active(by(w.account("ada")), keyturn.UnlockPlatform)
	mei := by(w.account("mei"))
	r := newPhone(t, keyturn.UnlockPIN).via(old, w.code(mei), w.devices.Nonce())
	if _, err := w.Redeem(t.Context(), r); !errors.Is(err, activation.ErrForm) {
		t.Errorf("got %v, want %v", err, activation.ErrForm)
	}
	w.left(mei, activation.Waiting, "", "")
}

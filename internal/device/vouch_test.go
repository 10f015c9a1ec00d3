package device_test

import (
	"errors"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// The order in which a device that vouches is looked at: what fails early isn't
// counted.
func TestVouch(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(w *world, p *phone, v *keyturn.Via)
		want  error
		wrong int // PINs counted
	}{
		{"right", func(*world, *phone, *keyturn.Via) {}, nil, 0},
		{"A81 an old nonce and a wrong PIN", func(w *world, _ *phone, v *keyturn.Via) {
			v.Proof = slip(text(0))
			w.pass(301 * time.Second)
		}, keyturn.ErrNonce, 0},
		{"a foreign nonce and a wrong signature", func(_ *world, _ *phone, v *keyturn.Via) {
			v.Nonce, v.Signature = keyturn.NewNonce(key32(), time.Unix(1893456000, 0)), make(keyturn.Bytes, 64)
		}, keyturn.ErrNonce, 0},
		{"A64 a right proof with another phone's signature", func(w *world, _ *phone, v *keyturn.Via) {
			v.Signature = signed(w.t, w.phone(keyturn.UnlockPIN, nil).key, text(0))
		}, device.ErrUnknown, 0},
		{"a wrong signature and a wrong PIN", func(_ *world, _ *phone, v *keyturn.Via) {
			v.Signature, v.Proof = make(keyturn.Bytes, 64), slip(text(0))
		}, device.ErrUnknown, 0},
		{"a device that isn't there", func(_ *world, _ *phone, v *keyturn.Via) { v.Device = keyturn.NewID(keyturn.DeviceID) }, device.ErrUnknown, 0},
		{"suspended, with a wrong PIN", func(w *world, p *phone, v *keyturn.Via) {
			v.Proof = slip(text(0))
			if err := w.db.Suspend(w.t.Context(), p.ID, device.ReasonLost, audit.Event{Kind: audit.DeviceSuspended, At: w.Now()}); err != nil {
				w.t.Fatal(err)
			}
		}, device.ErrSuspended, 0},
		{"an unlock where a PIN is", func(w *world, _ *phone, v *keyturn.Via) {
			v.Proof = w.phone(keyturn.UnlockPlatform, nil).auth.Assert(text(0))
		}, device.ErrProof, 0},
		{"A49 a wrong PIN", func(_ *world, _ *phone, v *keyturn.Via) { v.Proof = slip(text(0)) }, &device.WrongPIN{Left: 4}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			p := w.phone(keyturn.UnlockPIN, nil)
			v := keyturn.Via{Device: p.ID, Nonce: w.Nonce(), Signature: signed(t, p.key, text(0)), Proof: p.pin(text(0))}
			tt.spoil(w, p, &v)
			d, err := w.Vouch(t.Context(), v, text(0))
			var wrong *device.WrongPIN
			if errors.As(tt.want, &wrong) {
				left := wrong.Left
				if !errors.As(err, &wrong) || wrong.Left != left {
					t.Errorf("got %v, want %d tries left", err, left)
				}
			} else if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if err == nil && d.ID != p.ID {
				t.Errorf("device %s vouches, want %s", d.ID, p.ID)
			}
			if n := w.now(p.ID).WrongPINs; n != tt.wrong {
				t.Errorf("%d wrong PINs counted, want %d", n, tt.wrong)
			}
		})
	}
}

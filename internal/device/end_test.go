package device_test

import (
	"errors"
	"testing"

	"keyturn"
	"keyturn/internal/device"
)

// removal is what a phone proves to leave, over the nonce of its call.
func removal(t *testing.T, p *phone, nonce string) string {
	t.Helper()
	text, err := keyturn.RemoveText(origin, p.ID, nonce)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestLeave(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	var wrong *device.WrongPIN
	if err := w.Leave(t.Context(), p.Device, "n1", slip(removal(t, p, "n1"))); !errors.As(err, &wrong) || wrong.Left != 4 {
		t.Errorf("with a wrong PIN: got %v, want 4 tries left", err)
	}
	if err := w.Leave(t.Context(), p.Device, "n2", p.pin(removal(t, p, "n1"))); !errors.As(err, &wrong) || wrong.Left != 3 {
		t.Errorf("with the proof of another call: got %v, want 3 tries left", err)
	}
	w.left(p.ID, device.Active, 2)
	if err := w.Leave(t.Context(), p.Device, "n3", p.pin(removal(t, p, "n3"))); err != nil {
		t.Fatal(err)
	}
	d := w.now(p.ID)
	if d.State != device.Removed || d.Reason != device.ReasonLeft || len(d.Kk) != 0 {
		t.Errorf("left as %s, %s, with a key of %d bytes", d.State, d.Reason, len(d.Kk))
	}
	var gone *device.Gone
	if err := w.Leave(t.Context(), d, "n4", p.pin(removal(t, p, "n4"))); !errors.As(err, &gone) || gone.Reason != device.ReasonLeft {
		t.Errorf("a second time: got %v, want that it has left", err)
	}
}

func TestA52LeaveLocked(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	for i := range 5 {
		_ = w.Prove(t.Context(), p.Device, text(i), slip(text(i)))
	}
	if err := w.Leave(t.Context(), w.now(p.ID), "n", p.pin(removal(t, p, "n"))); !errors.Is(err, device.ErrLocked) {
		t.Errorf("got %v, want %v", err, device.ErrLocked)
	}
	w.left(p.ID, device.PINLocked, 5)
}

func TestRemoveAndRename(t *testing.T) {
	w := start(t)
	p, other := w.phone(keyturn.UnlockPIN, nil), w.phone(keyturn.UnlockPIN, nil)
	for _, tt := range []struct {
		name, account, as string
		want              error
	}{
		{"a name with an emoji", p.Account, "Ada’s 📱", nil},
		{"a name right to left", p.Account, "الهاتف", nil},
		{"no name", p.Account, "", keyturn.ErrPhoneName},
		{"a name with a line feed", p.Account, "Pixel\n9", keyturn.ErrPhoneName},
		{"another account's", other.Account, "Mine", device.ErrUnknown},
	} {
		if err := w.Rename(t.Context(), tt.account, p.ID, tt.as); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	if d := w.now(p.ID); d.Name != "الهاتف" {
		t.Errorf("the phone is called %q", d.Name)
	}
	if err := w.Remove(t.Context(), p.ID, device.ReasonOperator); err != nil {
		t.Fatal(err)
	}
	if d := w.now(p.ID); d.State != device.Removed || d.Reason != device.ReasonOperator {
		t.Errorf("removed as %s, %s", d.State, d.Reason)
	}
	if err := w.Remove(t.Context(), keyturn.NewID(keyturn.DeviceID), device.ReasonOperator); !errors.Is(err, device.ErrUnknown) {
		t.Errorf("one that isn't there: %v", err)
	}
	if _, err := w.RemoveApproved(t.Context(), keyturn.NewID(keyturn.RequestID), "ses_"); !errors.Is(err, device.ErrUnknown) {
		t.Errorf("without an approval: %v", err)
	}
}

package device_test

import (
	"errors"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/policy"
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

// approved makes a redeemed approval of p: to remove target, for a session.
func (w *world) approved(p *phone, target, session string) (request string) {
	w.t.Helper()
	ctx, cookie, soon := w.t.Context(), key32(), w.Now().Add(time.Minute)
	r := approval.Request{ID: keyturn.NewID(keyturn.RequestID), Account: p.Account, Name: "ada", App: "Keyturn", Action: keyturn.RemovePhone,
		Target: target, Session: session, Pending: cookie, Carry: keyturn.CarryNone, Made: w.Now(), Expires: soon}
	decision := approval.Decision{Request: r.ID, To: approval.Approved, By: p.Name, Way: policy.ByApproval, Unlock: p.Unlock,
		RedeemBy: soon, Answer: "a", Signature: key32(), Verdict: device.Verdict{Device: p.ID, Phone: p.Device.Phone}}
	err := errors.Join(w.db.BeginRequest(ctx, r, nil, 3, w.event(p.Account)), w.db.Decide(ctx, decision, w.event(p.Account)))
	if err == nil {
		_, err = w.db.Redeem(ctx, r.ID, cookie, policy.Grant{}, w.event(p.Account))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// The phone that is removed is the one of the approved request, for the session that
// asked, once, and not for long: A25, A88.
func TestA25A88RemoveApproved(t *testing.T) {
	for _, tt := range []struct {
		name    string
		spoil   func(w *world, session *string)
		want    error
		removed device.State
	}{
		{"as it was approved", func(*world, *string) {}, nil, device.Removed},
		{"299 s later", func(w *world, _ *string) { w.pass(299 * time.Second) }, nil, device.Removed},
		{"301 s later", func(w *world, _ *string) { w.pass(301 * time.Second) }, device.ErrUnknown, device.Active},
		{"in another session", func(_ *world, s *string) { *s = keyturn.NewID(keyturn.SessionID) }, device.ErrUnknown, device.Active},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			p := w.phone(keyturn.UnlockPIN, nil)
			session := keyturn.NewID(keyturn.SessionID)
			request := w.approved(p, p.ID, session)
			if err := w.Rename(t.Context(), p.Account, p.ID, "Another name"); err != nil {
				t.Fatal(err)
			}
			tt.spoil(w, &session)
			d, err := w.RemoveApproved(t.Context(), request, session)
			if !errors.Is(err, tt.want) || err == nil && d.ID != p.ID {
				t.Errorf("got %s, %v, want %v", d.ID, err, tt.want)
			}
			w.left(p.ID, tt.removed, 0)
			if _, err := w.RemoveApproved(t.Context(), request, session); !errors.Is(err, device.ErrUnknown) {
				t.Errorf("a second time: got %v, want %v", err, device.ErrUnknown)
			}
		})
	}
}

package approval_test

import (
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// A11: to a device of another account a request is one that there isn't, in every
// respect: what is refused, and how.
func TestA11OtherAccount(t *testing.T) {
	w := start(t)
	ada, ben := w.ada(), w.phone("Ben", keyturn.UnlockPIN)
	number, none := w.ask(ada), w.askKnown(ada)
	nothing := asked{Request: approval.Request{ID: keyturn.NewID(keyturn.RequestID)}}
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Answer)
		want  error
	}{
		{"approved with a number", func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryNumber, "123456" }, &approval.Gone{State: "unknown"}},
		{"approved with nothing", func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryNone, "" }, approval.ErrRefused},
		{"denied", deny, &approval.Gone{State: "unknown"}},
		{"reported", report, &approval.Gone{State: "unknown"}},
	} {
		for _, q := range []asked{number, none, nothing} {
			if _, err := w.send(ben, q, tt.spoil); !like(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
			if err := w.Seen(t.Context(), ben.Device, q.ID, "opened"); !like(err, &approval.Gone{State: "unknown"}) {
				t.Errorf("seen: %v", err)
			}
		}
	}
	w.left(number.ID, approval.Waiting, 0)
	w.left(none.ID, approval.Waiting, 0)
	if a := w.device(ada.ID); a.Counter != 0 || a.WrongPINs != 0 {
		t.Errorf("Ada's phone: counter %d, %d wrong PINs", a.Counter, a.WrongPINs)
	}
	if b := w.device(ben.ID); b.WrongPINs != 0 {
		t.Errorf("Ben's phone: %d wrong PINs", b.WrongPINs)
	}
	if a, err := w.db.Account(t.Context(), ada.Account); err != nil || a.Numbers != 0 || !a.Quiet.IsZero() {
		t.Errorf("Ada: %d wrong numbers, quiet until %v, %v", a.Numbers, a.Quiet, err)
	}
	pending, err := w.Pending(t.Context(), ben.Device, "", 0)
	if err != nil || len(pending.Requests) != 0 {
		t.Errorf("Ben sees %v, %v", pending.Requests, err)
	}
}

// A23: a device that may not answer can't, whatever it signs.
func TestA23StoppedDevices(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*device.Device)
		want  error
	}{
		{"a suspended one", func(d *device.Device) { d.State = device.Suspended }, device.ErrSuspended},
		{"a locked one", func(d *device.Device) { d.State = device.PINLocked }, device.ErrLocked},
		{"a new one", func(d *device.Device) { d.State = device.New }, device.ErrNew},
		{"a removed one", func(d *device.Device) { d.State, d.Reason = device.Removed, "left" }, &device.Gone{Reason: "left"}},
		{"that of a disabled account", func(d *device.Device) { d.AccountActive = false }, device.ErrStopped},
		{"that of an account that was stopped", func(d *device.Device) { d.Stopped = true }, device.ErrStopped},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			reply := p.sign(t, w.answer(p, q))
			tt.spoil(&p.Device)
			if _, err := w.post(p, q, reply); !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err := w.Seen(t.Context(), p.Device, q.ID, "opened"); !like(err, tt.want) {
				t.Errorf("seen: %v, want %v", err, tt.want)
			}
			w.left(q.ID, approval.Waiting, 0)
		})
	}
}

// Report: the account is quiet for half an hour, its known browsers are strangers,
// its other requests end, and it is on record.
func TestReport(t *testing.T) {
	w := start(t)
	p := w.ada()
	first := w.ask(p)
	w.approve(p, first)
	cookies, _, err := w.redeem(first)
	if err != nil {
		t.Fatal(err)
	}
	theirs, other := w.ask(p), w.askKnown(p)
	hint, stop := w.Watch(theirs.ID)
	defer stop()
	if state, err := w.send(p, theirs, report); state != approval.Reported || err != nil {
		t.Fatalf("%q, %v", state, err)
	}
	select {
	case <-hint:
	default:
		t.Error("the browser is not woken")
	}
	w.left(theirs.ID, approval.Reported, 0)
	w.left(other.ID, approval.Cancelled, 0)
	a, err := w.db.Account(t.Context(), p.Account)
	if err != nil || !a.Quiet.Equal(w.Now().Add(30*time.Minute)) {
		t.Errorf("quiet until %v, %v", a.Quiet, err)
	}
	if known, err := w.sessions().Known(t.Context(), p.Account, cookies.Browser); err != nil || known {
		t.Errorf("known %t, %v", known, err)
	}
	if w.told(theirs.ID, audit.RequestReported) != 1 || w.told(other.ID, audit.RequestCancelled) != 1 {
		t.Error("it is not on record")
	}
	if !w.opens(cookies) {
		t.Error("the person's own session has ended")
	}
}

// A23: a disabled account's requests end, and no more begin.
func TestA23Disabled(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	if err := w.db.SetAccountState(t.Context(), p.Account, account.Disabled, w.event(p.Account)); err != nil {
		t.Fatal(err)
	}
	w.left(q.ID, approval.Cancelled, 0)
	if _, _, err := w.Begin(t.Context(), w.attempt(p)); !like(err, approval.ErrUnknown) {
		t.Errorf("%v", err)
	}
	if _, _, err := w.Again(t.Context(), q.handle, approval.Attempt{}); !like(err, approval.ErrTooLate) {
		t.Errorf("again: %v", err)
	}
}

package activation_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

func TestBegin(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	a, err := w.Begin(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	st := w.status(ada)
	if st.State != activation.Waiting || st.Left != 10*time.Minute || st.Old || st.Browser != "Firefox on Windows" {
		t.Errorf("status is %+v", st)
	}
	if _, err := keyturn.ParseCanonicalCode(string(st.Code)); err != nil {
		t.Errorf("code %q: %v", string(st.Code), err)
	}
	if again := w.status(ada); again.Code != st.Code {
		t.Error("a reload shows another code")
	}
	if woken := w.bus.take(); !slices.Contains(woken, a.ID) || !slices.Contains(woken, a.Account) {
		t.Errorf("woken: %q", woken)
	}
	if _, err := w.Status(t.Context(), keyturn.NewID(keyturn.SessionID)); !errors.Is(err, activation.ErrUnknown) {
		t.Errorf("another session's page: %v", err)
	}
}

// A newer code is the only good one, and the page of the older says so.
func TestA48NewerCode(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	elsewhere := by(ada.Account)
	old := w.code(ada)
	newer := w.code(elsewhere)
	w.left(ada, activation.Replaced, activation.CauseNewer, "")
	_, err := w.Look(t.Context(), old)
	w.refused(err, old, "replaced")
	_, err = w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(old))
	w.refused(err, old, "replaced")
	if st := w.status(elsewhere); !st.Old || st.Code != newer {
		t.Errorf("the page of the newer code doesn't say that an older one was tried: %+v", st)
	}
	if _, err := w.Look(t.Context(), newer); err != nil { // in the same second
		t.Errorf("the newer code: %v", err)
	}
	if st := w.status(elsewhere); st.Old || st.Looked.IsZero() {
		t.Errorf("the page says that an older one was tried, and the phone has opened this one: %+v", st)
	}
}

// Who tries an older code of the same browser makes its page say so at once.
func TestOlderCodeWakesThePage(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	old := w.code(ada)
	w.code(ada)
	w.bus.take()
	_, err := w.Look(t.Context(), old)
	w.refused(err, old, "replaced")
	if woken := w.bus.take(); !slices.Contains(woken, w.status(ada).ID) {
		t.Errorf("woken: %q", woken)
	}
}

// A newer code also ends what an older one has begun.
func TestA48NewerCodeWhileChecking(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	elsewhere := by(ada.Account)
	w.code(elsewhere)
	w.left(ada, activation.Replaced, activation.CauseNewer, device.Removed)
	if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("its check code: %v", err)
	}
	if got, err := w.Progress(t.Context(), w.device(p.got.Device), p.got.Activation, 0); err != nil || got.Cause != "newer" {
		t.Errorf("its phone hears %+v, %v", got, err)
	}
}

// A session with nothing but a password makes a code for a first phone only, and
// a phone that is locked, suspended or removed doesn't make an account one without
// a phone: A41, A43.
func TestA41A43PasswordOnly(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop func(w *world, p *phone)
	}{
		{"A41 active", func(*world, *phone) {}},
		{"A43 locked", func(w *world, p *phone) { w.lock(p) }},
		{"A43 suspended", func(w *world, p *phone) {
			if err := w.db.Suspend(w.t.Context(), p.got.Device, device.ReasonLost, w.event("")); err != nil {
				w.t.Fatal(err)
			}
		}},
		{"A43 removed", func(w *world, p *phone) {
			if err := w.devices.Remove(w.t.Context(), p.got.Device, device.ReasonRemoved); err != nil {
				w.t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			tt.stop(w, w.active(ada, keyturn.UnlockPIN))
			thief := by(ada.Account)
			for purpose, want := range map[activation.Purpose]error{
				activation.First:   activation.ErrPurpose,
				activation.Recover: activation.ErrPurpose,
				"other":            activation.ErrPurpose,
				activation.Add:     activation.ErrApproval,
				activation.Move:    activation.ErrApproval,
			} {
				thief.Purpose = purpose
				if _, err := w.Begin(t.Context(), thief); !errors.Is(err, want) {
					t.Errorf("code to %s: got %v, want %v", purpose, err, want)
				}
			}
			if _, err := w.Status(t.Context(), thief.Session); !errors.Is(err, activation.ErrUnknown) {
				t.Errorf("there is a code: %v", err)
			}
		})
	}
}

// lock types five wrong PINs.
func (w *world) lock(p *phone) {
	w.t.Helper()
	for i := range 5 {
		_ = w.devices.Prove(w.t.Context(), w.device(p.got.Device), string(rune('a'+i)), keyturn.Proof{Type: keyturn.UnlockPIN, MAC: random(32)})
	}
	if s := w.device(p.got.Device).State; s != device.PINLocked {
		w.t.Fatalf("after five wrong PINs the phone is %s", s)
	}
}

// An approval is good for its very action, in the session that asked, for 300 s, once.
func TestA25ApprovalOfThisVeryChange(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(w *world, b *activation.By, d device.Device)
		want  error
	}{
		{"fresh", func(*world, *activation.By, device.Device) {}, nil},
		{"299 s old", func(w *world, _ *activation.By, _ device.Device) { w.pass(299 * time.Second) }, nil},
		{"301 s old", func(w *world, _ *activation.By, _ device.Device) { w.pass(301 * time.Second) }, activation.ErrApproval},
		{"in another session", func(_ *world, b *activation.By, _ device.Device) { b.Session = keyturn.NewID(keyturn.SessionID) }, activation.ErrApproval},
		{"of a sign-in", func(w *world, b *activation.By, d device.Device) { b.Approval = w.approve(*b, keyturn.SignIn, "", d) }, activation.ErrApproval},
		{"of a move", func(w *world, b *activation.By, d device.Device) {
			b.Approval = w.approve(*b, keyturn.MovePhone, d.ID, d)
		}, activation.ErrApproval},
		{"by a phone that is gone", func(w *world, _ *activation.By, d device.Device) {
			if err := w.devices.Remove(w.t.Context(), d.ID, device.ReasonRemoved); err != nil {
				w.t.Fatal(err)
			}
		}, activation.ErrApproval},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			d := w.device(w.active(ada, keyturn.UnlockPIN).got.Device)
			add := by(ada.Account)
			add.Purpose, add.Approval = activation.Add, w.approve(add, keyturn.AddPhone, "", d)
			tt.spoil(w, &add, d)
			if _, err := w.Begin(t.Context(), add); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// An approval may make several codes, and one phone.
func TestA25ApprovalIsUsedOnce(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	d := w.device(w.active(ada, keyturn.UnlockPIN).got.Device)
	add := by(ada.Account)
	add.Purpose, add.Approval = activation.Add, w.approve(add, keyturn.AddPhone, "", d)
	w.code(add)
	w.active(add, keyturn.UnlockPIN)
	if _, err := w.Begin(t.Context(), add); !errors.Is(err, activation.ErrApproval) {
		t.Errorf("a third phone by the same approval: %v", err)
	}
	if all, err := w.devices.Devices(t.Context(), ada.Account); err != nil || len(all) != 2 {
		t.Errorf("%d phones, %v", len(all), err)
	}
}

// The old phone ends in the step that makes the new one active.
func TestMove(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	old := w.device(w.active(ada, keyturn.UnlockPIN).got.Device)
	move := by(ada.Account)
	move.Purpose, move.Old = activation.Move, old.ID
	move.Approval = w.approve(move, keyturn.MovePhone, old.ID, old)
	p := w.active(move, keyturn.UnlockPIN)
	var gone *device.Gone
	if err := w.devices.Answers(w.device(old.ID)); !errors.As(err, &gone) || gone.Reason != device.ReasonMoved || gone.To != p.name {
		t.Errorf("the old phone: %v, want that it moved to %s", err, p.name)
	}
}

func TestTooManyCodes(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	for range 5 {
		w.code(ada)
	}
	if _, err := w.Begin(t.Context(), by(ada.Account)); !errors.Is(err, policy.ErrTooMany) {
		t.Errorf("the sixth code: %v", err)
	}
	w.left(ada, activation.Waiting, "", "")
	w.code(by(w.account("mei"))) // others aren't kept from theirs
	w.pass(10 * time.Minute)
	w.code(ada)

	// Codes that weren't made don't count.
	for range 10 {
		add := by(ada.Account)
		add.Purpose, add.Approval = activation.Add, keyturn.NewID(keyturn.RequestID)
		if _, err := w.Begin(t.Context(), add); !errors.Is(err, activation.ErrApproval) {
			t.Fatalf("without an approval: %v", err)
		}
	}
	w.code(ada)
}

func TestCancel(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	for range 2 { // a double click is no error
		if err := w.Cancel(t.Context(), ada.Session); err != nil {
			t.Fatal(err)
		}
		w.left(ada, activation.Cancelled, activation.CausePerson, device.Removed)
	}
	if got, err := w.Progress(t.Context(), w.device(p.got.Device), p.got.Activation, 0); err != nil || got != (keyturn.ActivationState{State: "cancelled", Cause: "person"}) {
		t.Errorf("its phone hears %+v, %v", got, err)
	}
	if err := w.Cancel(t.Context(), keyturn.NewID(keyturn.SessionID)); !errors.Is(err, activation.ErrUnknown) {
		t.Errorf("another session cancels: %v", err)
	}
	active := by(w.account("mei"))
	w.active(active, keyturn.UnlockPIN)
	if err := w.Cancel(t.Context(), active.Session); err != nil {
		t.Errorf("after it was done: %v", err)
	}
	w.left(active, activation.Active, "", device.Active)
}

// A disabled account gets no code, and the code that it has ends.
func TestDisabledAccount(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	code := w.code(ada)
	if err := w.db.SetAccountState(t.Context(), ada.Account, account.Disabled, w.event(ada.Account)); err != nil {
		t.Fatal(err)
	}
	_, err := w.Look(t.Context(), code)
	w.refused(err, code, "cancelled")
	_, err = w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code))
	w.refused(err, code, "cancelled")
	if _, err := w.Begin(t.Context(), by(ada.Account)); !errors.Is(err, activation.ErrPurpose) {
		t.Errorf("a new code: %v", err)
	}
}

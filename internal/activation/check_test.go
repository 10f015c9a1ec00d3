package activation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// cut is a store that is lost before the last step.
type cut struct{ activation.Store }

var errCut = errors.New("cut off")

func (cut) Activate(context.Context, activation.Activation, int, audit.Event) error { return errCut }

func TestCheck(t *testing.T) {
	for name, spell := range map[string]func(string) string{
		"as shown":      func(s string) string { return s },
		"with spaces":   func(s string) string { return " " + s[:3] + " " + s[3:] + "\n" },
		"with a dash":   func(s string) string { return s[:3] + "-" + s[3:] },
		"in full width": func(s string) string { return strings.Map(func(c rune) rune { return c - '0' + '０' }, s) },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			p := w.checking(ada, keyturn.UnlockPIN)
			w.bus.take()
			a, err := w.Check(t.Context(), ada.Session, spell(p.keys.Check))
			if err != nil || a.State != activation.Active || a.Device != p.got.Device {
				t.Fatalf("got %+v, %v", a, err)
			}
			w.left(ada, activation.Active, "", device.Active)
			if woken := w.bus.take(); !slices.Contains(woken, a.ID) || !slices.Contains(woken, a.Account) {
				t.Errorf("woken: %q", woken)
			}
			if err := w.devices.Answers(w.device(a.Device)); err != nil {
				t.Errorf("the phone can't answer: %v", err)
			}
			if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); !errors.Is(err, activation.ErrClosed) {
				t.Errorf("a second time: got %v, want %v", err, activation.ErrClosed)
			}
		})
	}
}

// What is no check code costs no try.
func TestCheckForm(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	for _, typed := range []string{"", "12345", "1234567", "12345a", "١٢٣٤٥٦", "+12345", "1.3456"} {
		if _, err := w.Check(t.Context(), ada.Session, typed); !errors.Is(err, activation.ErrForm) {
			t.Errorf("%q: got %v, want %v", typed, err, activation.ErrForm)
		}
	}
	if n := w.status(ada).Tries; n != 0 {
		t.Errorf("%d tries taken", n)
	}
	if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// other returns a check code that isn't right.
func other(check string) string {
	if check == "000000" {
		return "000001"
	}
	return "000000"
}

// Somebody else was first with the code: their phone has no digits that the person
// could type, the page names it, and three guesses are the end.
func TestA34AttackerFirst(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	code := w.code(ada)
	thief := newPhone(t, keyturn.UnlockPIN)
	thief.name = "Thief's phone"
	got, err := w.Redeem(t.Context(), thief.redeem(code))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Redeem(t.Context(), newPhone(t, keyturn.UnlockPIN).redeem(code))
	w.refused(err, code, "used")
	if _, err := w.Finish(t.Context(), w.device(got.Device), thief.finish(got)); err != nil {
		t.Fatal(err)
	}
	if st := w.status(ada); st.By != "Thief's phone" || st.State != activation.Checking {
		t.Errorf("the page says %q, %s", st.By, st.State)
	}
	var wrong *activation.WrongDigits
	for left := 2; left >= 0; left-- {
		if _, err := w.Check(t.Context(), ada.Session, other(thief.keys.Check)); !errors.As(err, &wrong) || wrong.Left != left {
			t.Fatalf("got %v, want %d tries left", err, left)
		}
	}
	w.left(ada, activation.Cancelled, activation.CauseDigits, device.Removed)
	if _, err := w.Check(t.Context(), ada.Session, thief.keys.Check); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("the right digits after three wrong: %v", err)
	}
}

// Only the session that made the code takes its digits.
func TestA40AnotherSession(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	second := by(ada.Account)
	if _, err := w.Check(t.Context(), second.Session, p.keys.Check); !errors.Is(err, activation.ErrUnknown) {
		t.Errorf("got %v, want %v", err, activation.ErrUnknown)
	}
	mei := by(w.account("mei")) // has an activation of her own
	w.checking(mei, keyturn.UnlockPIN)
	if _, err := w.Check(t.Context(), mei.Session, p.keys.Check); err == nil {
		t.Error("another account's session was let in")
	}
	w.left(ada, activation.Checking, "", device.New)
	if n := w.status(ada).Tries; n != 0 {
		t.Errorf("%d tries taken", n)
	}
}

// tries counts the tries at the check code, each of which is compared once.
type tries struct {
	activation.Store
	taken atomic.Int64
}

func (c *tries) TryCheck(ctx context.Context, id string, most int, ev audit.Event) (int, error) {
	left, err := c.Store.TryCheck(ctx, id, most, ev)
	if err == nil {
		c.taken.Add(1)
	}
	return left, err
}

// Of many guesses at once three are compared.
func TestA08ParallelDigits(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	count := &tries{Store: w.db}
	w.Store = count
	var wrong, closed atomic.Int64
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			_, err := w.Check(t.Context(), ada.Session, other(p.keys.Check))
			switch {
			case errors.Is(err, activation.ErrDigits):
				wrong.Add(1)
			case errors.Is(err, activation.ErrClosed):
				closed.Add(1)
			}
		})
	}
	if wg.Wait(); count.taken.Load() != 3 || wrong.Load() != 3 || closed.Load() != 997 {
		t.Errorf("%d tries, %d wrong, %d closed, want 3, 3, 997", count.taken.Load(), wrong.Load(), closed.Load())
	}
	w.left(ada, activation.Cancelled, activation.CauseDigits, device.Removed)
}

// The digits are opened before a try is taken.
func TestA82CheckInAnOutage(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	w.box.Down.Store(true)
	for range 10 {
		if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); !errors.Is(err, devicetest.ErrOutage) {
			t.Fatalf("got %v, want a fault of the server", err)
		}
	}
	if n := w.status(ada).Tries; n != 0 {
		t.Errorf("%d tries taken", n)
	}
	w.box.Down.Store(false)
	if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// lame is a store that is lost after a try was taken. Before that it may be looked into.
type lame struct {
	activation.Store
	look func()
}

func (l lame) WrongCheck(context.Context, string) error { return errCut }

func (l lame) EndActivation(context.Context, string, activation.State, string, audit.Event) error {
	return errCut
}

func (l lame) Activate(context.Context, activation.Activation, int, audit.Event) error {
	l.look()
	return errCut
}

// The server goes down between the last try and its judgement: the set-up is over when
// ten seconds are, with an event, and the person can begin anew. Before that the phone
// isn't told that its digits were wrong: they may be right.
func TestLastDigitsAreNeverJudged(t *testing.T) {
	for _, right := range []bool{true, false} {
		w := start(t)
		ada := by(w.account("ada"))
		p := w.checking(ada, keyturn.UnlockPIN)
		told := func(when string, want keyturn.ActivationState) {
			if got, err := w.Progress(t.Context(), w.device(p.got.Device), p.got.Activation, 0); err != nil || got != want {
				t.Errorf("%s the phone hears %+v, %v, want %+v", when, got, err, want)
			}
		}
		w.Store = lame{w.db, func() { told("while they are judged", keyturn.ActivationState{State: "checking"}) }}
		typed := map[bool]string{true: p.keys.Check, false: other(p.keys.Check)}[right]
		for range 3 {
			if _, err := w.Check(t.Context(), ada.Session, typed); err == nil {
				t.Fatal("judged")
			}
		}
		w.Store = w.db
		if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); !errors.Is(err, activation.ErrClosed) {
			t.Errorf("a fourth: got %v, want %v", err, activation.ErrClosed)
		}
		if st := w.status(ada); st.State != activation.Checking || st.Left != 10*time.Second {
			t.Errorf("the page shows %s for %s", st.State, st.Left)
		}
		w.pass(10 * time.Second)
		if st := w.status(ada); st.State != activation.Expired {
			t.Errorf("afterwards the page shows %s", st.State)
		}
		told("afterwards", keyturn.ActivationState{State: "expired", Cause: "time"})
		if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); !errors.Is(err, activation.ErrClosed) {
			t.Errorf("afterwards: got %v, want %v", err, activation.ErrClosed)
		}
		w.left(ada, activation.Expired, activation.CauseTime, device.Removed)
		if _, err := w.Begin(t.Context(), ada); err != nil {
			t.Errorf("a new code: %v", err)
		}
	}
}

// After its time the check code is no good, though nobody has cleaned up.
func TestA47CheckTooLate(t *testing.T) {
	w := start(t)
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	w.pass(10 * time.Minute)
	if st := w.status(ada); st.State != activation.Expired || st.Cause != activation.CauseTime || st.Left != 0 {
		t.Errorf("the page shows %s (%s), %s", st.State, st.Cause, st.Left)
	}
	if d := w.device(p.got.Device); d.State != device.New {
		t.Errorf("loading the page wrote something: the device is %s", d.State)
	}
	if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); !errors.Is(err, activation.ErrClosed) {
		t.Errorf("got %v, want %v", err, activation.ErrClosed)
	}
	w.left(ada, activation.Expired, activation.CauseTime, device.Removed)
}

// What the activation rests on is asked for again in the last step.
func TestCheckRestsOn(t *testing.T) {
	for _, tt := range []struct {
		name string
		pull func(w *world, first *phone)
		want error
		left string
	}{
		{"the phone that approved is gone", func(w *world, first *phone) {
			if err := w.devices.Remove(w.t.Context(), first.got.Device, device.ReasonLost); err != nil {
				w.t.Fatal(err)
			}
		}, activation.ErrApproval, activation.CauseStale},
		{"the account has as many phones as it may", func(w *world, _ *phone) { w.Limits.Phones = 1 }, activation.ErrPhones, activation.CausePhones},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			first := w.active(ada, keyturn.UnlockPIN)
			add := by(ada.Account)
			add.Purpose, add.Approval = activation.Add, w.approve(add, keyturn.AddPhone, "", w.device(first.got.Device))
			p := w.checking(add, keyturn.UnlockPIN)
			tt.pull(w, first)
			if _, err := w.Check(t.Context(), add.Session, p.keys.Check); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			w.left(add, activation.Cancelled, tt.left, device.Removed)
			if got, err := w.Progress(t.Context(), w.device(p.got.Device), p.got.Activation, 0); err != nil || got != (keyturn.ActivationState{State: "cancelled"}) {
				t.Errorf("the phone hears %+v, %v", got, err)
			}
		})
	}
}

// Of two right entries at once one makes the phone active.
func TestCheckOnce(t *testing.T) {
	w := start(t)
	w.Limits.CheckTries = 50
	ada := by(w.account("ada"))
	p := w.checking(ada, keyturn.UnlockPIN)
	var done atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := w.Check(t.Context(), ada.Session, p.keys.Check); err == nil {
				done.Add(1)
			}
		})
	}
	if wg.Wait(); done.Load() != 1 {
		t.Errorf("%d times active, want 1", done.Load())
	}
	w.left(ada, activation.Active, "", device.Active)
}

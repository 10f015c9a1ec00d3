package approval_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
	"keyturn/internal/hint"
)

// The browser sees the number while the request waits, the phones that can answer,
// and how much time is left; and is woken by whatever happens.
func TestStatus(t *testing.T) {
	w := start(t)
	one := w.ada()
	two := w.beside(one)
	q := w.ask(one)
	hint, stop := w.Watch(q.ID)
	defer stop()
	w.pass(30 * time.Second)
	st := w.status(q)
	if standing, err := w.Standing(t.Context(), q.handle); err != nil || !reflect.DeepEqual(standing, st.Standing) || !standing.Answerable {
		t.Errorf("it stands at %+v, %v, want %+v", standing, err, st.Standing)
	}
	if st.State != approval.Waiting || len(st.Digits) != 6 || st.Left != 90*time.Second || !slices.Equal(st.Phones, []string{"Galaxy", "Pixel 9"}) {
		t.Errorf("waiting: %+v", st)
	}
	if _, err := w.send(two, q, slip); err == nil {
		t.Error("a wrong number is right")
	}
	woken(t, hint, "a wrong number")
	if st := w.status(q); st.Tries != 1 || string(st.Digits) != q.digits {
		t.Errorf("after a wrong number: %+v", st)
	}
	w.approve(two, q)
	woken(t, hint, "the approval")
	st = w.status(q)
	if st.State != approval.Approved || st.Digits != "" || st.Left != 120*time.Second || st.By != "Galaxy" || st.Phones != nil {
		t.Errorf("approved: %+v", st)
	}
	if _, _, err := w.redeem(q); err != nil {
		t.Error(err)
	}
	woken(t, hint, "the redemption")
	if st = w.status(q); st.State != approval.Redeemed || st.Left != 0 {
		t.Errorf("redeemed: %+v", st)
	}
}

// A move can be answered by the phone that will end, and by no other.
func TestStandingOfAMove(t *testing.T) {
	w := start(t)
	one := w.ada()
	two := w.beside(one)
	for _, move := range []struct {
		of         *phone
		answerable bool
	}{{one, false}, {two, true}} {
		a := w.attempt(one)
		a.Action, a.Session, a.Target, a.Message = keyturn.MovePhone, keyturn.NewID(keyturn.SessionID), move.of.ID, "Pixel 9"
		q := w.begin(a)
		if move.of == one {
			if err := w.db.Suspend(t.Context(), one.ID, device.ReasonLost, w.event(one.Account)); err != nil {
				t.Fatal(err)
			}
		}
		st, err := w.Standing(t.Context(), q.handle)
		if full := w.status(q); err != nil || st.Answerable != move.answerable || full.Answerable != move.answerable {
			t.Errorf("of %s: %t, with all that a page shows %t, want %t; %v", move.of.Name, st.Answerable, full.Answerable, move.answerable, err)
		}
	}
}

// Only a change that was approved, and that nobody has made yet, is still to be made.
func TestUnspent(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*approval.Standing)
		is    bool
	}{
		{"a removal that was redeemed", func(*approval.Standing) {}, true},
		{"that is made", func(st *approval.Standing) { st.Used = true }, false},
		{"that still waits to be redeemed", func(st *approval.Standing) { st.State = approval.Approved }, false},
		{"a sign-in", func(st *approval.Standing) { st.Action = keyturn.SignIn }, false},
		{"a new password, which has a form of its own", func(st *approval.Standing) { st.Action = keyturn.ChangePassword }, false},
	} {
		st := approval.Standing{Request: approval.Request{State: approval.Redeemed, Action: keyturn.RemovePhone}}
		if tt.spoil(&st); st.Unspent() != tt.is {
			t.Errorf("%s: %t", tt.name, st.Unspent())
		}
	}
}

func (w *world) status(q asked) approval.Status {
	w.t.Helper()
	st, err := w.Status(w.t.Context(), q.handle)
	if err != nil {
		w.t.Fatal(err)
	}
	return st
}

func woken(t *testing.T, hint <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-hint:
	default:
		t.Errorf("%s wakes nobody", what)
	}
}

// An approval that nobody redeemed shows as expired, with the phone that gave it.
func TestStatusLate(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.approve(p, q)
	w.pass(2 * time.Minute)
	if st := w.status(q); st.State != approval.Expired || st.Answered.IsZero() || st.By != "Pixel 9" {
		t.Errorf("%+v", st)
	}
}

// A request is prolonged by 120 s, to 600 s in all, and the phones hear of it.
func TestProlong(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	made := w.Now()
	for _, want := range []time.Duration{240, 360, 480, 600, 600, 600} {
		hint, stop := w.Bus.Listen(p.Account)
		end, err := w.Prolong(t.Context(), q.handle)
		if err != nil || !end.Equal(made.Add(want*time.Second)) {
			t.Errorf("ends after %v, %v; want %d s", end.Sub(made), err, want)
		}
		woken(t, hint, "prolonging")
		stop()
	}
	w.pass(599 * time.Second)
	w.approve(p, q)
	if _, err := w.Prolong(t.Context(), q.handle); !like(err, &approval.Gone{State: approval.Approved}) {
		t.Errorf("approved: %v", err)
	}
}

// Cancelling twice, or what was answered, tells how it ended.
func TestCancel(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	cancel(t, w, q)
	if err := w.Cancel(t.Context(), q.handle); !like(err, &approval.Gone{State: approval.Cancelled}) {
		t.Errorf("twice: %v", err)
	}
	if r := w.row(q.ID); r.Number != nil {
		t.Error("the number is kept")
	}
	q = w.ask(p)
	w.approve(p, q)
	if err := w.Cancel(t.Context(), q.handle); !like(err, &approval.Gone{State: approval.Approved}) {
		t.Errorf("approved: %v", err)
	}
	w.left(q.ID, approval.Approved, 1)
}

// Try again: what it leads to after each end.
func TestA23Again(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*world, *phone, asked) error
		want  error
		fresh bool // there is a new request
	}{
		{"it still waits", func(*world, *phone, asked) error { return nil }, nil, false},
		{"it is approved", func(w *world, p *phone, q asked) error { w.approve(p, q); return nil }, nil, false},
		{"time ran out", func(w *world, _ *phone, _ asked) error { w.pass(2 * time.Minute); return nil }, nil, true},
		{"the approval ran out", func(w *world, p *phone, q asked) error { w.approve(p, q); w.pass(2 * time.Minute); return nil }, nil, true},
		{"it was denied", func(w *world, p *phone, q asked) error { _, err := w.send(p, q, deny); return err }, nil, true},
		{"three wrong numbers", func(w *world, p *phone, q asked) error {
			for range 3 {
				_, _ = w.send(p, q, slip)
			}
			return nil
		}, nil, true},
		{"others pushed it out", func(w *world, p *phone, _ asked) error { w.ask(p); w.ask(p); w.ask(p); return nil }, nil, true},
		{"899 s from the password", func(w *world, _ *phone, _ asked) error { w.pass(899 * time.Second); return nil }, nil, true},
		{"900 s from the password", func(w *world, _ *phone, _ asked) error { w.pass(900 * time.Second); return nil }, approval.ErrTooLate, false},
		{"it was reported", func(w *world, p *phone, q asked) error { _, err := w.send(p, q, report); return err }, approval.ErrTooLate, false},
		{"it was cancelled", func(w *world, _ *phone, q asked) error { return w.Cancel(w.t.Context(), q.handle) }, approval.ErrTooLate, false},
		{"it was redeemed", func(w *world, p *phone, q asked) error {
			w.approve(p, q)
			_, _, err := w.redeem(q)
			return err
		}, approval.ErrTooLate, false},
		{"another one was reported while it waited", func(w *world, p *phone, _ asked) error {
			_, err := w.send(p, w.ask(p), report)
			return err
		}, approval.ErrTooLate, false},
		{"another one was reported after it ended", func(w *world, p *phone, _ asked) error {
			w.pass(2 * time.Minute)
			_, err := w.send(p, w.ask(p), report)
			return err
		}, approval.ErrTooLate, false},
		{"the account was reset", func(w *world, p *phone, _ asked) error {
			return w.db.ResetAccount(w.t.Context(), p.Account, w.event(p.Account))
		}, approval.ErrTooLate, false},
		{"the account was reset after it ended", func(w *world, p *phone, _ asked) error {
			w.pass(2 * time.Minute)
			return w.db.ResetAccount(w.t.Context(), p.Account, w.event(p.Account))
		}, approval.ErrTooLate, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			if err := tt.spoil(w, p, q); err != nil {
				t.Fatal(err)
			}
			r, h, err := w.Again(t.Context(), q.handle, approval.Attempt{Browser: "Chrome on Linux"})
			if !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if tt.fresh != (h.Token != "") || tt.fresh != (r.ID != "" && r.ID != q.ID) {
				t.Errorf("request %q, handle %+v", r.ID, h)
			}
		})
	}
}

// A new request without the password is about the same as the old one, whatever the
// browser says, and its password grows no younger.
func TestAgainIsTheSame(t *testing.T) {
	w := start(t)
	p, ben := w.ada(), w.phone("Ben", keyturn.UnlockPIN)
	q := w.ask(p)
	w.pass(10 * time.Minute)
	fresh := approval.Attempt{
		Account: ben.Account, Name: "Ben", App: "Bank", Action: keyturn.AddPhone, Session: keyturn.NewID(keyturn.SessionID), Target: ben.ID,
		Browser: "Chrome on Linux", IP: "192.0.2.8", Place: "Bern", Password: w.Now(),
	}
	r, h, err := w.Again(t.Context(), q.handle, fresh)
	if err != nil {
		t.Fatal(err)
	}
	if r.Account != p.Account || r.Name != "Ada" || r.App != "Mail" || r.Action != keyturn.SignIn || r.Session != "" || r.Target != "" ||
		!r.Password.Equal(q.Made) {
		t.Errorf("%+v", r)
	}
	if r.Browser != "Chrome on Linux" || r.IP != "192.0.2.8" || r.Place != "Bern" {
		t.Errorf("where the person is now: %+v", r)
	}
	again := asked{r, h, ""}
	w.pass(5 * time.Minute)
	if _, _, err := w.Again(t.Context(), again.handle, approval.Attempt{}); !like(err, approval.ErrTooLate) {
		t.Errorf("900 s from the password: %v", err)
	}
}

// A security change is asked for in its session, not again.
func TestAgainSecurityChange(t *testing.T) {
	w := start(t)
	p := w.ada()
	a := w.attempt(p)
	a.Action, a.Session = keyturn.AddPhone, keyturn.NewID(keyturn.SessionID)
	q := w.begin(a)
	w.pass(2 * time.Minute)
	if _, _, err := w.Again(t.Context(), q.handle, approval.Attempt{}); !like(err, approval.ErrTooLate) {
		t.Errorf("%v", err)
	}
}

// Who waits hears of the end as soon as it is there, and of a deadline without any hint;
// after the longest time it gets the request as it stands.
func TestWait(t *testing.T) {
	w := start(t)
	p := w.ada()
	for _, tt := range []struct {
		name string
		most time.Duration
		then func(q asked)
		want approval.State
	}{
		{"not at all", 0, func(asked) {}, approval.Waiting},
		{"not long enough", time.Millisecond, func(asked) {}, approval.Waiting},
		{"until the phone approves", time.Hour, func(q asked) { w.approve(p, q) }, approval.Approved},
		{"until the phone denies", time.Hour, func(q asked) { _, _ = w.send(p, q, deny) }, approval.Denied},
		{"until it is cancelled", time.Hour, func(q asked) { _ = w.Cancel(t.Context(), q.handle) }, approval.Cancelled},
		{"until its time is over", time.Hour, func(asked) { w.pass(2 * time.Minute) }, approval.Expired},
	} {
		q := w.ask(p)
		held, told := make(chan struct{}), make(chan approval.State, 1)
		bus := w.Bus
		w.Bus = announced{bus, held}
		go func() {
			r, err := w.Wait(t.Context(), q.handle, tt.most)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			told <- r.State
		}()
		<-held
		w.Bus = bus
		tt.then(q)
		w.Bus.Wake(q.ID) // a change of the clock wakes nobody
		if got := <-told; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Wait(ctx, w.ask(p).handle, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

// announced says when somebody listens.
type announced struct {
	hint.Bus
	held chan struct{}
}

func (a announced) Listen(id string) (<-chan struct{}, func()) {
	defer close(a.held)
	return a.Bus.Listen(id)
}

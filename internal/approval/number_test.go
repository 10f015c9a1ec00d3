package approval_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// A02: the person's own number on the request of somebody who knows the password.
func TestA02OtherBrowsersNumber(t *testing.T) {
	w := start(t)
	p := w.ada()
	mine, theirs := w.ask(p), w.ask(p)
	for mine.digits == theirs.digits { // once in a million runs
		theirs = w.ask(p)
	}
	swap := func(a *keyturn.Answer) { a.Value = mine.digits }
	if _, err := w.send(p, theirs, swap); !like(err, &approval.WrongNumber{Left: 2}) {
		t.Errorf("%v", err)
	}
	w.left(theirs.ID, approval.Waiting, 1)
	w.left(mine.ID, approval.Waiting, 0)
	w.approve(p, mine)
	w.left(theirs.ID, approval.Waiting, 1)
}

// A07: the third wrong number ends the request, and the right one comes too late.
func TestA07ThreeWrongNumbers(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	for _, left := range []int{2, 1, 0} {
		if _, err := w.send(p, q, slip); !like(err, &approval.WrongNumber{Left: left}) {
			t.Errorf("%d left: %v", left, err)
		}
	}
	w.left(q.ID, approval.Failed, 3)
	if r := w.row(q.ID); r.Number != nil {
		t.Error("the number is kept")
	}
	a := w.answer(p, q)
	a.Challenge = key32()
	if _, err := w.post(p, q, p.sign(t, a)); !like(err, &approval.Gone{State: approval.Failed}) {
		t.Errorf("the fourth: %v", err)
	}
	if w.told(q.ID, audit.NumberTried) != 3 || w.told(q.ID, audit.NumberWrong) != 3 || w.told(q.ID, audit.RequestFailed) != 1 {
		t.Error("the record tells something else")
	}
}

// A07: twenty wrong numbers in a row, over many requests, stop the phones of the
// account; a right one before that begins the row anew.
func TestA07TwentyInARow(t *testing.T) {
	w := start(t)
	p := w.ada()
	misses := func(n int) {
		for range n {
			q := w.ask(p)
			if _, err := w.send(p, q, slip); !like(err, &approval.WrongNumber{Left: 2}) {
				t.Fatalf("%v", err)
			}
			cancel(t, w, q)
		}
	}
	misses(19)
	w.approve(p, w.ask(p))
	misses(19)
	last := w.ask(p)
	if _, err := w.send(p, last, slip); !like(err, &approval.WrongNumber{Left: 2}) {
		t.Errorf("the twentieth: %v", err)
	}
	p.Device = w.device(p.ID)
	if !p.Stopped {
		t.Fatal("the phones go on")
	}
	reply := p.sign(t, keyturn.Answer{Origin: origin, Request: last.ID, Device: p.ID, Challenge: key32(), Decision: keyturn.Approve,
		Carried: keyturn.CarryNumber, Value: last.digits, Unlock: keyturn.UnlockPIN, Counter: p.next.Add(1)})
	if _, err := w.post(p, last, reply); !like(err, device.ErrStopped) {
		t.Errorf("an answer: %v", err)
	}
	if _, err := w.Pending(t.Context(), p.Device, "", 0); !like(err, device.ErrStopped) {
		t.Errorf("pending: %v", err)
	}
	_, h, err := w.Begin(t.Context(), w.attempt(p))
	if err != nil {
		t.Fatal(err)
	}
	if st, err := w.Status(t.Context(), h); err != nil || len(st.Phones) != 0 {
		t.Errorf("a new request is put to %v, %v", st.Phones, err)
	}
	if w.told(last.ID, audit.AccountStopped) != 1 {
		t.Error("it is not on record")
	}
}

// A23: the device or its account is stopped while an answer is on its way. The
// phone hears why, and the request still waits.
func TestA23StoppedMeanwhile(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		before string // the step before which it happens
		stop   func(*world, *phone)
		want   error
	}{
		{"try", (*world).stop, device.ErrStopped},
		{"decide", (*world).stop, device.ErrStopped},
		{"decide", (*world).suspend, device.ErrSuspended},
	} {
		t.Run(tt.before+" "+tt.want.Error(), func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			reply := p.sign(t, w.answer(p, q))
			w.db.at = func(step string) error {
				if step == tt.before {
					tt.stop(w, p)
				}
				return nil
			}
			if _, err := w.post(p, q, reply); !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if state := w.row(q.ID).State; state != approval.Waiting {
				t.Errorf("request is %s", state)
			}
		})
	}
}

func (w *world) suspend(p *phone) {
	w.t.Helper()
	if err := w.db.Suspend(context.Background(), p.ID, device.ReasonLost, w.event(p.Account)); err != nil {
		w.t.Error(err)
	}
}

// stop takes the account's row of wrong numbers to its end.
func (w *world) stop(p *phone) {
	w.t.Helper()
	ctx := context.Background()
	for !w.device(p.ID).Stopped {
		q, ev := keyturn.NewID(keyturn.RequestID), w.event(p.Account)
		r := approval.Request{ID: q, Account: p.Account, Action: keyturn.SignIn, Pending: key32(), Carry: keyturn.CarryNumber,
			Number: key32(), State: approval.Waiting, Made: w.Now(), Expires: w.Now().Add(time.Minute), Known: true}
		v := device.Verdict{Device: p.ID, Phone: p.Phone, At: w.Now()}
		err := errors.Join(w.db.BeginRequest(ctx, r, nil, 3, ev), w.db.DB.TryNumber(ctx, q, "", 3, 20, ev))
		_, missing := w.db.DB.MissNumber(ctx, q, v, 3, 20, ev, ev, ev)
		if err := errors.Join(err, missing, w.db.EndRequest(ctx, q, approval.Cancelled, ev)); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Numbers are six digits, all of them in use, and nothing that the store holds
// tells one.
func TestNumbers(t *testing.T) {
	w := start(t)
	p := w.ada()
	seen := map[byte]int{}
	for range 100 {
		q := w.ask(p)
		if len(q.digits) != 6 || strings.Trim(q.digits, "0123456789") != "" {
			t.Fatalf("number %q", q.digits)
		}
		for i := range q.digits {
			seen[q.digits[i]]++
		}
		if r := w.row(q.ID); len(r.Number) < 16 || bytes.Contains(r.Number, []byte(q.digits)) {
			t.Error("the number is stored as it is")
		}
		cancel(t, w, q)
	}
	for d := byte('0'); d <= '9'; d++ {
		if seen[d] < 20 { // 60 are expected; so few come once in 10⁹ runs
			t.Errorf("digit %c came %d times", d, seen[d])
		}
	}
}

// moved gives each request the sealed number of another one.
type moved struct {
	approval.Store
	number []byte
}

func (m moved) Request(ctx context.Context, id string) (approval.Request, error) {
	r, err := m.Store.Request(ctx, id)
	r.Number = m.number
	return r, err
}

// A67: a sealed number that was moved to another row doesn't open there, and no
// try is taken.
func TestA67MovedNumber(t *testing.T) {
	w := start(t)
	p := w.ada()
	known, q := w.ask(p), w.ask(p)
	w.Store = moved{w.db, w.row(known.ID).Number}
	number := func(a *keyturn.Answer) { a.Value = known.digits }
	if state, err := w.send(p, q, number); state != "" || err == nil {
		t.Errorf("%q, %v", state, err)
	}
	w.left(q.ID, approval.Waiting, 0)
	if d := w.device(p.ID); d.WrongPINs != 0 || d.Counter != 0 {
		t.Errorf("%d wrong PINs, counter %d", d.WrongPINs, d.Counter)
	}
}

// A right PIN sets the phone's count of wrong ones back, even if the number is
// wrong; deny and report don't.
func TestRightPINSetsBack(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Answer)
		wrong int
	}{
		{"approved", func(*keyturn.Answer) {}, 0},
		{"a wrong number", slip, 0},
		{"denied", deny, 3},
		{"reported", report, 3},
		{"another challenge", func(a *keyturn.Answer) { a.Challenge = key32() }, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			for left := 4; left >= 2; left-- {
				if _, err := w.post(p, q, with(p.sign(t, w.answer(p, q)), wrongPIN)); !like(err, &device.WrongPIN{Left: left}) {
					t.Fatalf("%d left: %v", left, err)
				}
			}
			_, _ = w.send(p, q, tt.spoil)
			if d := w.device(p.ID); d.WrongPINs != tt.wrong {
				t.Errorf("%d wrong PINs, want %d", d.WrongPINs, tt.wrong)
			}
		})
	}
}

// A08: the try of the PIN is taken in the step that counts the answer, before the
// PIN is looked at, and only if it is going to be.
func TestA08TryFirst(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*keyturn.Answer)
		taken int
	}{
		{"approved", func(*keyturn.Answer) {}, 1},
		{"a wrong number", slip, 1},
		{"denied", deny, 0},
		{"reported", report, 0},
		{"another challenge", func(a *keyturn.Answer) { a.Challenge = key32() }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			a := w.answer(p, q)
			tt.spoil(&a)
			taken := -1
			w.db.at = func(step string) error {
				if taken < 0 && step != "read" && step != "count" {
					taken = w.device(p.ID).WrongPINs
				}
				return nil
			}
			_, _ = w.post(p, q, p.sign(t, a))
			if taken != tt.taken {
				t.Errorf("%d tries are taken after the counting, want %d", taken, tt.taken)
			}
		})
	}
}

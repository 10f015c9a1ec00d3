package approval_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/need"
)

// Of fifty answers at the same moment exactly one decides, one event tells, and
// the others hear how it ended.
func TestFiftyAnswers(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.askKnown(p)
	w.Devices = uncounted{w.devices}
	replies := make([]keyturn.Reply, 50)
	for i := range replies {
		a := w.answer(p, q)
		if i%2 == 1 {
			deny(&a)
		}
		replies[i] = p.sign(t, a)
	}
	var decided atomic.Int64
	var wg sync.WaitGroup
	for _, r := range replies {
		wg.Go(func() {
			var gone *approval.Gone
			state, err := w.post(p, q, r)
			switch {
			case err == nil && (state == approval.Approved || state == approval.Denied):
				decided.Add(1)
			case !errors.As(err, &gone) || gone.State != approval.Approved && gone.State != approval.Denied:
				t.Errorf("%q, %v", state, err)
			}
		})
	}
	wg.Wait()
	if n := decided.Load(); n != 1 {
		t.Errorf("%d answers decided, want 1", n)
	}
	if n := w.told(q.ID, audit.RequestApproved) + w.told(q.ID, audit.RequestDenied); n != 1 {
		t.Errorf("%d decisions are on record, want 1", n)
	}
}

// Two real phones of one account at the same moment, both right.
func TestTwoPhones(t *testing.T) {
	w := start(t)
	one := w.ada()
	two := w.beside(one)
	for range 20 {
		q := w.ask(one)
		replies := map[*phone]keyturn.Reply{one: one.sign(t, w.answer(one, q)), two: two.sign(t, w.answer(two, q))}
		var approved, late atomic.Int64
		var wg sync.WaitGroup
		for p, r := range replies {
			wg.Go(func() {
				state, err := w.post(p, q, r)
				switch {
				case state == approval.Approved && err == nil:
					approved.Add(1)
				case like(err, &approval.Gone{State: approval.Approved}):
					late.Add(1)
				default:
					t.Errorf("%q, %v", state, err)
				}
			})
		}
		wg.Wait()
		if approved.Load() != 1 || late.Load() != 1 {
			t.Errorf("%d approved, %d came late", approved.Load(), late.Load())
		}
		for p := range replies {
			if n := w.device(p.ID).WrongPINs; n != 0 {
				t.Errorf("%d tries of a right PIN are taken", n)
			}
		}
	}
}

// A08: a thousand guesses at one number at the same moment, or a hundred with
// -short: three are compared, whatever the order, and the request has failed.
func TestA08ParallelNumbers(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.Devices = uncounted{w.devices}
	good := w.answer(p, q)
	replies := make([]keyturn.Reply, need.Rounds(1000, 100))
	for i := range replies {
		a := good
		a.Counter, a.Value = int64(i+1), fmt.Sprintf("%06d", i)
		if a.Value == q.digits {
			a.Value = "999999"
		}
		replies[i] = p.sign(t, a)
	}
	var compared atomic.Int64
	var wg sync.WaitGroup
	for _, r := range replies {
		wg.Go(func() {
			var number *approval.WrongNumber
			var gone *approval.Gone
			state, err := w.post(p, q, r)
			switch {
			case errors.As(err, &number):
				compared.Add(1)
			case !errors.As(err, &gone) || gone.State != approval.Failed:
				t.Errorf("%q, %v", state, err)
			}
		})
	}
	wg.Wait()
	if n := compared.Load(); n != 3 {
		t.Errorf("%d numbers were compared, want 3", n)
	}
	w.left(q.ID, approval.Failed, 3)
	if n := w.told(q.ID, audit.RequestFailed); n != 1 {
		t.Errorf("%d failures are on record", n)
	}
	if a, err := w.db.Account(t.Context(), p.Account); err != nil || a.Numbers != 3 {
		t.Errorf("%d in the account's row, %v", a.Numbers, err)
	}
}

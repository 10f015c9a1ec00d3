package approval_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// A10: the same bytes a hundred times at once, and later: one decision, and every
// answer that there is is the same.
func TestA10SameAnswerAtOnce(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	reply := p.sign(t, w.answer(p, q))
	var wg sync.WaitGroup
	var told atomic.Int64
	for range 100 {
		wg.Go(func() {
			state, err := w.post(p, q, reply)
			switch {
			case state == approval.Approved && err == nil:
				told.Add(1)
			case !errors.Is(err, device.ErrPending):
				t.Errorf("%q, %v", state, err)
			}
		})
	}
	wg.Wait()
	if told.Load() == 0 {
		t.Error("nobody was told")
	}
	if state, err := w.post(p, q, reply); state != approval.Approved || err != nil {
		t.Errorf("later: %q, %v", state, err)
	}
	w.left(q.ID, approval.Approved, 1)
	if n := w.told(q.ID, audit.RequestApproved); n != 1 {
		t.Errorf("%d approvals are on record", n)
	}
}

// A10: whatever a text got, the text gets again, and what comes with it is not
// looked at: a recording tests neither PIN nor number.
func TestA10Repeat(t *testing.T) {
	one := start(t)
	gone := &approval.Gone{State: approval.Cancelled}
	for _, tt := range []struct {
		name   string
		before func(*testing.T, *world, asked)
		spoil  func(*keyturn.Answer)
		reply  func(*keyturn.Reply)
		again  func(*keyturn.Reply)
		want   error
		state  approval.State
		wrong  int
		tries  int
	}{
		{"approved, then with a wrong PIN", nil, nil, nil, wrongPIN, nil, approval.Approved, 0, 1},
		{"denied", nil, deny, nil, nil, nil, approval.Denied, 0, 0},
		{"reported", nil, report, nil, nil, nil, approval.Reported, 0, 0},
		{"a wrong PIN, then the right one", nil, nil, wrongPIN, nil, &device.WrongPIN{Left: 4}, approval.Waiting, 1, 0},
		{"a wrong PIN, then another", nil, nil, wrongPIN, wrongPIN, &device.WrongPIN{Left: 4}, approval.Waiting, 1, 0},
		{"a wrong number", nil, slip, nil, nil, &approval.WrongNumber{Left: 2}, approval.Waiting, 0, 1},
		{"another challenge", nil, func(a *keyturn.Answer) { a.Challenge = key32() }, nil, nil, approval.ErrChanged, approval.Waiting, 0, 0},
		{"a request that has ended", cancel, nil, nil, nil, gone, approval.Cancelled, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			a := w.answer(p, q)
			if tt.spoil != nil {
				tt.spoil(&a)
			}
			if tt.before != nil {
				tt.before(t, w, q)
			}
			good := p.sign(t, a)
			for i, spoil := range []func(*keyturn.Reply){tt.reply, tt.again, tt.again} {
				if _, err := w.post(p, q, with(good, spoil)); !like(err, tt.want) {
					t.Errorf("time %d: %v, want %v", i, err, tt.want)
				}
			}
			w.left(q.ID, tt.state, tt.tries)
			if d := w.device(p.ID); d.WrongPINs != tt.wrong {
				t.Errorf("%d wrong PINs, want %d", d.WrongPINs, tt.wrong)
			}
		})
	}
}

// with returns a reply that is spoiled without touching the original.
func with(r keyturn.Reply, spoil func(*keyturn.Reply)) keyturn.Reply {
	if r.Proof != nil {
		proof := *r.Proof
		r.Proof = &proof
	}
	if spoil != nil {
		spoil(&r)
	}
	return r
}

func cancel(t *testing.T, w *world, q asked) {
	t.Helper()
	if err := w.Cancel(t.Context(), q.handle); err != nil {
		t.Fatal(err)
	}
}

// A phone that hangs up doesn't lose what it has sent: what was counted is judged
// to the end, and its repeat hears the result.
func TestHangingUp(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	reply := p.sign(t, w.answer(p, q))
	ctx, hangUp := context.WithCancel(t.Context())
	w.db.at = func(step string) error {
		if step == "try" {
			hangUp()
		}
		return nil
	}
	_, _ = w.Answer(ctx, p.Device, q.ID, reply, "nonce") // nobody is there to hear
	if state, err := w.post(p, q, reply); state != approval.Approved || err != nil {
		t.Errorf("again: %q, %v", state, err)
	}
	if d := w.device(p.ID); d.WrongPINs != 0 {
		t.Errorf("%d tries of the right PIN are taken", d.WrongPINs)
	}
}

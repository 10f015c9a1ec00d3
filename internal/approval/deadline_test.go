package approval_test

import (
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
)

// A47: nothing tidies up, and what is over is over on every path, to the second.
func TestA47Deadlines(t *testing.T) {
	one := start(t)
	over := &approval.Gone{State: approval.Expired}
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  error
		do    func(w *world, p *phone, q asked, approve, deny keyturn.Reply) error
		state approval.State // in the store, if it is too late
	}{
		{"answered in the last second", 119 * time.Second, nil, postApprove, ""},
		{"answered late", 120 * time.Second, over, postApprove, approval.Waiting},
		{"denied late", 120 * time.Second, over, postDeny, approval.Waiting},
		{"seen in the last second", 119 * time.Second, nil, postSeen, ""},
		{"seen late", 120 * time.Second, over, postSeen, approval.Waiting},
		{"prolonged in the last second", 119 * time.Second, nil, browse("prolong"), ""},
		{"prolonged late", 120 * time.Second, over, browse("prolong"), approval.Waiting},
		{"cancelled in the last second", 119 * time.Second, nil, browse("cancel"), ""},
		{"cancelled late", 120 * time.Second, over, browse("cancel"), approval.Expired},
		{"redeemed without an answer", 120 * time.Second, over, browse("redeem"), approval.Expired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			yes, no := w.answer(p, q), w.answer(p, q)
			deny(&no)
			approve, denied := p.sign(t, yes), p.sign(t, no)
			w.pass(tt.after)
			if err := tt.do(w, p, q, approve, denied); !like(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if tt.want == nil {
				return
			}
			w.left(q.ID, tt.state, 0) // mostly nobody wrote that it is over
			if d := w.device(p.ID); d.WrongPINs != 0 {
				t.Errorf("%d tries of the PIN are taken", d.WrongPINs)
			}
		})
	}
}

func postApprove(w *world, p *phone, q asked, approve, _ keyturn.Reply) error {
	_, err := w.post(p, q, approve)
	return err
}

func postDeny(w *world, p *phone, q asked, _, deny keyturn.Reply) error {
	_, err := w.post(p, q, deny)
	return err
}

func postSeen(w *world, p *phone, q asked, _, _ keyturn.Reply) error {
	return w.Seen(w.t.Context(), p.Device, q.ID, "opened")
}

func browse(path string) func(w *world, p *phone, q asked, _, _ keyturn.Reply) error {
	return func(w *world, _ *phone, q asked, _, _ keyturn.Reply) error { return paths[path](w, q.handle) }
}

// A47: time that runs out while an answer is being judged runs out. The PIN was
// right all the same, and a repeat hears the same.
func TestA47WhileJudging(t *testing.T) {
	one := start(t)
	for _, step := range []string{"count", "try"} {
		t.Run(step, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			reply := p.sign(t, w.answer(p, q))
			w.pass(119 * time.Second)
			w.db.at = func(now string) error {
				if now == step {
					w.pass(time.Second)
				}
				return nil
			}
			for range 2 {
				if state, err := w.post(p, q, reply); !like(err, &approval.Gone{State: approval.Expired}) {
					t.Errorf("%q, %v", state, err)
				}
			}
			if d := w.device(p.ID); d.WrongPINs != 0 {
				t.Errorf("%d tries of a right PIN are taken", d.WrongPINs)
			}
		})
	}
}

// What is shown of a request whose time is over, while its row still says that it
// waits.
func TestA47Shown(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.pass(2 * time.Minute)
	st, err := w.Status(t.Context(), q.handle)
	if err != nil || st.State != approval.Expired || st.Digits != "" || st.Left != 0 || st.Phones != nil {
		t.Errorf("status %+v, %v", st, err)
	}
	pending, err := w.Pending(t.Context(), p.Device, "", 0)
	if err != nil || len(pending.Requests) != 1 || pending.Requests[0] != (keyturn.PendingRequest{Request: q.ID, State: "expired"}) {
		t.Errorf("pending %+v, %v", pending.Requests, err)
	}
	if w.row(q.ID).State != approval.Waiting {
		t.Error("looking wrote something")
	}
	w.pass(10*time.Minute + time.Second)
	if pending, err = w.Pending(t.Context(), p.Device, "", 0); err != nil || len(pending.Requests) != 0 {
		t.Errorf("after ten minutes %+v, %v", pending.Requests, err)
	}
}

// The clock goes back, and what ended stays ended.
func TestA69ClockGoesBack(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	w.approve(p, q)
	if _, _, err := w.redeem(q); err != nil {
		t.Fatal(err)
	}
	w.pass(-10 * time.Minute)
	if _, _, err := w.redeem(q); !like(err, &approval.Gone{State: approval.Redeemed}) {
		t.Errorf("%v", err)
	}
}

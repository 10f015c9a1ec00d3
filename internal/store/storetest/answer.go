package storetest

import (
	"errors"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var errUnlock = activation.ErrUnlock

// counted is an answer of a device that wants to be counted.
func counted(d device.Device, counter int64, spoil ...func(*device.Count)) device.Count {
	c := device.Count{Device: d, Counter: counter, Text: random(), Nonce: keyturn.NewReference(), At: now}
	for _, f := range spoil {
		f(&c)
	}
	return c
}

func (w *world) count(c device.Count) (*device.Result, error) {
	ev := audit.Event{Kind: audit.PINTried, At: c.At, Account: c.Device.Account, Device: c.Device.ID}
	return w.db.CountAnswer(w.Context(), c, ev, ev.As(audit.CloneSuspected))
}

// judge writes what became of an answer, and returns the tries that are left.
func (w *world) judge(c device.Count, r device.Result, pin device.PINVerdict) int {
	w.Helper()
	v := device.Verdict{Device: c.Device.ID, Phone: c.Device.Phone, Counter: c.Counter, Text: c.Text, Result: r, PIN: pin, At: c.At}
	ev := audit.Event{Kind: audit.PINWrong, At: c.At, Device: c.Device.ID}
	left, err := w.db.Judged(w.Context(), v, ev, ev.As(audit.PINLocked))
	w.must(err)
	return left
}

// since is when an answer came and when its nonce was made.
func since(at, asked time.Duration) func(*device.Count) {
	return func(c *device.Count) { c.At, c.Asked = now.Add(at), now.Add(asked) }
}

func withPIN(c *device.Count) { c.TryPIN = true }

var (
	wrong    = device.Result{Code: "pin_wrong"}
	right    = device.Result{State: "right"}
	approves = device.Result{State: "approved"}
)

var answers = []contract{
	{"a counter goes forward, and not too far", func(w *world) {
		d := w.phone(w.account())
		for _, tt := range []struct {
			counter int64
			want    error
		}{{1, nil}, {5, nil}, {1005, nil}, {2006, device.ErrCounter}, {2005, nil}, {2004, device.ErrCounter}} {
			_, err := w.count(counted(d, tt.counter))
			w.want(err, tt.want)
		}
		if c := w.device(d.ID).Counter; c != 2005 {
			w.Errorf("counter %d", c)
		}
		w.wantDevice(d.ID, device.Active, "")
	}},
	{"of many answers with one counter one is judged", func(w *world) {
		d := w.phone(w.account())
		same := counted(d, 1)
		var pending atomic.Int64
		won := race(func(int) error {
			got, err := w.count(same)
			if errors.Is(err, device.ErrPending) {
				pending.Add(1)
			}
			if got != nil {
				return errors.New("known")
			}
			return err
		})
		if won != 1 || pending.Load() != racers-1 {
			w.Errorf("%d judged, %d told to wait", won, pending.Load())
		}
	}},
	{"the same text gets its recorded result, which stays", func(w *world) {
		d := w.phone(w.account())
		c := counted(d, 1)
		_, err := w.count(c)
		w.must(err)
		_, err = w.count(c)
		w.want(err, device.ErrPending)
		want := device.Result{Code: "request_gone", Ended: "expired", Left: 2}
		w.judge(c, want, device.PINNotJudged)
		w.judge(c, approves, device.PINNotJudged)
		if got, err := w.count(c); err != nil || got == nil || *got != want {
			w.Errorf("got %+v %v, want %+v", got, err, want)
		}
	}},
	{"another text with a known counter is a fork", func(w *world) {
		d := w.phone(w.account())
		_, err := w.count(counted(d, 1))
		w.must(err)
		_, err = w.count(counted(d, 1))
		w.want(err, device.ErrClone)
		w.wantDevice(d.ID, device.Suspended, device.ReasonClone)
		w.wantEvents(d.ID, audit.CloneSuspected, 1)
		_, err = w.count(counted(d, 2))
		w.want(err, device.ErrSuspended)
	}},
	{"three late answers in a row are a second copy, repetitions aren't", func(w *world) {
		d := w.phone(w.account())
		_, err := w.count(counted(d, 100))
		w.must(err)
		late := counted(d, 50)
		sameCall := func(c *device.Count) { c.Nonce = late.Nonce }
		sameText := func(c *device.Count) { c.Text = late.Text }
		for _, c := range []device.Count{late, late, counted(d, 51, sameCall), counted(d, 52, sameText), counted(d, 53)} {
			_, err := w.count(c)
			w.want(err, device.ErrCounter)
		}
		w.wantDevice(d.ID, device.Active, "")
		_, err = w.count(counted(d, 101)) // begins anew
		w.must(err)
		for i, want := range []error{device.ErrCounter, device.ErrCounter, device.ErrClone} {
			_, err := w.count(counted(d, int64(60+i)))
			w.want(err, want)
		}
		w.wantDevice(d.ID, device.Suspended, device.ReasonClone)
		w.wantEvents(d.ID, audit.CloneSuspected, 1)
	}},
	{"A103 a late answer that was asked for after a larger one was accepted stays, whatever is accepted since", func(w *world) {
		d := w.phone(w.account())
		copied, real := int64(900), int64(1)
		accept := func(after time.Duration) {
			copied++
			_, err := w.count(counted(d, copied, since(after, 0)))
			w.must(err)
		}
		late := func(at, asked time.Duration) error {
			real++
			_, err := w.count(counted(d, real, since(at, asked)))
			return err
		}
		accept(10 * time.Second)
		w.want(late(20*time.Second, 10*time.Second), device.ErrCounter) // the same second: it may have been before
		w.want(late(21*time.Second, 9*time.Second), device.ErrCounter)
		accept(22 * time.Second) // and both are forgotten
		for i := range 2 {
			w.want(late(time.Duration(30+10*i)*time.Second, time.Duration(25+10*i)*time.Second), device.ErrCounter)
			for range 40 { // more than are kept
				accept(time.Duration(35+10*i) * time.Second)
			}
		}
		w.wantDevice(d.ID, device.Active, "")
		w.want(late(50*time.Second, 46*time.Second), device.ErrClone)
		w.wantDevice(d.ID, device.Suspended, device.ReasonClone)
		w.wantEvents(d.ID, audit.CloneSuspected, 1)
		if all := w.events(d.ID, audit.AnswerLate); len(all) != 5 || all[0].Detail["sent"] != "" || all[4].Detail["sent"] != "after" {
			w.Errorf("late answers on record: %+v", all)
		}
	}},
	{"A103 many answers at once don't hide when the first of them came", func(w *world) {
		d := w.phone(w.account())
		for i := range int64(40) { // of days before
			_, err := w.count(counted(d, i+1, since(-48*time.Hour, 0)))
			w.must(err)
		}
		for i := range int64(40) {
			_, err := w.count(counted(d, 1000+i, since(time.Duration(i)*time.Second, 0)))
			w.must(err)
		}
		for i, want := range []error{device.ErrCounter, device.ErrCounter, device.ErrClone} {
			_, err := w.count(counted(d, int64(41+i), since(41*time.Second, time.Duration(1+i)*time.Second)))
			w.want(err, want)
			if want != device.ErrClone {
				_, err = w.count(counted(d, 1040+int64(i), since(41*time.Second, 0)))
				w.must(err)
			}
		}
		w.wantDevice(d.ID, device.Suspended, device.ReasonClone)
	}},
	{"A80 late answers that were asked for before are forgotten, and nothing suspends the honest phone", func(w *world) {
		d := w.phone(w.account())
		for i := range int64(20) {
			at := time.Duration(60*i) * time.Second
			_, err := w.count(counted(d, 2*i+2, since(at+30*time.Second, at+20*time.Second)))
			w.must(err)
			_, err = w.count(counted(d, 2*i+1, since(at+40*time.Second, at+10*time.Second))) // was on its way for long
			w.want(err, device.ErrCounter)
		}
		w.wantDevice(d.ID, device.Active, "")
	}},
	{"A103 of late answers at once, by who saw the device before the larger one, the third suspends", func(w *world) {
		d := w.phone(w.account())
		_, err := w.count(counted(d, 900, since(time.Second, 0)))
		w.must(err)
		var clones atomic.Int64
		race(func(i int) error { // d still has the counter 0
			_, err := w.count(counted(d, int64(1+i), since(10*time.Second, 5*time.Second)))
			if errors.Is(err, device.ErrClone) {
				clones.Add(1)
			}
			return err
		})
		w.wantDevice(d.ID, device.Suspended, device.ReasonClone)
		w.wantEvents(d.ID, audit.CloneSuspected, 1)
		w.wantEvents(d.ID, audit.AnswerLate, 3)
		if clones.Load() != 1 {
			w.Errorf("%d were told", clones.Load())
		}
	}},
	{"the last answers are kept, older ones are late", func(w *world) {
		d := w.phone(w.account())
		kept := w.db.Limits.AnswersKept
		all := []device.Count{{}}
		for i := 1; i <= kept+1; i++ {
			c := counted(d, int64(i))
			_, err := w.count(c)
			w.must(err)
			w.judge(c, approves, device.PINNotJudged)
			all = append(all, c)
		}
		if got, err := w.count(all[2]); err != nil || got == nil || *got != approves {
			w.Errorf("%d ago: %+v %v", kept, got, err)
		}
		_, err := w.count(all[1])
		w.want(err, device.ErrCounter)
	}},
	{"of many answers no more try the PIN than may", func(w *world) {
		d := w.phone(w.account())
		var next, busy atomic.Int64
		taken := race(func(int) error {
			for {
				_, err := w.count(counted(d, next.Add(1), withPIN))
				if errors.Is(err, device.ErrNoTry) {
					busy.Add(1)
				}
				if !errors.Is(err, device.ErrCounter) && !errors.Is(err, device.ErrClone) && !errors.Is(err, device.ErrSuspended) {
					return err
				}
				if err != nil { // overtaken
					return err
				}
			}
		})
		if n := w.device(d.ID).WrongPINs; taken > 5 || n != taken {
			w.Errorf("%d tries, count %d", taken, n)
		}
		w.wantEvents(d.ID, audit.PINTried, taken)
	}},
	{"no try left: busy while the last may be right, then locked", func(w *world) {
		ada, ben := w.account(), w.account()
		d := w.phone(ada)
		other := w.another(d, ben, d.ID)
		for i := range 5 {
			_, err := w.count(counted(d, int64(i+1), withPIN))
			w.must(err)
		}
		before := w.device(d.ID).Counter
		later := func(after time.Duration) func(*device.Count) {
			return func(c *device.Count) { c.At = now.Add(after) }
		}
		_, err := w.count(counted(d, 6, withPIN, later(9*time.Second)))
		w.want(err, device.ErrNoTry)
		if w.device(d.ID).Counter != before {
			w.Error("an answer that wasn't judged was counted")
		}
		_, err = w.count(counted(other, 1, withPIN, later(10*time.Second)))
		w.want(err, device.ErrLocked)
		for _, id := range []string{d.ID, other.ID} {
			w.wantDevice(id, device.PINLocked, "")
			w.wantEvents(id, audit.PINLocked, 1)
		}
		_, err = w.count(counted(d, 7, withPIN, later(time.Hour)))
		w.want(err, device.ErrLocked)
	}},
	{"the fifth wrong PIN in a row locks the phone's devices of all accounts", func(w *world) {
		ada, ben := w.account(), w.account()
		d := w.phone(ada)
		other := w.another(d, ben, d.ID)
		elsewhere := w.another(d, ada, "")
		w.must(w.db.Suspend(w.Context(), other.ID, device.ReasonLost, audit.Event{At: now}))
		for i, want := range []int{4, 3, 2, 1, 0} {
			c := counted(d, int64(i+1), withPIN)
			_, err := w.count(c)
			w.must(err)
			if left := w.judge(c, wrong, device.PINWrong); left != want {
				w.Errorf("%d wrong: %d left, want %d", i+1, left, want)
			}
		}
		w.wantDevice(d.ID, device.PINLocked, "")
		w.wantDevice(other.ID, device.PINLocked, "")
		w.wantDevice(elsewhere.ID, device.Active, "")
		w.wantEvents(ben, audit.PINLocked, 1)
	}},
	{"a repeat of a wrong answer hears how many tries were left", func(w *world) {
		d := w.phone(w.account())
		c := counted(d, 1, withPIN)
		_, err := w.count(c)
		w.must(err)
		w.judge(c, wrong, device.PINWrong)
		if got, err := w.count(c); err != nil || *got != (device.Result{Code: "pin_wrong", Left: 4}) {
			w.Errorf("%+v %v", got, err)
		}
		if n := w.device(d.ID).WrongPINs; n != 1 {
			w.Errorf("count %d", n)
		}
	}},
	{"the right PIN sets the count back, and a try can be given back", func(w *world) {
		d := w.phone(w.account())
		for i, tt := range []struct {
			r     device.Result
			pin   device.PINVerdict
			count int
		}{
			{wrong, device.PINWrong, 1}, {wrong, device.PINWrong, 2}, {device.Result{Code: "server_busy"}, device.PINBack, 2},
			{approves, device.PINRight, 0}, {wrong, device.PINWrong, 1},
		} {
			c := counted(d, int64(i+1), withPIN)
			_, err := w.count(c)
			w.must(err)
			w.judge(c, tt.r, tt.pin)
			if n := w.device(d.ID).WrongPINs; n != tt.count {
				w.Errorf("step %d: count %d, want %d", i, n, tt.count)
			}
		}
	}},
	{"A52 twenty wrong PINs in a day lock, with a right one after every fourth", func(w *world) {
		d := w.phone(w.account())
		wrongs, counter := 0, int64(0)
		for step := 1; wrongs < 20; step++ {
			counter++
			c := counted(d, counter, withPIN)
			_, err := w.count(c)
			w.must(err)
			if step%5 == 0 {
				w.judge(c, approves, device.PINRight)
				continue
			}
			wrongs++
			left := w.judge(c, wrong, device.PINWrong)
			if (left == 0) != (wrongs == 20) {
				w.Errorf("%d wrong: %d left", wrongs, left)
			}
		}
		w.wantDevice(d.ID, device.PINLocked, "")
	}},
	{"a right PIN that was taken fifth is not overtaken by the others' verdicts", func(w *world) {
		d := w.phone(w.account())
		var all []device.Count
		for i := range 5 {
			c := counted(d, int64(i+1), withPIN)
			_, err := w.count(c)
			w.must(err)
			all = append(all, c)
		}
		for _, c := range all[:4] {
			if left := w.judge(c, wrong, device.PINWrong); left == 0 {
				w.Error("locked while a try is being judged")
			}
		}
		w.judge(all[4], approves, device.PINRight)
		w.wantDevice(d.ID, device.Active, "")
	}},
	{"a PROOF text is judged once", func(w *world) {
		d := w.phone(w.account())
		text := random()
		take := func() (*device.Result, error) {
			return w.db.TakeProof(w.Context(), d, text, true, audit.Event{Kind: audit.PINTried, At: now, Device: d.ID})
		}
		judged := race(func(int) error { _, err := take(); return err })
		if judged != 1 {
			w.Errorf("judged %d times", judged)
		}
		_, err := take()
		w.want(err, device.ErrPending)
		w.judge(device.Count{Device: d, Text: text, At: now}, wrong, device.PINWrong)
		w.judge(device.Count{Device: d, Text: text, At: now}, right, device.PINNotJudged)
		if got, err := take(); err != nil || *got != (device.Result{Code: "pin_wrong", Left: 4}) {
			w.Errorf("%+v %v", got, err)
		}
		if n := w.device(d.ID).WrongPINs; n != 1 {
			w.Errorf("count %d", n)
		}
		w.wantEvents(d.ID, audit.PINTried, 1)
	}},
	{"without a try left a PROOF text isn't kept", func(w *world) {
		d := w.phone(w.account())
		for range 5 {
			_, err := w.db.TakeProof(w.Context(), d, random(), true, audit.Event{At: now})
			w.must(err)
		}
		text := random()
		_, err := w.db.TakeProof(w.Context(), d, text, true, audit.Event{At: now})
		w.want(err, device.ErrNoTry)
		_, err = w.db.TakeProof(w.Context(), d, text, false, audit.Event{At: now})
		w.must(err)
		_, err = w.db.TakeProof(w.Context(), d, random(), true, audit.Event{At: now.Add(10 * time.Second)})
		w.want(err, device.ErrLocked)
		w.wantDevice(d.ID, device.PINLocked, "")
	}},
}

package approval_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// A82: the key service or a step in the database fails, under right answers in a
// row. Each says that the server is at fault, nothing is approved, and when it is
// over the phone and the request are as good as before.
func TestA82Outage(t *testing.T) {
	one := start(t)
	number, known := (*world).ask, (*world).askKnown
	for _, tt := range []struct {
		name  string
		ask   func(*world, *phone) asked
		fail  func(*world)
		times int
	}{
		{"the key service", number, func(w *world) { w.box.Down.Store(true) }, 20},
		{"the key service, known", known, func(w *world) { w.box.Down.Store(true) }, 20},
		{"reading the request", number, failing("read"), 20},
		{"counting", number, failing("count"), 20},
		{"counting, known", known, failing("count"), 20},
		{"taking a try at the number", number, failing("try"), 20},
		{"deciding, known", known, failing("decide"), 20},
		{"deciding", number, failing("decide"), 2}, // each took a try at the number, which was right
		{"nothing can be written, known", known, failing("decide", "judged"), 4},
		{"nothing can be written", number, failing("try", "judged"), 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := tt.ask(w, p)
			w.outage(p, q, tt.fail, tt.times)
			w.pass(11 * time.Second)
			d := w.device(p.ID)
			if d.State != device.Active {
				t.Fatalf("device is %s", d.State)
			}
			p.next.Store(d.Counter)
			w.approve(p, q)
			if d := w.device(p.ID); d.WrongPINs != 0 {
				t.Errorf("%d wrong PINs", d.WrongPINs)
			}
		})
	}
}

func (w *world) outage(p *phone, q asked, fail func(*world), tries int) {
	w.t.Helper()
	replies := make([]keyturn.Reply, tries)
	for i := range replies {
		replies[i] = p.sign(w.t, w.answer(p, q))
	}
	fail(w)
	for i, r := range replies {
		state, err := w.post(p, q, r)
		if state != "" || err == nil || bare(err) != err || like(err, approval.ErrRefused) || like(err, device.ErrNoTry) {
			w.t.Errorf("time %d: %q, %v", i, state, err)
		}
	}
	w.box.Down.Store(false)
	w.db.at = nil
}

// failing makes steps in the database fail.
func failing(steps ...string) func(*world) {
	return func(w *world) {
		w.db.at = func(step string) error {
			if slices.Contains(steps, step) {
				return devicetest.ErrOutage
			}
			return nil
		}
	}
}

// The server goes down between the last try and its judgement. Nobody takes another
// try, and nobody can say whether it was right: the request has the ten seconds that
// judging may take, whatever the person presses, and then it is over for everyone.
func TestLastTryIsNeverJudged(t *testing.T) {
	one := start(t)
	respond := func(right bool) func(*world, *phone, asked) error {
		return func(w *world, p *phone, q asked) error {
			response := w.right(p, q)
			if !right {
				response = not(response)
			}
			return w.respond(q, response)
		}
	}
	answer := func(spoil ...func(*keyturn.Answer)) func(*world, *phone, asked) error {
		return func(w *world, p *phone, q asked) error {
			_, err := w.send(p, q, spoil...)
			return err
		}
	}
	for _, tt := range []struct {
		name string
		last func(*world, *phone, asked) error
		miss func(*world, *phone, asked) error
		most int
	}{
		{"a wrong number", answer(slip), answer(slip), 3},
		{"the right number", answer(), answer(slip), 3},
		{"a wrong response", respond(false), respond(false), 5},
		{"the right response", respond(true), respond(false), 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := w.ask(p)
			w.challenge(q)
			for range tt.most - 1 {
				if err := tt.miss(w, p, q); err == nil {
					t.Fatal("not wrong")
				}
			}
			failing("miss", "decide", "judged")(w)
			if err := tt.last(w, p, q); !like(err, devicetest.ErrOutage) {
				t.Fatalf("the last: %v", err)
			}
			w.db.at = nil
			if err := tt.miss(w, p, q); !like(err, &approval.Gone{State: approval.Failed}) {
				t.Errorf("one more: %v", err)
			}
			_, err := w.Prolong(t.Context(), q.handle)
			if err = errors.Join(err, w.ShowQR(t.Context(), q.handle)); err != nil {
				t.Errorf("more time: %v", err)
			}
			if st, err := w.Status(t.Context(), q.handle); err != nil || st.State != approval.Waiting || st.Left != 10*time.Second {
				t.Errorf("while it may be judged: %s for %s, %v", st.State, st.Left, err)
			}
			w.pass(10 * time.Second)
			if st, err := w.Status(t.Context(), q.handle); err != nil || st.State != approval.Expired {
				t.Errorf("afterwards the page says %s, %v", st.State, err)
			}
			if _, err := w.send(p, q, deny); !like(err, &approval.Gone{State: approval.Expired}) {
				t.Errorf("afterwards the phone hears %v", err)
			}
			if _, h, err := w.Again(t.Context(), q.handle, w.attempt(p)); err != nil || h.Token == "" {
				t.Errorf("another request: %v", err)
			}
			if w.left(q.ID, approval.Expired, w.row(q.ID).Tries); w.told(q.ID, audit.RequestExpired) != 1 || w.told(q.ID, audit.RequestProlonged) != 0 {
				t.Error("the record tells something else")
			}
		})
	}
}

// The same with the twentieth wrong number in a row: whoever comes next is told that
// the phones are stopped, and so are the others, once.
func TestLastOfARowIsNeverJudged(t *testing.T) {
	w := start(t)
	p := w.ada()
	for i := range 20 {
		q := w.ask(p)
		if i == 19 {
			failing("miss", "judged")(w)
		}
		if _, err := w.send(p, q, slip); err == nil {
			t.Fatal("not wrong")
		}
		w.db.at = nil
		cancel(t, w, q)
	}
	q := w.ask(p)
	reply := p.sign(t, w.answer(p, q))
	if _, err := w.post(p, q, reply); !like(err, device.ErrStopped) {
		t.Errorf("the next hears %v", err)
	}
	if p.Device = w.device(p.ID); !p.Stopped || w.told(q.ID, audit.AccountStopped) != 1 {
		t.Errorf("stopped: %v, told %d times", p.Stopped, w.told(q.ID, audit.AccountStopped))
	}
	if w.left(q.ID, approval.Waiting, 0); w.device(p.ID).WrongPINs != 0 {
		t.Error("its PIN was right")
	}
}

// A decision whose commit nobody knows of keeps its result: the server's own fault
// is not written over it.
func TestDecidedAfterAll(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	reply := p.sign(t, w.answer(p, q))
	w.Store = forgetful{w.db}
	if state, err := w.post(p, q, reply); state != "" || !like(err, devicetest.ErrOutage) {
		t.Errorf("%q, %v", state, err)
	}
	w.Store = w.db
	if state, err := w.post(p, q, reply); state != approval.Approved || err != nil {
		t.Errorf("again: %q, %v", state, err)
	}
}

// Deny and "It wasn't me" open no secret: they work while the key service is down.
func TestDenyWithoutKeys(t *testing.T) {
	for want, spoil := range map[approval.State]func(*keyturn.Answer){approval.Denied: deny, approval.Reported: report} {
		w := start(t)
		p := w.ada()
		q := w.ask(p)
		w.box.Down.Store(true)
		if state, err := w.send(p, q, spoil); state != want || err != nil {
			t.Errorf("%q, %v, want %s", state, err, want)
		}
	}
}

// What one approval costs: two durable commits in a known browser, three with a
// number. Every one of them is a wait for the disk.
func TestCommits(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		ask   func(*world, *phone) asked
		spoil func(*keyturn.Answer)
		want  []string
	}{
		{"known", (*world).askKnown, nil, []string{"read", "count", "decide"}},
		{"number", (*world).ask, nil, []string{"read", "count", "try", "decide"}},
		{"wrong number", (*world).ask, slip, []string{"read", "count", "try", "miss"}},
		{"denied", (*world).ask, deny, []string{"read", "count", "decide"}},
		{"another challenge", (*world).ask, func(a *keyturn.Answer) { a.Challenge = key32() }, []string{"read", "count", "judged"}},
		{"without the number", (*world).ask, func(a *keyturn.Answer) { a.Carried, a.Value = keyturn.CarryNone, "" }, []string{"read"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			q := tt.ask(w, p)
			a := w.answer(p, q)
			if tt.spoil != nil {
				tt.spoil(&a)
			}
			w.db.taken()
			_, _ = w.post(p, q, p.sign(t, a))
			if got := w.db.taken(); !slices.Equal(got, tt.want) {
				t.Errorf("steps %v, want %v", got, tt.want)
			}
		})
	}
}

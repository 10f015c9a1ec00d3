package approval_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// A97: one password makes four requests, however they follow each other: one after
// the other, all after the first, or all at once.
func TestA97OnePassword(t *testing.T) {
	w := start(t)
	p := w.ada()
	first := w.ask(p)
	w.pass(3 * time.Minute)
	last := first
	for range 3 {
		r, h, err := w.Again(t.Context(), last.handle, w.attempt(p))
		if err != nil || h.Token == "" {
			t.Fatalf("again: %v", err)
		}
		last = asked{Request: r, handle: h}
		w.pass(3 * time.Minute)
	}
	for _, q := range []asked{last, first} {
		if _, _, err := w.Again(t.Context(), q.handle, w.attempt(p)); !like(err, approval.ErrTooLate) {
			t.Errorf("a fifth: %v, want ErrTooLate", err)
		}
	}
}

// A97: at once, after the first and after those that it led to.
func TestA97OnePasswordAtOnce(t *testing.T) {
	w := start(t)
	p := w.ada()
	first := w.ask(p)
	w.pass(3 * time.Minute)
	r, h, err := w.Again(t.Context(), first.handle, w.attempt(p))
	if err != nil {
		t.Fatal(err)
	}
	second := asked{Request: r, handle: h}
	w.pass(3 * time.Minute)
	var made sync.Map
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			q := []asked{first, second}[i%2]
			if r, h, err := w.Again(t.Context(), q.handle, w.attempt(p)); err == nil && h.Token != "" {
				made.Store(r.ID, true)
			}
		})
	}
	all.Wait()
	n := 0
	made.Range(func(any, any) bool { n++; return true })
	if n != 2 {
		t.Errorf("%d more requests, want 2", n)
	}
}

// A97: so many sign-ins are asked for in ten minutes, and no more, by whoever knows
// the password; A84: the person's known browser has a count of its own.
func TestA97Asked(t *testing.T) {
	w := start(t)
	p := w.ada()
	for range 100 {
		w.ask(p)
	}
	_, _, err := w.Begin(t.Context(), w.attempt(p))
	many, ok := errors.AsType[*policy.TooMany](err)
	if !ok || many.Wait != 10*time.Minute || !errors.Is(err, approval.ErrFull) {
		t.Errorf("the next: %v, want TooMany for ten minutes", err)
	}
	if got := w.pending(p).Requests; len(got) != 3+10 {
		t.Errorf("the phone's list has %d requests, want three that wait and ten that ended", len(got))
	}
	w.approve(p, w.askKnown(p))
	for range 99 {
		w.askKnown(p)
	}
	known := w.attempt(p)
	known.Known = true
	if _, _, err := w.Begin(t.Context(), known); !errors.As(err, &many) {
		t.Errorf("one more in known browsers: %v, want TooMany", err)
	}
	w.pass(10 * time.Minute)
	w.ask(p)
}

// A97: a held call looks at most once a second, whatever happens meanwhile; what
// comes first is told at once.
func TestA97HeldCallRests(t *testing.T) {
	hold(t, func(t *testing.T, w *world, p *phone) {
		version := w.pending(p).Version
		looks := 0
		w.Notices = counted{&looks}
		for i := range 500 {
			time.AfterFunc(time.Duration(i)*10*time.Millisecond, func() { w.Bus.Wake(p.Account) })
		}
		if _, err := w.Pending(t.Context(), p.Device, version, 5*time.Second); err != nil {
			t.Fatal(err)
		}
		if looks > 7 {
			t.Errorf("%d looks in five seconds", looks)
		}
	})
}

// counted counts looks.
type counted struct{ looks *int }

// Notices implements [approval.Notices].
func (c counted) Notices(context.Context, string, time.Time) ([]keyturn.Notice, error) {
	*c.looks++
	return nil, nil
}

// What time has ended is on record although nobody asks: a request that waits, and
// one that was approved and that no browser has redeemed. It is told once.
func TestSettle(t *testing.T) {
	w := start(t)
	p := w.ada()
	waits, approved := w.ask(p), w.ask(p)
	w.approve(p, approved)
	if err := w.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.left(waits.ID, approval.Waiting, 0)
	w.pass(121 * time.Second)
	for range 2 {
		if err := w.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []asked{waits, approved} {
		told := 0
		all, err := w.db.About(t.Context(), q.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range all {
			if ev.Kind == audit.RequestExpired && ev.Account == p.Account {
				told++
			}
		}
		if got := w.row(q.ID).State; got != approval.Expired || told != 1 {
			t.Errorf("it is %s, told %d times", got, told)
		}
	}
}

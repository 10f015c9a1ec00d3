package server

import (
	"context"
	"log/slog"
	"time"

	"keyturn/internal/store"
)

// How the record is read. Two nodes may commit in another order than they
// counted, so what was read in the last moments is read again.
const (
	tailEvery = time.Second
	tailAgain = 2    // ticks
	tailMost  = 1000 // events in one query
	tailPages = 20   // queries at one tick; the rest is read at the next
)

// A tail reads the record and wakes whoever waits for what it tells. It sees
// changes of other processes and nodes, and so repairs hints that were lost: who
// waits never has to look by itself.
type tail struct {
	record recordReader
	wake   func(id string)
	log    *slog.Logger

	floors [tailAgain + 1]int64 // the newest event at this tick and at those before, newest first
	seen   map[int64]struct{}   // events after the oldest floor that were told; nil before the start

	failing bool // the record couldn't be read at the last tick
}

// recordReader reads the record. The store implements it.
type recordReader interface {
	EventsSince(ctx context.Context, after int64, most int) ([]store.Told, error)
	LastEvent(ctx context.Context) (int64, error)
}

// run reads until ctx ends.
func (t *tail) run(ctx context.Context) {
	tick := time.NewTicker(tailEvery)
	defer tick.Stop()
	for {
		t.tick(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// tick starts, or reads once. Why it can't is logged when that begins, and its end: a
// database may be away for hours.
func (t *tail) tick(ctx context.Context) {
	do := t.read
	if t.seen == nil {
		do = t.start
	}
	err := do(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && !t.failing:
		t.log.LogAttrs(ctx, slog.LevelError, "record can't be read", slog.Any("err", err))
	case err == nil && t.failing:
		t.log.LogAttrs(ctx, slog.LevelInfo, "record can be read again")
	}
	t.failing = err != nil
}

// start begins at the end of the record: nobody waits yet for what came before.
func (t *tail) start(ctx context.Context) error {
	last, err := t.record.LastEvent(ctx)
	if err != nil {
		return err
	}
	t.seen = map[int64]struct{}{}
	for i := range t.floors {
		t.floors[i] = last
	}
	return nil
}

// read tells what is new since the last time.
func (t *tail) read(ctx context.Context) error {
	newest, from := t.floors[0], t.floors[tailAgain]
	for range tailPages {
		events, err := t.record.EventsSince(ctx, from, tailMost)
		if err != nil {
			return err
		}
		for _, ev := range events {
			from, newest = ev.Seq, max(newest, ev.Seq)
			if _, told := t.seen[ev.Seq]; !told {
				t.seen[ev.Seq] = struct{}{}
				t.tell(ev)
			}
		}
		if len(events) < tailMost {
			break
		}
	}
	copy(t.floors[1:], t.floors[:tailAgain])
	t.floors[0] = newest
	for seq := range t.seen {
		if seq <= t.floors[tailAgain] {
			delete(t.seen, seq)
		}
	}
	return nil
}

// tell wakes who waits for the subject of an event or for its account.
func (t *tail) tell(ev store.Told) {
	for _, id := range []string{ev.Subject, ev.Account} {
		if id != "" {
			t.wake(id)
		}
	}
}

package server

import (
	"context"
	"log/slog"
	"time"

	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// How the tables are kept small. Nothing depends on it.
const (
	tidyFirst = time.Minute // after the start
	tidyEvery = time.Hour
	tidyShare = 10 // of the time: what was forgotten in one part is followed by nine parts of rest
)

// A tidying forgets, round by round, what has been over for long.
type tidying struct {
	db interface {
		Tidy(ctx context.Context, t store.Tidy) (time.Time, error)
	}
	keep policy.Keep
	now  func() time.Time // the server's clock, which somebody may have set wrong
	log  *slog.Logger

	seen   time.Time // where the round before has left the horizon
	began  time.Time // of that round, by a clock that nobody sets
	doubts bool      // whether the clock is too far ahead of it
}

// run forgets until ctx ends.
func (t *tidying) run(ctx context.Context) {
	tick := time.NewTimer(tidyFirst)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			tick.Reset(tidyEvery)
		case <-ctx.Done():
			return
		}
		t.round(ctx, time.Now())
	}
}

// round forgets once. It began then, by a clock with monotonic time.
func (t *tidying) round(ctx context.Context, began time.Time) {
	now, ran := t.now(), time.Duration(0)
	if !t.began.IsZero() {
		ran = began.Sub(t.began)
	}
	seen, err := t.db.Tidy(ctx, store.Tidy{At: now, Keep: t.keep, Seen: t.seen, Ran: ran,
		Rest: func(took time.Duration) error { return rest(ctx, took) }})
	switch {
	case err == nil:
		t.seen, t.began = seen, began
		t.doubt(ctx, now)
	case ctx.Err() == nil:
		t.log.LogAttrs(ctx, slog.LevelError, "tidying failed", slog.Any("err", err))
	}
}

// doubt says, once when it begins and once when it is over, that the clock isn't believed (A113).
func (t *tidying) doubt(ctx context.Context, now time.Time) {
	doubts := now.Sub(t.seen) > tidyEvery
	switch {
	case doubts && !t.doubts:
		t.log.LogAttrs(ctx, slog.LevelWarn, "what is old is behind the clock: it goes slowly",
			slog.Time("clock", now), slog.Time("old_as_of", t.seen),
			slog.String("hint", "if the clock is right, nothing is to be done; if it is wrong, set it, and nothing more will go"))
	case !doubts && t.doubts:
		t.log.LogAttrs(ctx, slog.LevelInfo, "what is old goes at its time again", slog.Time("clock", now))
	}
	t.doubts = doubts
}

// rest leaves the database to everybody else for a while.
func rest(ctx context.Context, took time.Duration) error {
	t := time.NewTimer(max(took, time.Millisecond) * (tidyShare - 1))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

var tidySQL struct{ Tries, Browsers, Locks, Networks, Sessions, EndedSessions, Visits, Changes, Told, Addresses, OfAccount query }

func init() { load(&tidySQL, "tidy.sql") }

// A Tidy says what is forgotten.
type Tidy struct {
	At   time.Time     // now
	Keep policy.Keep   // what is older goes
	Seen time.Time     // what Tidy returned to this node before; zero: it wasn't called yet
	Ran  time.Duration // since then, by a clock that nobody sets

	// Rest is called after each part with the time that the part took, and returns when
	// the next may begin; with an error the rest waits for the next call. nil: at once.
	Rest func(took time.Duration) error
}

const (
	tidyPart  = 250            // rows of a part: a sign-in that comes at the same time waits for one part at most
	tidyAfter = 24 * time.Hour // what is over is forgotten so long after, a try not before no limit looks back to it

	// Rows among the marks whose number is Unix seconds.
	horizonMark = "horizon"
	clockMark   = "clock" // of the node that looked last
)

// Tidy forgets what is over, such as tries, sessions and browsers that are no longer
// known, and what is old. Nothing depends on it, since every statement looks at the time
// itself; without it the tables grow. Any number of nodes may do it at once. The record
// is told how much of it went, and of requests and activations.
//
// It returns the time by which things were old, see [policy.Horizon]: one before t.At says
// that the clock is too far ahead of all that was seen of it to be believed.
func (d *DB) Tidy(ctx context.Context, t Tidy) (time.Time, error) {
	if t.Rest == nil {
		t.Rest = func(time.Duration) error { return nil }
	}
	horizon, err := d.lead(ctx, t)
	if err != nil {
		return t.Seen, err
	}
	now := t.At
	if horizon.Before(now) {
		t.At = horizon
	}
	if err := d.over(ctx, t); err != nil {
		return horizon, err
	}
	gone, err := d.forget(ctx, t)
	return horizon, errors.Join(err, d.tellForgotten(ctx, gone, now))
}

// lead moves the horizon as far as the node's clock is believed.
func (d *DB) lead(ctx context.Context, t Tidy) (time.Time, error) {
	at, err1 := one(d.read(ctx), value[time.Time], forgetSQL.Upto, horizonMark)
	clock, err2 := one(d.read(ctx), value[time.Time], forgetSQL.Upto, clockMark)
	if errors.Is(err1, sql.ErrNoRows) {
		at, err1 = t.At.Add(-time.Second), nil // nothing was there when the database was made
	}
	if errors.Is(err2, sql.ErrNoRows) {
		clock, err2 = time.Time{}, nil
	}
	if err := errors.Join(err1, err2); err != nil {
		return at, err
	}
	next := policy.Horizon{At: at, Clock: clock, Seen: t.Seen, Ran: t.Ran}.Next(t.At).Truncate(time.Second)
	return next, d.write(ctx, func(tx *Tx) error {
		if err := tx.run(forgetSQL.Clock, clockMark, t.At); err != nil {
			return err
		}
		return tx.run(forgetSQL.Mark, horizonMark, next)
	})
}

// over forgets what is over.
func (d *DB) over(ctx context.Context, t Tidy) error {
	over := t.At.Add(-tidyAfter)
	for _, one := range []struct {
		remove query
		until  time.Time
	}{
		{tidySQL.Tries, t.At.Add(-max(tidyAfter, d.Limits.LooksBack()))},
		{tidySQL.Browsers, over}, {tidySQL.Locks, over},
		{tidySQL.Networks, t.At.Add(max(0, d.Limits.Browser-t.Keep.Addresses))},
		{tidySQL.Sessions, over}, {tidySQL.EndedSessions, over}, {tidySQL.Visits, over}, {tidySQL.Changes, over},
		{tidySQL.Told, t.At.Add(-t.Keep.Letters)}, {tidySQL.Addresses, t.At.Add(-t.Keep.Addresses)},
	} {
		if err := d.parts(ctx, t, one.remove, one.until); err != nil {
			return err
		}
	}
	return nil
}

// tellForgotten tells the record how much went.
func (d *DB) tellForgotten(ctx context.Context, gone map[string]int64, at time.Time) error {
	if len(gone) == 0 {
		return nil
	}
	ev := audit.Event{Kind: audit.RecordForgotten, At: at}
	for what, n := range gone {
		ev = ev.With(what, strconv.FormatInt(n, 10))
	}
	return d.write(ctx, func(tx *Tx) error { return tx.tell(ev) })
}

// parts runs a statement with its last argument, the most rows, until there are fewer.
func (d *DB) parts(ctx context.Context, t Tidy, q query, of any) error {
	for {
		var n int64
		began := time.Now()
		err := d.write(ctx, func(tx *Tx) (err error) {
			n, err = tx.Exec(q, of, tidyPart)
			return err
		})
		if err != nil || n < tidyPart {
			return err
		}
		if err := t.Rest(time.Since(began)); err != nil {
			return err
		}
	}
}

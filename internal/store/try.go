package store

import (
	"context"
	"time"

	"keyturn/internal/policy"
)

var trySQL struct{ Lock, Take, Add, Since, Oldest, GiveBack, ForgetOld query }

func init() { load(&trySQL, "try.sql") }

var _ policy.Tries = (*DB)(nil)

// count is write for what takes tries of keys that others count by in the same moment.
// f is told how long that took.
func (d *DB) count(ctx context.Context, keys []string, f func(tx *Tx, waited time.Duration) error) error {
	return d.inTurn(ctx, longestLine, keys, f)
}

// after is count for what becomes of a try that was taken: nobody is too many for that.
func (d *DB) after(ctx context.Context, keys []string, f func(*Tx) error) error {
	return d.inTurn(ctx, anyLine, keys, func(tx *Tx, _ time.Duration) error { return f(tx) })
}

func (d *DB) inTurn(ctx context.Context, longest int, keys []string, f func(tx *Tx, waited time.Duration) error) error {
	leave, waited, err := d.engine.inLine(ctx, longest, keys...)
	if err != nil {
		return err
	}
	defer leave()
	return d.write(ctx, func(tx *Tx) error { return f(tx, waited) })
}

// Take implements [policy.Tries]. Each try is a row, so that within any stretch
// of the given length there are no more than most, wherever it begins.
func (d *DB) Take(ctx context.Context, c policy.Count, at time.Time) error {
	return d.count(ctx, []string{c.Key}, func(tx *Tx, waited time.Duration) error { return tx.take(c, at.Add(waited)) })
}

func (tx *Tx) take(c policy.Count, at time.Time) error {
	if c.Rate.Most < 1 {
		return &policy.TooMany{Wait: c.Rate.In}
	}
	if err := tx.run(trySQL.Lock, c.Key); err != nil {
		return err
	}
	since := at.Add(-c.Rate.In)
	n, err := tx.Exec(trySQL.Take, c.Key, at, since, c.Rate.Most)
	if err != nil {
		return err
	}
	if n == 1 {
		return tx.run(trySQL.ForgetOld, c.Key, since)
	}
	oldest, err := one(tx, value[time.Time], trySQL.Oldest, c.Key, since, c.Rate.Most-1)
	if err != nil {
		return err
	}
	return &policy.TooMany{Wait: max(oldest.Add(c.Rate.In).Sub(at), time.Second)}
}

// GiveBack implements [policy.Tries].
func (d *DB) GiveBack(ctx context.Context, c policy.Count) error {
	return d.after(ctx, []string{c.Key}, func(tx *Tx) error {
		if err := tx.run(trySQL.Lock, c.Key); err != nil {
			return err
		}
		return tx.run(trySQL.GiveBack, c.Key)
	})
}

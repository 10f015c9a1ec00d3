package store

import (
	"context"
	"time"

	"keyturn/internal/account"
)

var trySQL struct{ Lock, Take, Add, Since, Oldest, GiveBack, Forget, ForgetOld query }

func init() { load(&trySQL, "try.sql") }

var _ account.Tries = (*DB)(nil)

// count is write for what takes tries of keys that others count by in the same moment.
// f is told how long that took.
func (d *DB) count(ctx context.Context, keys []string, f func(tx *Tx, waited time.Duration) error) error {
	return d.inTurn(ctx, longestLine, keys, f)
}

// settle is count for what becomes of a try that was taken: nobody is too many for that.
func (d *DB) settle(ctx context.Context, keys []string, f func(*Tx) error) error {
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

// Take implements [account.Tries]. Each try is a row, so that within any stretch
// of the given length there are no more than most, wherever it begins.
func (d *DB) Take(
	ctx context.Context, key string, most int, in time.Duration, at time.Time,
) (wait time.Duration, err error) {
	err = d.count(ctx, []string{key}, func(tx *Tx, waited time.Duration) (err error) {
		wait, err = tx.take(key, most, in, at.Add(waited))
		return err
	})
	return wait, err
}

func (tx *Tx) take(key string, most int, in time.Duration, at time.Time) (wait time.Duration, err error) {
	if most < 1 {
		return in, nil
	}
	if err := tx.run(trySQL.Lock, key); err != nil {
		return 0, err
	}
	n, err := tx.Exec(trySQL.Take, key, at, at.Add(-in), most)
	if err != nil {
		return 0, err
	}
	if n == 1 {
		return 0, tx.run(trySQL.ForgetOld, key, at.Add(-in))
	}
	oldest, err := one(tx, value[time.Time], trySQL.Oldest, key, at.Add(-in), most-1)
	return max(oldest.Add(in).Sub(at), time.Second), err
}

// GiveBack implements [account.Tries].
func (d *DB) GiveBack(ctx context.Context, key string) error {
	return d.settle(ctx, []string{key}, func(tx *Tx) error {
		if err := tx.run(trySQL.Lock, key); err != nil {
			return err
		}
		return tx.run(trySQL.GiveBack, key)
	})
}

// Forget implements [account.Tries].
func (d *DB) Forget(ctx context.Context, key string) error {
	return d.write(ctx, func(tx *Tx) error { return tx.run(trySQL.Forget, key) })
}

package store

import (
	"context"
	"time"

	"keyturn/internal/account"
)

var trySQL struct{ Lock, Take, Add, Since, Oldest, GiveBack, Forget, ForgetOld query }

func init() { load(&trySQL, "try.sql") }

var _ account.Tries = (*DB)(nil)

// Take implements [account.Tries]. Each try is a row, so that within any stretch
// of the given length there are no more than most, wherever it begins.
func (d *DB) Take(ctx context.Context, key string, most int, in time.Duration, at time.Time) (wait time.Duration, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		wait = 0
		if most < 1 {
			wait = in
			return nil
		}
		if err := tx.run(trySQL.Lock, key); err != nil {
			return err
		}
		n, err := tx.Exec(trySQL.Take, key, at, at.Add(-in), most)
		if err != nil {
			return err
		}
		if n == 1 {
			return tx.run(trySQL.ForgetOld, key, at.Add(-in))
		}
		oldest, err := one(tx, value[time.Time], trySQL.Oldest, key, at.Add(-in), most-1)
		wait = max(oldest.Add(in).Sub(at), time.Second)
		return err
	})
	return wait, err
}

// GiveBack implements [account.Tries].
func (d *DB) GiveBack(ctx context.Context, key string) error {
	return d.write(ctx, func(tx *Tx) error {
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

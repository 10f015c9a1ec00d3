package store

import (
	"context"
	"errors"
	"time"
)

var secretSQL struct{ Get, Keep, Replace query }

func init() { load(&secretSQL, "secret.sql") }

// ErrNoSecret says that there is no secret of a name.
var ErrNoSecret = errors.New("store: no such secret")

// Secret returns the sealed value that all nodes share under a name, or
// [ErrNoSecret].
func (d *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	sealed, err := one(d.read(ctx), value[[]byte], secretSQL.Get, name)
	return sealed, none(err, ErrNoSecret)
}

// KeepSecret stores a sealed value under a name unless there is one, and returns
// the one that is there afterwards.
func (d *DB) KeepSecret(ctx context.Context, name string, sealed []byte, at time.Time) (kept []byte, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(secretSQL.Keep, name, sealed, at); err != nil {
			return err
		}
		kept, err = one(tx, value[[]byte], secretSQL.Get, name)
		return err
	})
	return kept, err
}

// ReplaceSecret stores a sealed value under a name, whatever was there.
func (d *DB) ReplaceSecret(ctx context.Context, name string, sealed []byte, at time.Time) error {
	return d.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(secretSQL.Replace, name, sealed, at)
		return err
	})
}

package store

import (
	"context"
	"time"
)

var aliveSQL struct{ Keep query }

func init() { load(&aliveSQL, "alive.sql") }

// Alive commits a small change, as every sign-in has to, and returns why that fails: a
// full disk, a file that another program has locked, a PostgreSQL that is read-only or
// away. A read would succeed all the while. It may take as long as any change, which
// for a locked file is ten seconds.
func (d *DB) Alive(ctx context.Context, now time.Time) error {
	return d.write(ctx, func(tx *Tx) error { return tx.run(aliveSQL.Keep, now) })
}

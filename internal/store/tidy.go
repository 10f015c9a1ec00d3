package store

import (
	"context"
	"time"

	"keyturn/internal/notice"
)

var tidySQL struct{ Tries, Browsers, Sessions, Changes, Told query }

func init() { load(&tidySQL, "tidy.sql") }

// Tidy forgets tries, known browsers, sessions and PIN changes that were over by then,
// which should be a day ago: no limit looks further back; and what people were told long
// before. Nothing depends on it, since every statement looks at the time itself; without
// it the tables grow.
func (d *DB) Tidy(ctx context.Context, over time.Time) error {
	return d.write(ctx, func(tx *Tx) error {
		for _, q := range []query{tidySQL.Tries, tidySQL.Browsers, tidySQL.Sessions, tidySQL.Changes} {
			if err := tx.run(q, over); err != nil {
				return err
			}
		}
		return tx.run(tidySQL.Told, over.Add(-notice.Kept))
	})
}

package store

import (
	"context"
	"time"

	"keyturn"
	"keyturn/internal/entry"
)

var visitSQL struct{ Insert, ByID, End query }

func init() { load(&visitSQL, "visit.sql") }

var _ entry.Store = (*DB)(nil)

func visitFields(v *entry.Visit) []any {
	return []any{&v.ID, &v.App, &v.ACR, &v.Since, &v.Silent, &v.Name, &v.Language, &v.Door, &v.Next, &v.State, &v.Made, &v.Ends}
}

// AddVisit implements [entry.Store].
func (d *DB) AddVisit(ctx context.Context, v entry.Visit, browser keyturn.Bytes) error {
	return d.write(ctx, func(tx *Tx) error {
		return tx.run(visitSQL.Insert, v.ID, browser, v.App, v.ACR, v.Since, v.Silent, v.Name, v.Language, v.Door, v.Next, v.State, v.Made, v.Ends)
	})
}

// Visit implements [entry.Store].
func (d *DB) Visit(ctx context.Context, id string, browser keyturn.Bytes) (entry.Visit, error) {
	v, err := one(d.read(ctx), visitFields, visitSQL.ByID, id, browser)
	return v, none(err, entry.ErrNoVisit)
}

// EndVisit implements [entry.Store].
func (d *DB) EndVisit(ctx context.Context, id string, browser keyturn.Bytes, to entry.VisitState, at time.Time) error {
	return d.write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(visitSQL.End, to, at, id, browser)
		if err == nil && n == 0 {
			err = entry.ErrEnded
		}
		return err
	})
}

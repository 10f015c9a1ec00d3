package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"keyturn/internal/approval"
)

var overviewSQL struct{ Browsers, Last query }

func init() { load(&overviewSQL, "overview.sql") }

// KnownBrowsers counts the browsers that are known for an account.
func (d *DB) KnownBrowsers(ctx context.Context, account string, at time.Time) (int, error) {
	return one(d.read(ctx), value[int], overviewSQL.Browsers, account, at)
}

// A Glance is as much of a request as an operator is shown.
type Glance struct {
	State approval.State
	App   string
	Place string
	IP    string
	Made  time.Time
}

// LastRequest returns the newest request of an account; ok is false if there was
// none. A deadline that has passed may not have been written down yet.
func (d *DB) LastRequest(ctx context.Context, account string) (g Glance, ok bool, err error) {
	g, err = one(d.read(ctx), func(g *Glance) []any { return []any{&g.State, &g.App, &g.Place, &g.IP, &g.Made} }, overviewSQL.Last, account)
	if errors.Is(err, sql.ErrNoRows) {
		return Glance{}, false, nil
	}
	return g, err == nil, err
}

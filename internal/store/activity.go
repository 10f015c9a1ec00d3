package store

import (
	"context"

	"keyturn/internal/notice"
)

var activitySQL struct{ Page query }

func init() { load(&activitySQL, "activity.sql") }

var _ notice.History = (*DB)(nil)

// Activity implements [notice.History].
func (d *DB) Activity(ctx context.Context, l notice.Query) ([]notice.Line, error) {
	var told, number int64 // only to put them in order
	return list(d.read(ctx), func(n *notice.Line) []any {
		return []any{&n.At, &told, &number, &n.ID, &n.Kind, &n.State, &n.App, &n.Action, &n.Message, &n.Browser, &n.Place, &n.Phone,
			&n.From, &n.Left, &n.Reference, &n.Reported}
	}, activitySQL.Page, l.Account, l.Since, l.Show, l.At, l.Most, l.Skip)
}

package store

import (
	"context"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/session"
)

// BrowsersOf implements [session.Store].
func (d *DB) BrowsersOf(
	ctx context.Context, account string, cookie keyturn.Bytes, at time.Time,
) (b session.Browsers, err error) {
	return one(d.read(ctx), func(b *session.Browsers) []any { return []any{&b.Known, &b.This} }, sessionSQL.Browsers, account, cookie, at)
}

// ForgetBrowsers implements [session.Store]. That there is none is no error, and no event.
func (d *DB) ForgetBrowsers(ctx context.Context, account string, cookie keyturn.Bytes, all bool, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if all {
			return tx.maybe(ev, sessionSQL.ForgetAll, account)
		}
		return tx.maybe(ev, sessionSQL.Forget, account, cookie)
	})
}

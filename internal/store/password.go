package store

import (
	"context"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
)

// SetPassword implements [account.Store].
func (d *DB) SetPassword(ctx context.Context, n account.NewPassword, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(n.Account); err != nil {
			return err
		}
		if n.Request != "" || n.Session != "" {
			err := tx.useApproval(n.Request, n.Session, keyturn.ChangePassword, n.Oldest, ev.At, account.ErrApproval)
			if err != nil {
				return err
			}
		}
		if err := tx.step(ev, account.ErrUnknown, accountSQL.SetPassword, n.Hash, n.Account); err != nil {
			return err
		}
		if err := tx.startAnew(n.Account, ev); err != nil {
			return err
		}
		return tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndOthers, ev.At, n.Account, n.Session)
	})
}

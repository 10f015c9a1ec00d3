package store

import (
	"context"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
)

// SetPassword implements [account.Store].
func (d *DB) SetPassword(ctx context.Context, n account.NewPassword, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(n.Account); err != nil {
			return err
		}
		if err := tx.putPassword(n, ev); err != nil {
			return err
		}
		if err := tx.startAnew(n.Account, ev); err != nil {
			return err
		}
		cancelled := ev.As(audit.ActivationCancelled)
		err := tx.endActivations(cancelled, activationSQL.CancelOthers, activation.CauseStale, ev.At, n.Account, n.Session)
		if err != nil {
			return err
		}
		return tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndOthers, ev.At, n.Account, n.Session)
	})
}

// putPassword writes a password. The operator's is written whatever was there; a
// person's only by a session that lives, with its approval, over the one that they
// typed: of two changes the later one is never lost.
func (tx *Tx) putPassword(n account.NewPassword, ev audit.Event) error {
	if n.Request == "" && n.Session == "" {
		return tx.step(ev, account.ErrUnknown, accountSQL.SetPassword, n.Hash, n.Account)
	}
	lives, err := one(tx, value[int], sessionSQL.Lives, n.Session, n.Account, ev.At)
	if err != nil {
		return err
	}
	if lives == 0 {
		return account.ErrEnded
	}
	if err := tx.useApproval(n.Request, n.Session, keyturn.ChangePassword, n.Oldest, ev.At, account.ErrApproval); err != nil {
		return err
	}
	return tx.step(ev, account.ErrPassword, accountSQL.ChangePassword, n.Hash, n.Account, n.Revision)
}

// typedStill returns [account.ErrPassword] if the password that was typed is not the
// account's any more: nobody can leave out which one it was, since there is no revision 0.
// The caller has locked the account.
func (tx *Tx) typedStill(id string, revision int64) error {
	n, err := one(tx, value[int], accountSQL.Revised, id, revision)
	if err == nil && n > 0 {
		err = account.ErrPassword
	}
	return err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
)

var accountSQL struct {
	Lock, LockActive, Insert, ByID, ByName, Page, SetState, SetMoreTime, SetEmail, Rename, Reset, Unlock, Delete query
	MayChangePhones, HasPhone, TakeNumber, RightNumber, Stop, Quiet                                              query
	Refresh, Refreshed, SetPassword, ChangePassword, Revised                                                     query
	TakeResponse, RightResponse, OfflineOn, OfflineOff                                                           query
}

func init() { load(&accountSQL, "account.sql") }

var _ account.Store = (*DB)(nil)

func accountFields(a *account.Account) []any {
	return []any{&a.ID, &a.Name, &a.Email, &a.Language, &a.State, &a.First, &a.New, &a.Numbers, &a.Quiet, &a.Held, &a.MoreTime, &a.Added, &a.Password, &a.Revision}
}

// AddAccount implements [account.Store].
func (d *DB) AddAccount(ctx context.Context, a account.Account, key string, ev audit.Event) error {
	return d.step(ctx, ev, account.ErrExists, accountSQL.Insert,
		a.ID, a.Name, key, a.Email, a.Language, a.State, a.Password, ev.At)
}

// Account implements [account.Store].
func (d *DB) Account(ctx context.Context, id string) (account.Account, error) {
	a, err := one(d.read(ctx), accountFields, accountSQL.ByID, id)
	return a, none(err, account.ErrUnknown)
}

// AccountNamed implements [account.Store].
func (d *DB) AccountNamed(ctx context.Context, spelt, key string) (account.Account, error) {
	a, err := one(d.read(ctx), accountFields, accountSQL.ByName, spelt, key)
	return a, none(err, account.ErrUnknown)
}

// Accounts implements [account.Store].
func (d *DB) Accounts(ctx context.Context, after string, most int) ([]account.Listed, error) {
	return list(d.read(ctx), func(l *account.Listed) []any { return append(accountFields(&l.Account), &l.Key, &l.Phones) },
		accountSQL.Page, after, most)
}

// SetAccountState implements [account.Store].
func (d *DB) SetAccountState(ctx context.Context, id string, to account.State, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(id); err != nil {
			return err
		}
		n, err := tx.Exec(accountSQL.SetState, to, id)
		if err != nil || n == 0 {
			return err // it is so already: nothing to tell
		}
		if err := tx.tell(ev); err != nil || to == account.Active {
			return err
		}
		return tx.stop(id, ev)
	})
}

// stop ends what an account has begun: its requests, and that a password makes further
// ones without it; its codes; its sessions. Spec §8.7; attack A110.
func (tx *Tx) stop(id string, ev audit.Event) error {
	if err := tx.run(accountSQL.Refresh, ev.At, id); err != nil {
		return err
	}
	if err := tx.cancelRequests(id, true, ev); err != nil {
		return err
	}
	cancelled := ev.As(audit.ActivationCancelled)
	if err := tx.endActivations(cancelled, activationSQL.CancelOthers, activation.CauseStale, ev.At, id, ""); err != nil {
		return err
	}
	return tx.endSessions(id, ev)
}

// SetMoreTime implements [account.Store].
func (d *DB) SetMoreTime(ctx context.Context, id string, on bool, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(id); err != nil {
			return err
		}
		return tx.maybe(ev, accountSQL.SetMoreTime, on, id) // it may be so already: nothing to tell
	})
}

// SetEmail implements [account.Store]. It is told before it is done: the letter goes to the
// address that the account had.
func (d *DB) SetEmail(ctx context.Context, id, email string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		a, err := tx.lockedAccount(id)
		if err != nil || a.Email == email {
			return err
		}
		if err := tx.tell(ev); err != nil {
			return err
		}
		return tx.run(accountSQL.SetEmail, email, id)
	})
}

// RenameAccount implements [account.Store]. The letter is to the name that its reader knows.
func (d *DB) RenameAccount(ctx context.Context, id, name, key string, ev audit.Event) error {
	err := d.write(ctx, func(tx *Tx) error {
		a, err := tx.lockedAccount(id)
		if err != nil || a.Name == name {
			return err
		}
		if err := tx.tell(ev); err != nil {
			return err
		}
		if n, err := tx.Exec(accountSQL.Rename, name, key, id); err != nil || n == 1 {
			return err
		}
		return account.ErrExists
	})
	if duplicate(err) { // by another transaction, in this very moment
		return account.ErrExists
	}
	return err
}

// ResetAccount implements [account.Store].
func (d *DB) ResetAccount(ctx context.Context, id string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(id); err != nil {
			return err
		}
		if err := tx.step(ev, account.ErrUnknown, accountSQL.Reset, id); err != nil {
			return err
		}
		for _, end := range []func(*Tx, string, audit.Event) error{
			(*Tx).replaceActivations, (*Tx).removeDevices, (*Tx).stop,
		} {
			if err := end(tx, id, ev); err != nil {
				return err
			}
		}
		for _, q := range []query{sessionSQL.ForgetAll, guessSQL.Strange, codeSQL.DropCodes} {
			if err := tx.run(q, id); err != nil {
				return err
			}
		}
		return tx.forgive(id)
	})
}

// UnlockAccount implements [account.Store].
func (d *DB) UnlockAccount(ctx context.Context, id string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.step(ev, account.ErrUnknown, accountSQL.Unlock, id); err != nil {
			return err
		}
		return tx.forgive(id)
	})
}

// RemoveAccount implements [account.Store]. What refers to the account in the
// schema goes with it. Requests that are over go before, a part at a time: there may be
// very many, and nobody else can write while they go.
func (d *DB) RemoveAccount(ctx context.Context, id string, ev audit.Event) error {
	if err := d.parts(ctx, Tidy{Rest: func(time.Duration) error { return nil }}, tidySQL.OfAccount, id); err != nil {
		return err
	}
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(id); err != nil {
			return err
		}
		if err := tx.dropAnswers(id); err != nil {
			return err
		}
		phones, err := list(tx, value[string], forgetSQL.PhonesOf, id)
		if err != nil {
			return err
		}
		if err := tx.step(ev, account.ErrUnknown, accountSQL.Delete, id); err != nil {
			return err
		}
		return tx.forgetPhones(phones)
	})
}

// lockAccount makes others who change this account wait until the transaction
// has ended. Who changes several rows takes them in the order account, request
// or activation, phone, device.
func (tx *Tx) lockAccount(id string) error {
	_, err := one(tx, value[string], accountSQL.Lock, id)
	return none(err, account.ErrUnknown)
}

// lockedAccount is lockAccount, and what the account is then.
func (tx *Tx) lockedAccount(id string) (account.Account, error) {
	if err := tx.lockAccount(id); err != nil {
		return account.Account{}, err
	}
	a, err := one(tx, accountFields, accountSQL.ByID, id)
	return a, none(err, account.ErrUnknown)
}

// lockActive is lockAccount for what only an account may that can sign in.
func (tx *Tx) lockActive(id string, lost error) error {
	_, err := one(tx, value[string], accountSQL.LockActive, id)
	return none(err, lost)
}

// mayChangePhones returns lost if a sign-in of the account was reported lately; first
// says whether its next phone is a first one.
func (tx *Tx) mayChangePhones(id string, at time.Time, lost error) (first bool, err error) {
	first, err = one(tx, value[bool], accountSQL.MayChangePhones, id, at)
	return first, none(err, lost)
}

// none returns unknown in the place of [sql.ErrNoRows].
func none(err, unknown error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return unknown
	}
	return err
}

// run is Exec for statements that may change any number of rows.
func (tx *Tx) run(q query, args ...any) error {
	_, err := tx.Exec(q, args...)
	return err
}

package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// TryNumber implements [approval.Store]. Nothing stays of a try that the account's row
// has no room for, but that its phones are stopped: whoever took the last one may have
// been killed before it was judged.
func (d *DB) TryNumber(ctx context.Context, id, phone string, tries, row int, ev audit.Event) error {
	full := false
	err := d.write(ctx, func(tx *Tx) error {
		full = false
		if err := tx.run(requestSQL.LockAccount, id); err != nil {
			return err
		}
		if err := tx.step(audit.Event{}, errLost, requestSQL.Try, id, tries, ev.At, ev.At.Add(d.Limits.Judged)); err != nil {
			return tx.gone(err, id, ev.At)
		}
		err := tx.step(ev, errLost, accountSQL.TakeNumber, id, row)
		full = errors.Is(err, errLost)
		if err != nil || phone == "" {
			return tx.gone(err, id, ev.At)
		}
		return tx.run(deviceSQL.RightPIN, phone)
	})
	if !full {
		return err
	}
	stopping := d.write(ctx, func(tx *Tx) error {
		return tx.maybe(ev.As(audit.AccountStopped), accountSQL.Stop, ev.Account, row)
	})
	return cmp.Or(stopping, err)
}

// MissNumber implements [approval.Store].
func (d *DB) MissNumber(
	ctx context.Context, id string, v device.Verdict, tries, row int, ev, evFailed, evStopped audit.Event,
) (left int, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if err := tx.run(requestSQL.LockAccount, id); err != nil {
			return err
		}
		if err := tx.tell(ev); err != nil {
			return err
		}
		r, err := one(tx, requestFields, requestSQL.ByID, id)
		if err != nil {
			return none(err, approval.ErrUnknown)
		}
		left = max(0, tries-r.Tries)
		if err := tx.maybe(evFailed, requestSQL.Fail, ev.At, id, tries); err != nil {
			return err
		}
		if err := tx.maybe(evStopped, accountSQL.Stop, r.Account, row); err != nil {
			return err
		}
		v.Result.Left = left
		_, err = d.verdict(tx, v, ev.As(audit.PINLocked))
		return err
	})
	return left, err
}

// Decide implements [approval.Store].
func (d *DB) Decide(ctx context.Context, dec approval.Decision, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.run(requestSQL.LockAccount, dec.Request); err != nil {
			return err
		}
		ended := ev.At
		if dec.To == approval.Approved {
			ended = time.Time{}
		} else {
			dec.RedeemBy = time.Time{}
		}
		account, err := one(tx, value[string], requestSQL.Decide, dec.To, dec.Verdict.Device, dec.By, dec.Way, dec.Unlock, ev.At,
			ended, dec.RedeemBy, dec.Answer, dec.Signature, dec.Request)
		if err != nil {
			return tx.gone(none(err, errLost), dec.Request, ev.At)
		}
		if err := tx.tell(ev); err != nil {
			return err
		}
		if err := d.decided(tx, dec, account, ev); err != nil {
			return err
		}
		_, err = d.verdict(tx, dec.Verdict, ev.As(audit.PINLocked))
		return err
	})
}

// decided writes what a decision means for the account.
func (d *DB) decided(tx *Tx, dec approval.Decision, account string, ev audit.Event) error {
	switch dec.To {
	case approval.Approved:
		if err := tx.run(accountSQL.RightNumber, account); err != nil {
			return err
		}
		if err := tx.run(codeSQL.RightCodes, account); err != nil {
			return err
		}
		if err := d.rightResponse(tx, dec, account); err != nil {
			return err
		}
		return tx.run(deviceSQL.Approved, ev.At, dec.Verdict.Device)
	case approval.Reported:
		return tx.silence(account, dec.Quiet, ev)
	}
	return nil
}

// EndRequest implements [approval.Store].
func (d *DB) EndRequest(ctx context.Context, id string, to approval.State, ev audit.Event) error {
	q := requestSQL.Cancel
	if to == approval.Expired {
		q = requestSQL.End
	}
	return d.write(ctx, func(tx *Tx) error {
		return tx.gone(tx.step(ev, errLost, q, ev.At, id), id, ev.At)
	})
}

// Redeem implements [approval.Store].
func (d *DB) Redeem(
	ctx context.Context, id string, pending keyturn.Bytes, g policy.Grant, ev audit.Event,
) (r approval.Request, err error) {
	var refused error
	err = d.write(ctx, func(tx *Tx) error {
		refused = nil
		if err := tx.run(requestSQL.LockAccount, id); err != nil {
			return err
		}
		err := tx.step(ev, errLost, requestSQL.Redeem, ev.At, id, pending)
		if errors.Is(err, errLost) {
			refused, err = tx.notRedeemed(id, pending, ev)
			return err
		}
		if err != nil {
			return err
		}
		if r, err = one(tx, requestFields, requestSQL.ByID, id); err != nil {
			return err
		}
		return tx.grant(r, g, ev)
	})
	if err == nil {
		err = refused
	}
	return r, err
}

// notRedeemed says why not, to the request's own browser; others know no such
// request. If it is approved, the account or the phone may not any more, and it ends.
func (tx *Tx) notRedeemed(id string, pending keyturn.Bytes, ev audit.Event) (refused, err error) {
	r, err := one(tx, requestFields, requestSQL.ByID, id)
	if err != nil || !bytes.Equal(r.Pending, pending) {
		return &approval.Gone{State: "unknown"}, none(err, nil)
	}
	ev.Kind, ev.Detail = audit.RequestCancelled, map[string]string{"cause": "stopped"}
	if err := tx.maybe(ev, requestSQL.CancelApproved, ev.At, id, pending); err != nil {
		return nil, err
	}
	return tx.gone(errLost, id, ev.At), nil
}

// useApproval uses up the approval of a security change, once, for the session
// that asked for it.
func (tx *Tx) useApproval(id, session string, action keyturn.Action, oldest, at time.Time, lost error) error {
	return tx.step(audit.Event{}, lost, requestSQL.UseApproval, id, session, action, oldest, at)
}

// UsableApproval implements [approval.Store].
func (d *DB) UsableApproval(
	ctx context.Context, account, session string, action keyturn.Action, oldest, at time.Time,
) (string, error) {
	id, err := one(d.read(ctx), value[string], requestSQL.Usable, account, oldest, session, action, at)
	return id, none(err, approval.ErrUnknown)
}

// ReportSignIn implements [approval.Store].
func (d *DB) ReportSignIn(ctx context.Context, id string, quiet time.Time, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(ev.Account); err != nil {
			return err
		}
		err := tx.step(ev, errLost, requestSQL.Report, ev.At, id, ev.Account)
		if errors.Is(err, errLost) {
			n, err := one(tx, value[int], requestSQL.Reportable, id, ev.Account)
			if err == nil && n == 0 {
				err = approval.ErrUnknown
			}
			return err // reported before: its effect is there
		}
		if err != nil {
			return err
		}
		if err := tx.silence(ev.Account, quiet, ev); err != nil {
			return err
		}
		return tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndOfRequest, ev.At, id, ev.Account)
	})
}

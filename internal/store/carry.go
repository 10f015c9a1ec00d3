package store

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// NewQR implements [approval.Carrying]. Of two tabs that ask at once one makes the
// secret, and both show it.
func (d *DB) NewQR(
	ctx context.Context, id string, hash keyturn.Bytes, n int, least time.Time, most time.Duration, ev audit.Event,
) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(ev, errLost, requestSQL.NewQR, hash, id, n-1, least, int64(most.Seconds()), ev.At,
			d.Limits.QRs, d.Limits.NumberTries, d.Limits.Responses)
		return tx.stillWaiting(err, id, ev.At)
	})
}

// Challenge implements [approval.Carrying].
func (d *DB) Challenge(
	ctx context.Context, id, code string, least time.Time, most time.Duration, ev audit.Event,
) error {
	err := d.write(ctx, func(tx *Tx) error {
		if err := tx.step(audit.Event{}, approval.ErrRepeated, requestSQL.AddChallenge, code, id); err != nil {
			return err
		}
		return tx.step(ev, errLost, requestSQL.Challenge, code, id, least, int64(most.Seconds()), ev.At, d.Limits.NumberTries)
	})
	if errors.Is(err, errLost) { // the code that nobody will see is not kept either
		err = d.write(ctx, func(tx *Tx) error { return tx.stillWaiting(err, id, ev.At) })
	}
	return err
}

// stillWaiting turns errLost into nothing if the request waits all the same.
func (tx *Tx) stillWaiting(err error, id string, at time.Time) error {
	var gone *approval.Gone
	if err = tx.gone(err, id, at); errors.As(err, &gone) && gone.State == approval.Waiting {
		return nil
	}
	return err
}

// TryResponse implements [approval.Carrying].
func (d *DB) TryResponse(ctx context.Context, id string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.run(requestSQL.LockAccount, id); err != nil {
			return err
		}
		if err := tx.step(audit.Event{}, errLost, requestSQL.TryResponse, id, d.Limits.Responses, ev.At, ev.At.Add(d.Limits.Judged)); err != nil {
			return tx.gone(err, id, ev.At)
		}
		return tx.step(ev, approval.ErrOffline, accountSQL.TakeResponse, id, d.Limits.ResponseRow)
	})
}

// MissResponse implements [approval.Carrying].
func (d *DB) MissResponse(ctx context.Context, id string, ev, evFailed, evOff audit.Event) (left int, err error) {
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
		left = max(0, d.Limits.Responses-r.Responses)
		if err := tx.maybe(evFailed, requestSQL.FailResponse, ev.At, id, d.Limits.Responses); err != nil {
			return err
		}
		return tx.maybe(evOff, accountSQL.OfflineOff, r.Account, d.Limits.ResponseRow)
	})
	return left, err
}

// rightResponse says what an approval means for the row of wrong responses.
func (d *DB) rightResponse(tx *Tx, dec approval.Decision, account string) error {
	if dec.Way == policy.ByOffline {
		return tx.run(accountSQL.RightResponse, account)
	}
	return tx.run(accountSQL.OfflineOn, account, d.Limits.ResponseRow, dec.Request)
}

// TryAgain implements [approval.Carrying].
func (d *DB) TryAgain(ctx context.Context, id string, most int) error {
	return d.step(ctx, audit.Event{}, approval.ErrTooLate, requestSQL.TryAgain, id, most)
}

package store

import (
	"bytes"
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

var requestSQL struct {
	Insert, ByID, Newest, Recent, LockAccount             query
	Expire, ReplaceBrowsers, Waiting, ReplaceOldest       query
	See, Prolong, Try, Fail, Decide, Recover              query
	NewQR, Challenge, AddChallenge                        query
	TryResponse, FailResponse, TryAgain                   query
	Cancel, End, CancelAll, Redeem, Approval, UseApproval query
	Usable, Report, Reportable, CancelApproved            query
}

func init() { load(&requestSQL, "request.sql") }

var _ approval.Store = (*DB)(nil)

func requestFields(r *approval.Request) []any {
	return []any{&r.ID, &r.Account, &r.Name, &r.App, &r.Action, &r.Message, &r.Target, &r.Session, &r.Pending, &r.Known,
		&r.Browser, &r.IP, &r.Place, &r.Carry, &r.Number, &r.Tries, &r.State, &r.Made, &r.Expires, &r.Password,
		&r.Seen, &r.SeenBy, &r.Device, &r.By, &r.Way, &r.Unlock, &r.Answered, &r.Used, &r.Ended,
		&r.Reference, &r.QR, &r.QRs, &r.Challenge, &r.Responses}
}

// BeginRequest implements [approval.Store].
func (d *DB) BeginRequest(ctx context.Context, r approval.Request, before keyturn.Bytes, most int, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockActive(r.Account, approval.ErrUnknown); err != nil {
			return err
		}
		if err := tx.passwordCounts(r); err != nil {
			return err
		}
		if err := tx.tellEach(ev.As(audit.RequestExpired), requestSQL.Expire, ev.At, r.Account); err != nil {
			return err
		}
		if err := tx.leaveLost(r.Account, ev.At); err != nil {
			return err
		}
		if err := tx.tellEach(ev.As(audit.RequestReplaced), requestSQL.ReplaceBrowsers, ev.At, before, r.Pending); err != nil {
			return err
		}
		if err := tx.makeRoom(r, most, ev.As(audit.RequestReplaced)); err != nil {
			return err
		}
		return tx.step(ev, nil, requestSQL.Insert, r.ID, r.Account, r.Name, r.App, r.Action, r.Message, r.Target, r.Session,
			r.Pending, r.Known, r.Browser, r.IP, r.Place, r.Carry, r.Number, r.Made, r.Expires, r.Password, r.Reference)
	})
}

// passwordCounts refuses a request without the password, if since it was typed there
// was a report, an alarm or a new password; and one whose password was changed while
// it was being looked at. Attacks A23, A33.
func (tx *Tx) passwordCounts(r approval.Request) error {
	if !r.Again {
		return tx.checkedStill(r.Account, r.Checked)
	}
	n, err := one(tx, value[int], accountSQL.Refreshed, r.Account, r.Password)
	if err == nil && n > 0 {
		err = approval.ErrTooLate
	}
	return err
}

// makeRoom replaces requests of other browsers until fewer than most wait. Whoever
// knows the password can't push out the person in a known browser.
func (tx *Tx) makeRoom(r approval.Request, most int, ev audit.Event) error {
	waiting, err := one(tx, value[int], requestSQL.Waiting, r.Account)
	if err != nil {
		return err
	}
	for ; waiting >= most; waiting-- {
		replaced, err := list(tx, changedFields, requestSQL.ReplaceOldest, ev.At, r.Account, r.Known)
		if err != nil {
			return err
		}
		if len(replaced) == 0 {
			return approval.ErrFull
		}
		ev.Subject = replaced[0].id
		if err := tx.tell(ev); err != nil {
			return err
		}
	}
	return nil
}

// Request implements [approval.Store].
func (d *DB) Request(ctx context.Context, id string) (approval.Request, error) {
	r, err := one(d.read(ctx), requestFields, requestSQL.ByID, id)
	return r, none(err, approval.ErrUnknown)
}

// RequestOf implements [approval.Store].
func (d *DB) RequestOf(ctx context.Context, pending keyturn.Bytes) (approval.Request, error) {
	r, err := one(d.read(ctx), requestFields, requestSQL.Newest, pending)
	return r, none(err, approval.ErrUnknown)
}

// Requests implements [approval.Store]. One whose time ran out unnoticed is
// returned as expired then.
func (d *DB) Requests(ctx context.Context, account string, at, since time.Time) ([]approval.Request, error) {
	all, err := list(d.read(ctx), requestFields, requestSQL.Recent, account, since)
	shown := all[:0]
	for _, r := range all {
		if r.State = stateAt(r, at); r.State == approval.Expired && r.Ended.IsZero() {
			r.Ended = r.Expires
		}
		if r.State != approval.Expired || !r.Expires.Before(since) {
			shown = append(shown, r)
		}
	}
	return shown, err
}

// SeenRequest implements [approval.Store].
func (d *DB) SeenRequest(ctx context.Context, id, by, hint string, at time.Time) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(audit.Event{}, errLost, requestSQL.See, hint, by, id, at)
		return tx.gone(err, id, at)
	})
}

// Prolong implements [approval.Store]. At the longest life nothing changes, and
// no event is written.
func (d *DB) Prolong(ctx context.Context, id string, by, most time.Duration, ev audit.Event) (expires time.Time, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(requestSQL.Prolong, int64(by.Seconds()), int64(most.Seconds()), id, ev.At)
		if err != nil {
			return err
		}
		r, err := one(tx, requestFields, requestSQL.ByID, id)
		if err != nil {
			return none(err, approval.ErrUnknown)
		}
		if state := stateAt(r, ev.At); state != approval.Waiting {
			return &approval.Gone{State: state}
		}
		expires = r.Expires
		if n == 0 {
			return nil
		}
		return tx.tell(ev)
	})
	return expires, err
}

// TryNumber implements [approval.Store].
func (d *DB) TryNumber(ctx context.Context, id, phone string, tries, row int, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.run(requestSQL.LockAccount, id); err != nil {
			return err
		}
		if err := tx.step(audit.Event{}, errLost, requestSQL.Try, id, tries, ev.At); err != nil {
			return tx.gone(err, id, ev.At)
		}
		err := tx.step(ev, errLost, accountSQL.TakeNumber, id, row)
		if err != nil || phone == "" {
			return tx.gone(err, id, ev.At)
		}
		return tx.run(deviceSQL.RightPIN, phone)
	})
}

// MissNumber implements [approval.Store].
func (d *DB) MissNumber(ctx context.Context, id string, v device.Verdict, tries, row int, ev, evFailed, evStopped audit.Event) (left int, err error) {
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
func (d *DB) Redeem(ctx context.Context, id string, pending keyturn.Bytes, g policy.Grant, ev audit.Event) (r approval.Request, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if err := tx.run(requestSQL.LockAccount, id); err != nil {
			return err
		}
		if err := tx.step(ev, errLost, requestSQL.Redeem, ev.At, id, pending); err != nil {
			return tx.notRedeemed(err, id, pending, ev.At)
		}
		if r, err = one(tx, requestFields, requestSQL.ByID, id); err != nil {
			return err
		}
		return tx.grant(r, g, ev)
	})
	return r, err
}

// notRedeemed is gone, and knows no request that is another browser's.
func (tx *Tx) notRedeemed(err error, id string, pending keyturn.Bytes, at time.Time) error {
	if r, err := one(tx, requestFields, requestSQL.ByID, id); err == nil && !bytes.Equal(r.Pending, pending) {
		return &approval.Gone{State: "unknown"}
	}
	return tx.gone(err, id, at)
}

// useApproval uses up the approval of a security change, once, for the session
// that asked for it.
func (tx *Tx) useApproval(id, session string, action keyturn.Action, oldest, at time.Time, lost error) error {
	return tx.step(audit.Event{}, lost, requestSQL.UseApproval, id, session, action, oldest, at)
}

// UsableApproval implements [approval.Store].
func (d *DB) UsableApproval(ctx context.Context, account, session string, action keyturn.Action, oldest, at time.Time) (string, error) {
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

// cancelRequests ends what waits for an account.
func (tx *Tx) cancelRequests(account string, ev audit.Event) error {
	return tx.tellEach(ev.As(audit.RequestCancelled), requestSQL.CancelAll, ev.At, account)
}

// maybe is step for what need not happen.
func (tx *Tx) maybe(ev audit.Event, q query, args ...any) error {
	if err := tx.step(ev, errLost, q, args...); !errors.Is(err, errLost) {
		return err
	}
	return nil
}

// gone turns errLost into the state that a request has.
func (tx *Tx) gone(err error, id string, at time.Time) error {
	if !errors.Is(err, errLost) {
		return err
	}
	r, err := one(tx, requestFields, requestSQL.ByID, id)
	if err != nil {
		return none(err, &approval.Gone{State: "unknown"})
	}
	return &approval.Gone{State: stateAt(r, at)}
}

// stateAt is the state of a request with the time looked at: nobody has to write
// that time is over.
func stateAt(r approval.Request, at time.Time) approval.State {
	if (r.State == approval.Waiting || r.State == approval.Approved) && !r.Expires.After(at) {
		return approval.Expired
	}
	return r.State
}

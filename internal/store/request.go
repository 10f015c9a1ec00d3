package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

var requestSQL struct {
	Insert, ByID, Newest, Recent, LockAccount             query
	Expire, ReplaceBrowsers, Waiting, ReplaceOldest       query
	See, Prolong, Try, Fail, Decide, Recover              query
	NewQR, Challenge, AddChallenge                        query
	TryResponse, FailResponse, TryAgain                   query
	Cancel, End, CancelAll, Redeem, Approval, UseApproval query
	Overdue, Usable, Report, Reportable, CancelApproved   query
	CancelOfSession                                       query
}

func init() { load(&requestSQL, "request.sql") }

var _ approval.Store = (*DB)(nil)

func requestFields(r *approval.Request) []any {
	return []any{&r.ID, &r.Account, &r.Name, &r.App, &r.Action, &r.Message, &r.Target, &r.Session, &r.Pending, &r.Known,
		&r.Browser, &r.IP, &r.Place, &r.Carry, &r.Number, &r.Tries, &r.State, &r.Made, &r.Expires, &r.Password,
		&r.Seen, &r.SeenBy, &r.Device, &r.By, &r.Way, &r.Unlock, &r.Answered, &r.Used, &r.Ended,
		&r.Reference, &r.QR, &r.QRs, &r.Challenge, &r.Responses, &r.First, &r.Visit}
}

// BeginRequest implements [approval.Store].
func (d *DB) BeginRequest(
	ctx context.Context, r approval.Request, before keyturn.Bytes, most int, ev audit.Event,
) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockActive(r.Account, approval.ErrUnknown); err != nil {
			return err
		}
		if err := tx.notAsked(r); err != nil {
			return err
		}
		if err := tx.passwordCounts(r); err != nil {
			return err
		}
		if err := tx.asksStill(r.Session); err != nil {
			return err
		}
		if err := tx.askedFor(r, d.Limits, ev.At); err != nil {
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
			r.Pending, r.Known, r.Browser, r.IP, r.Place, r.Carry, r.Number, r.Made, r.Expires, r.Password, r.Reference, r.First, r.Visit)
	})
}

// notAsked refuses what an asker that repeats has asked before with the same token. The
// caller has locked the account, so that of two at once one finds the other.
func (tx *Tx) notAsked(r approval.Request) error {
	if !r.Repeats {
		return nil
	}
	_, err := one(tx, requestFields, requestSQL.Newest, r.Pending)
	if err == nil {
		return approval.ErrAsked
	}
	return none(err, nil)
}

// asksStill refuses a change that a session asks for which has just ended: its end found
// no request that it could cancel. Attack A110. The caller has locked the account.
func (tx *Tx) asksStill(session string) error {
	if session == "" {
		return nil // a sign-in
	}
	ended, err := one(tx, value[int], sessionSQL.HasEnded, session)
	if err == nil && ended > 0 {
		err = approval.ErrUnknown
	}
	return err
}

// askedFor counts the sign-ins that are asked for in an account's name: those of known
// browsers apart, so that whoever knows the password doesn't use up what the person has
// there. Attacks A84, A97. The caller has locked the account.
func (tx *Tx) askedFor(r approval.Request, by policy.Limits, at time.Time) error {
	if r.Action != keyturn.SignIn {
		return nil // counted by its session
	}
	err := tx.take(by.AskedOf(r.Account, r.Known), at)
	if errors.Is(err, policy.ErrTooMany) {
		err = fmt.Errorf("%w: %w", approval.ErrFull, err)
	}
	return err
}

// passwordCounts refuses a request without the password, if since it was typed there
// was a report, an alarm or a new password; and one whose password was changed while
// it was being looked at. Attacks A23, A33.
func (tx *Tx) passwordCounts(r approval.Request) error {
	switch {
	case r.Password.IsZero(): // none was typed
		return nil
	case !r.Again:
		return tx.typedStill(r.Account, r.Revision)
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
	for waiting >= most {
		err := tx.tellEach(ev, requestSQL.ReplaceOldest, ev.At, r.Account, r.Known)
		if err != nil {
			return err
		}
		before := waiting
		if waiting, err = one(tx, value[int], requestSQL.Waiting, r.Account); err != nil {
			return err
		}
		if waiting == before { // and nothing has ended meanwhile by itself
			return approval.ErrFull
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

// Answerable implements [approval.Store].
func (d *DB) Answerable(ctx context.Context, account, only string) (bool, error) {
	return one(d.read(ctx), value[bool], deviceSQL.Answerable, account, only)
}

// Requests implements [approval.Store]. One whose time ran out unnoticed is
// returned as expired then.
func (d *DB) Requests(ctx context.Context, account string, at, since time.Time) ([]approval.Request, error) {
	all, err := list(d.read(ctx), requestFields, requestSQL.Recent, account, since)
	shown := all[:0]
	for _, r := range all {
		if r.State = r.At(at); r.State == approval.Expired && r.Ended.IsZero() {
			r.Ended = r.Expires
		}
		if r.State != approval.Expired || !r.Expires.Before(since) {
			shown = append(shown, r)
		}
	}
	return shown, err
}

// Overdue implements [approval.Store].
func (d *DB) Overdue(ctx context.Context, at time.Time, most int) (overdue []approval.Request, err error) {
	all, err := list(d.read(ctx), changedFields, requestSQL.Overdue, at, most)
	for _, c := range all {
		overdue = append(overdue, approval.Request{ID: c.id, Account: c.account})
	}
	return overdue, err
}

// SeenRequest implements [approval.Store].
func (d *DB) SeenRequest(ctx context.Context, id, by, hint string, at time.Time) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(audit.Event{}, errLost, requestSQL.See, hint, by, id, at)
		return tx.gone(err, id, at)
	})
}

// Prolong implements [approval.Store]. At the longest life, and while the last try is
// judged, nothing changes, and no event is written.
func (d *DB) Prolong(
	ctx context.Context, id string, by, most time.Duration, ev audit.Event,
) (expires time.Time, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(requestSQL.Prolong, int64(by.Seconds()), int64(most.Seconds()), id, ev.At, d.Limits.NumberTries, d.Limits.Responses)
		if err != nil {
			return err
		}
		r, err := one(tx, requestFields, requestSQL.ByID, id)
		if err != nil {
			return none(err, approval.ErrUnknown)
		}
		if state := r.At(ev.At); state != approval.Waiting {
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

// cancelRequests ends what waits for an account, and what was approved and isn't
// redeemed: its sign-ins, or everything. Attack A23.
func (tx *Tx) cancelRequests(account string, everything bool, ev audit.Event) error {
	return tx.tellEach(ev.As(audit.RequestCancelled), requestSQL.CancelAll, ev.At, account, everything)
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
	return &approval.Gone{State: r.At(at)}
}

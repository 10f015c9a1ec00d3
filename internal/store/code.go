package store

import (
	"context"
	"errors"
	"strconv"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

var codeSQL struct {
	MayClaimCodes, ClaimCodes, RenewCodes, SaveCodes, AddCode, DropCodes, CodesLeft query
	TakeCode, RightCode, RightCodes, UnusedCode, SpendCode                          query
}

func init() { load(&codeSQL, "code.sql") }

var _ account.Codes = (*DB)(nil)

// MayMakeCodes implements [account.Codes].
func (d *DB) MayMakeCodes(ctx context.Context, m account.Maker, at time.Time) (bool, error) {
	if m.Approval == "" {
		n, err := one(d.read(ctx), value[int], codeSQL.MayClaimCodes, m.Account, m.Session)
		return n > 0, err
	}
	_, err := one(d.read(ctx), value[string], requestSQL.Approval, m.Approval, m.Account, m.Session, keyturn.RecoveryCodes, m.Oldest, at)
	if err = none(err, account.ErrUnknown); errors.Is(err, account.ErrUnknown) {
		return false, nil
	}
	return err == nil, err
}

// SetRecoveryCodes implements [account.Codes].
func (d *DB) SetRecoveryCodes(
	ctx context.Context, m account.Maker, codes []account.RecoveryHash, ev audit.Event,
) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockActive(m.Account, account.ErrUnknown); err != nil {
			return err
		}
		if err := tx.mayMakeCodes(m, ev.At); err != nil {
			return err
		}
		if err := tx.run(codeSQL.DropCodes, m.Account); err != nil {
			return err
		}
		for _, c := range codes {
			if err := tx.run(codeSQL.AddCode, m.Account, c.Index, c.Hash); err != nil {
				return err
			}
		}
		return tx.tell(ev)
	})
}

// mayMakeCodes uses up what allows a list: the first activation, or an approval.
func (tx *Tx) mayMakeCodes(m account.Maker, at time.Time) error {
	if m.Approval == "" {
		return tx.step(audit.Event{}, account.ErrUnknown, codeSQL.ClaimCodes, m.Account, m.Session)
	}
	if _, err := tx.mayChangePhones(m.Account, at, account.ErrUnknown); err != nil {
		return err
	}
	err := tx.useApproval(m.Approval, m.Session, keyturn.RecoveryCodes, m.Oldest, at, account.ErrUnknown)
	if err != nil {
		return err
	}
	return tx.step(audit.Event{}, account.ErrUnknown, codeSQL.RenewCodes, m.Account)
}

// SaveRecoveryCodes implements [account.Codes].
func (d *DB) SaveRecoveryCodes(ctx context.Context, id string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error { return tx.maybe(ev, codeSQL.SaveCodes, id) })
}

// RecoveryCodes implements [account.Codes].
func (d *DB) RecoveryCodes(ctx context.Context, id string) (account.CodeList, error) {
	l, err := one(d.read(ctx), func(l *account.CodeList) []any { return []any{&l.Made, &l.Saved, &l.Left} }, codeSQL.CodesLeft, id)
	return l, none(err, account.ErrUnknown)
}

// TakeCode implements [account.Codes].
func (d *DB) TakeCode(ctx context.Context, id string, row int) (n int, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		n, err = one(tx, value[int], codeSQL.TakeCode, id, row)
		return none(err, account.ErrCodesOff)
	})
	return n, err
}

// UnusedCode implements [account.Codes].
func (d *DB) UnusedCode(ctx context.Context, id, index string) (account.Hash, error) {
	hash, err := one(d.read(ctx), value[account.Hash], codeSQL.UnusedCode, id, index)
	return hash, none(err, account.ErrUnknown)
}

// cancelling is the event of a request that a recovery code ends; none if it had ended
// before: then the code only takes what its password still allowed.
func cancelling(r approval.Request, ev audit.Event) audit.Event {
	if r.State != approval.Waiting && r.State != approval.Approved {
		return audit.Event{}
	}
	return audit.Event{Kind: audit.RequestCancelled, At: ev.At, Account: r.Account, Subject: r.ID}
}

// SpendCode implements [account.Codes]. What is granted and what ends is one
// transaction with the code's end.
func (d *DB) SpendCode(ctx context.Context, s account.Spent, g policy.Grant, ev audit.Event) (left int, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if err := tx.lockActive(s.Account, account.ErrTicket); err != nil {
			return err
		}
		r, err := one(tx, requestFields, requestSQL.ByID, s.Request)
		if err != nil {
			return none(err, account.ErrTicket)
		}
		if err := tx.step(cancelling(r, ev), account.ErrTicket, requestSQL.Recover, ev.At, s.Request, s.Pending, s.Oldest); err != nil {
			return err
		}
		if err := tx.step(audit.Event{}, account.ErrRecovery, codeSQL.SpendCode, ev.At, s.Account, s.Index, s.Hash); err != nil {
			return err
		}
		if err := tx.run(codeSQL.RightCode, s.Account); err != nil {
			return err
		}
		l, err := one(tx, func(l *account.CodeList) []any { return []any{&l.Made, &l.Saved, &l.Left} }, codeSQL.CodesLeft, s.Account)
		if err != nil {
			return err
		}
		left = l.Left
		return tx.recovered(r, g, ev.With("left", strconv.Itoa(left)))
	})
	return left, err
}

// recovered begins the session that a recovery code opens. Its browser becomes no
// known one: nothing was carried.
func (tx *Tx) recovered(r approval.Request, g policy.Grant, ev audit.Event) error {
	if err := tx.tell(ev); err != nil {
		return err
	}
	p := policy.Proven{Account: r.Account, Way: policy.ByRecovery, Password: true, At: ev.At}
	begun := audit.Event{Kind: audit.SessionBegun, At: ev.At, Account: r.Account, Subject: g.Session}
	s := session.Session{ID: g.Session, Account: r.Account, Proven: p, Agent: g.Agent, IP: g.IP, Visit: r.Visit,
		Begun: ev.At, Used: ev.At, Ends: g.Ends}
	return tx.addSession(s, g.Cookie, g.Before, begun.With("acr", string(p.ACR())))
}

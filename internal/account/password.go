package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
)

// Errors of [Service.ChangePassword] and [Service.SetPassword] besides those of [Service.Add].
var (
	ErrSame     = errors.New("account: the new password is the present one")
	ErrEnded    = errors.New("account: the session that changes the password has ended")
	ErrApproval = errors.New("account: no phone has approved this lately, or it was used")
)

// A Change is what a person types to get another password.
type Change struct {
	Account string
	Session string // that asked for the approval, and that alone stays
	Request string // the redeemed approval of action change_password
	Present keyturn.Secret
	New     keyturn.Secret
	Addr    string        // IP address that the record has; empty: not known
	Counted string        // IP address that tries are counted by; empty: they are not
	Browser keyturn.Bytes // SHA-256 of its known-browser cookie; may be nil
	Place   string        // where the browser seems to be, for those who are told
}

// A NewPassword is what the store writes.
type NewPassword struct {
	Account  string
	Hash     Hash
	Session  string // that stays; empty: none
	Request  string // approval that is used up; empty: the operator needs none
	Revision int64  // of the account, whose present password was typed; not looked at for the operator
	Oldest   time.Time
}

// ChangePassword gives an account another password, by an approval that its session
// asked for, once. The present password is one more thing to know: whoever finds an
// open browser and an open phone doesn't. It is counted like any other try.
//
// All that rested on the old one ends: other sessions, known browsers, requests that
// wait, and those that could be made without typing it again. Spec §8.7, §9.2; attack
// A23. The phone stays what it was: whoever knows the new password still meets it (A33).
//
// The errors are those of [Service.Add] about a password, [ErrSame], [*policy.TooMany], [ErrPassword], [ErrBusy],
// [ErrApproval] and [ErrEnded]. A password that somebody else has changed while this one
// was being compared is a wrong one.
func (s *Service) ChangePassword(ctx context.Context, c Change) error {
	acc, err := s.Store.Account(ctx, c.Account)
	if err == nil {
		err = s.usable(string(c.New), acc.Name, acc.Email)
	}
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err := s.present(ctx, acc, c); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if c.New == c.Present {
		return ErrSame
	}
	phc, err := s.hash(ctx, string(c.New))
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	ev := s.event(audit.PasswordChanged, acc.ID)
	ev.Subject = c.Request
	if c.Place != "" {
		ev = ev.With("place", c.Place)
	}
	n := NewPassword{Account: acc.ID, Hash: phc, Session: c.Session, Request: c.Request, Revision: acc.Revision, Oldest: ev.At.Add(-s.Limits.ApprovalUse)}
	err = s.Store.SetPassword(ctx, n, ev)
	if errors.Is(err, ErrPassword) {
		err = s.refused(ctx, acc.ID, c.Addr)
	}
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}

// present checks the password that the account has. A try is taken before it is
// looked at and given back if it was right, as in [Service.Check]; a known browser has
// those of known browsers only, since nobody is kept out here.
func (s *Service) present(ctx context.Context, acc Account, c Change) error {
	a := Attempt{Counted: c.Counted, Browser: c.Browser}
	g, known, err := s.beginKnown(ctx, acc.ID, acc.ID, a)
	if err == nil && !known {
		g, err = s.beginAny(ctx, acc.ID, acc.ID, a)
	}
	if err != nil {
		return err
	}
	right, err := s.right(ctx, g, acc, c.Present)
	told := ErrPassword
	switch {
	case errors.Is(err, errUnanswered):
		told = err
	case err != nil || right:
		return errors.Join(err, s.giveBack(ctx, g))
	}
	ev, failure := s.notPresent(acc.ID, c.Addr, told)
	if err := s.wrong(ctx, g, ev); err != nil {
		return fmt.Errorf("record a refused password: %w", err)
	}
	return failure
}

// refused records a password that was the present one until it was changed.
func (s *Service) refused(ctx context.Context, id, addr string) error {
	ev, failure := s.notPresent(id, addr, ErrPassword)
	if err := s.Record.Refused(context.WithoutCancel(ctx), ev); err != nil {
		return fmt.Errorf("record a refused password: %w", err)
	}
	return failure
}

func (s *Service) notPresent(id, addr string, told error) (audit.Event, *audit.Failure) {
	ev := s.event(audit.PasswordRefused, id)
	if addr != "" {
		ev = ev.With("ip", addr)
	}
	return audit.Fail(ev, told)
}

// SetPassword gives an account another password on the operator's wish. Every session
// ends. It returns [ErrUnknown], [ErrBusy], or what [Service.Add] says of a password.
func (s *Service) SetPassword(ctx context.Context, id, password string) error {
	acc, err := s.Store.Account(ctx, id)
	if err == nil {
		err = s.usable(password, acc.Name, acc.Email)
	}
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	ev := s.event(audit.PasswordChanged, id).With("by", "operator")
	if err := s.Store.SetPassword(ctx, NewPassword{Account: id, Hash: phc}, ev); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

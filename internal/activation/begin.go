package activation

import (
	"context"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
)

// By says who asks for a code, and for what.
type By struct {
	Account  string
	Session  string // of the browser, which alone may complete the activation
	Purpose  Purpose
	Approval string // id of the approved request; empty for first and recover
	Old      string // move: device that ends when the new one is active; recover: the lost one, if there is one
	Browser  string // such as "Firefox on Windows"
	IP       string
	Place    string
}

// Begin makes a code. Every unfinished activation of the account ends as replaced,
// so that only the newest code is good. The errors are [ErrPurpose], [ErrApproval],
// [ErrLost] and [*policy.TooMany]. Spec §6.1; attacks A41, A43, A48, A62.
func (s *Service) Begin(ctx context.Context, by By) (Activation, error) {
	switch {
	case by.Purpose == First:
		by.Approval, by.Old = "", ""
	case by.Purpose == Recover:
		by.Approval = ""
	case by.Purpose != Add && by.Purpose != Move:
		return Activation{}, ErrPurpose
	case by.Approval == "":
		return Activation{}, ErrApproval
	}
	a, err := s.fresh(by)
	if err != nil {
		return Activation{}, err
	}
	if err := s.begin(ctx, a); err != nil {
		return Activation{}, fmt.Errorf("code for %s: %w", by.Account, err)
	}
	return a, nil
}

// fresh draws an activation that nobody knows of yet.
func (s *Service) fresh(by By) (Activation, error) {
	code, now := keyturn.NewCode(), s.Now()
	a := Activation{
		ID: keyturn.NewID(keyturn.ActivationID), Account: by.Account, Session: by.Session,
		Purpose: by.Purpose, Approval: by.Approval, Old: by.Old, State: Waiting,
		Made: now, Expires: now.Add(s.Limits.CodeLife),
		Browser: by.Browser, IP: by.IP, Place: by.Place, CodeHash: code.Hash(),
	}
	var err error
	a.Code, err = s.seal(a.ID, "code", []byte(code))
	return a, err
}

// begin stores an activation, within the number of codes that an account may make.
func (s *Service) begin(ctx context.Context, a Activation) error {
	count := s.Limits.CodesOf(a.Account)
	if err := s.Store.Take(ctx, count, a.Made); err != nil {
		return err
	}
	before, errBefore := s.Store.ActivationOf(ctx, a.Session)
	b := Begun{Activation: a, Oldest: a.Made.Add(-s.Limits.ApprovalUse)}
	ev := s.event(a, audit.ActivationBegun).With("purpose", string(a.Purpose))
	if err := s.Store.BeginActivation(ctx, b, ev); err != nil {
		_ = s.Store.GiveBack(ctx, count) // at worst there is one code less for a while
		return err
	}
	s.changed(a)
	if errBefore == nil {
		s.changed(before) // which another tab may show
	}
	return nil
}

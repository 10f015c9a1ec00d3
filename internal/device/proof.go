package device

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// Prove checks a PROOF over text, spec §6.8: did the person of d unlock the phone
// for this text? It doesn't ask for the state of d or its signature: the caller
// does, before.
//
// A text is judged once (spec §17): a known one gets its recorded result, whatever
// proof comes with it, so a recording can neither lock a phone nor set its count
// back. The errors are [*WrongPIN], [ErrUnlock], [ErrLocked], [ErrNoTry], [ErrPending],
// [*policy.TooMany] and [ErrProof]. Attacks A08, A49, A52, A53, A81, A82.
func (s *Service) Prove(ctx context.Context, d Device, text string, p keyturn.Proof) error {
	if err := d.fits(&p); err != nil {
		return err
	}
	pin := d.Unlock == keyturn.UnlockPIN
	if pin {
		if _, err := s.openKk(d); err != nil { // before a try is taken
			return err
		}
	}
	ev := audit.Event{Kind: audit.PINTried, At: s.Now(), Account: d.Account, Device: d.ID}
	known, err := s.Store.TakeProof(ctx, d, keyturn.Hash(text), pin, ev)
	if err != nil {
		return fmt.Errorf("proof of %s: %w", d.ID, err)
	}
	if known != nil {
		return known.proof()
	}
	v, judging := s.Judge(ctx, d, text, &p)
	left, err := s.Judged(ctx, d, v)
	if err := errors.Join(judging, err); err != nil {
		return err
	}
	v.Result.Left = left
	return v.Result.proof()
}

// proof is the error that a judged PROOF text stands for.
func (r Result) proof() error {
	switch r.Code {
	case "":
		return nil
	case keyturn.ProblemPINWrong:
		return &WrongPIN{r.Left}
	case keyturn.ProblemUnlockWrong:
		return ErrUnlock
	case keyturn.ProblemTooMany:
		return policy.ErrTooMany
	case keyturn.ProblemProofWrong:
		return ErrChange
	case keyturn.ProblemChangeGone:
		return ErrChangeGone
	}
	return ErrPending // it was never judged, and never will be
}

package activation

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"keyturn/internal/audit"
)

// A WrongDigits says how many tries at the check code are left. At 0 the
// activation was cancelled. It is an [ErrDigits].
type WrongDigits struct{ Left int }

func (w *WrongDigits) Error() string { return ErrDigits.Error() }

// Unwrap makes it an [ErrDigits].
func (w *WrongDigits) Unwrap() error { return ErrDigits }

// Check takes the six digits that the phone shows, from the browser session that
// made the code and from no other: the one thing that tells the person's phone from
// that of somebody who saw the code. Right digits make the device active.
//
// The errors are [ErrForm] for anything but six digits, which costs no try,
// [*WrongDigits], [ErrClosed], [ErrUnknown] for a session that made no code, and those
// of the last step: [ErrPhones], [ErrApproval], [ErrPurpose]. The digits are opened
// before a try is taken and compared after it. Spec §6.6; attacks A08, A34, A40.
func (s *Service) Check(ctx context.Context, session, typed string) (Activation, error) {
	digits, err := parseDigits(typed)
	if err != nil {
		return Activation{}, err
	}
	a, err := s.Store.ActivationOf(ctx, session)
	if err != nil {
		return Activation{}, fmt.Errorf("activation of %s: %w", session, err)
	}
	if a = s.expire(ctx, a); a.State != Checking || len(a.Check) == 0 {
		return Activation{}, ErrClosed
	}
	right, err := s.open(a.ID, "check", a.Check)
	if err != nil {
		return Activation{}, err
	}
	ctx = context.WithoutCancel(ctx) // a try that was taken is judged to the end
	left, err := s.Store.TryCheck(ctx, a.ID, s.Limits.CheckTries, s.event(a, audit.ActivationTried))
	if err != nil {
		return Activation{}, fmt.Errorf("check code of %s: %w", a.ID, err)
	}
	if subtle.ConstantTimeCompare(right, []byte(digits)) != 1 {
		return Activation{}, s.wrong(ctx, a, left)
	}
	return s.activate(ctx, a)
}

// parseDigits reads six digits as people type them: with spaces or a dash, or in
// full width.
func parseDigits(typed string) (string, error) {
	digits := strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || c == '-' {
			return -1
		}
		return c
	}, norm.NFKC.String(typed))
	if len(digits) != 6 || strings.Trim(digits, "0123456789") != "" {
		return "", ErrForm
	}
	return digits, nil
}

// wrong ends the activation when the last try was wrong.
func (s *Service) wrong(ctx context.Context, a Activation, left int) error {
	if left > 0 {
		_ = s.Store.WrongCheck(ctx, a.ID) // if it gets lost, nothing but a sentence on the phone is missing
		s.changed(a)
		return &WrongDigits{left}
	}
	err := s.end(ctx, a, Cancelled, CauseDigits, s.event(a, audit.ActivationCancelled))
	if err != nil && !errors.Is(err, ErrClosed) { // a right one may have come at the same moment
		return err
	}
	return &WrongDigits{}
}

// activate is checking → active. If what the activation rested on is gone it can't
// become active any more, and ends.
func (s *Service) activate(ctx context.Context, a Activation) (Activation, error) {
	ev := s.event(a, audit.ActivationDone).With("phone", a.PhoneName).With("purpose", string(a.Purpose))
	if old, err := s.old(ctx, a); err != nil {
		return Activation{}, err
	} else if old != "" {
		ev = ev.With("old", old)
	}
	err := s.Store.Activate(ctx, a, s.Limits.Phones, ev)
	if err == nil {
		a.State, a.Ended, a.Check = Active, ev.At, nil
		s.changed(a)
		return a, nil
	}
	err = fmt.Errorf("activating %s: %w", a.ID, err)
	cause := ""
	switch {
	case errors.Is(err, ErrPhones):
		cause = CausePhones
	case errors.Is(err, ErrApproval), errors.Is(err, ErrPurpose):
		cause = CauseStale
	default:
		return Activation{}, err
	}
	ending := s.end(ctx, a, Cancelled, cause, s.event(a, audit.ActivationCancelled))
	if errors.Is(ending, ErrClosed) {
		ending = nil
	}
	return Activation{}, errors.Join(err, ending)
}

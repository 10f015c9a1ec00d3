package activation

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
)

// Look says what a code is for. It changes nothing but the code's life, which the
// first look extends once, so that an app can be installed meanwhile. A code that
// isn't good, for whatever reason, is [ErrCode] in an [*audit.Failure]. Spec §6.2;
// attack A36.
func (s *Service) Look(ctx context.Context, code keyturn.Code) (keyturn.Looked, error) {
	a, err := s.find(ctx, code)
	if err != nil {
		return keyturn.Looked{}, err
	}
	cause, err := s.why(ctx, a)
	if err != nil {
		return keyturn.Looked{}, err
	}
	if cause != "" {
		return keyturn.Looked{}, s.refuse(ctx, a, "look", cause)
	}
	if a, err = s.extend(ctx, a); err != nil {
		return keyturn.Looked{}, err
	}
	return s.looked(ctx, a)
}

// extend records the first look at a code; the store adds the time only once.
func (s *Service) extend(ctx context.Context, a Activation) (Activation, error) {
	if !a.Looked.IsZero() {
		return a, nil
	}
	err := s.Store.LookedAt(ctx, a.ID, s.Limits.CodeExtend, s.event(a, audit.ActivationLooked))
	if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrCode) { // another look may have been first
		return a, fmt.Errorf("look at %s: %w", a.ID, err)
	}
	s.changed(a)
	if a, err = s.Store.Activation(ctx, a.ID); err != nil {
		return a, fmt.Errorf("look at %s: %w", a.ID, err)
	}
	return a, nil
}

func (s *Service) looked(ctx context.Context, a Activation) (keyturn.Looked, error) {
	of, _, err := s.account(ctx, a.Account)
	if err != nil {
		return keyturn.Looked{}, err
	}
	old, err := s.old(ctx, a)
	if err != nil {
		return keyturn.Looked{}, err
	}
	return keyturn.Looked{
		Account:   keyturn.AccountName{Name: of.Name},
		Replaces:  old,
		Service:   s.Name,
		Unlock:    s.Unlocks,
		PIN:       s.PIN,
		CheckCode: s.CheckCode,
		ExpiresIn: s.left(a),
		Made:      keyturn.MadeIn{Browser: a.Browser, Place: a.Place, Time: a.Made.Unix()},
	}, nil
}

// old is the name of the phone that an activation ends, or that was named as lost.
func (s *Service) old(ctx context.Context, a Activation) (string, error) {
	if a.Old == "" {
		return "", nil
	}
	all, err := s.Devices.Devices(ctx, a.Account)
	if err != nil {
		return "", fmt.Errorf("phones of %s: %w", a.Account, err)
	}
	for _, d := range all {
		if d.ID == a.Old {
			return d.Name, nil
		}
	}
	return "", nil
}

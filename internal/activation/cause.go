package activation

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// Causes of a refused look or redeem, detail "cause" of the event
// activation.refused. A phone hears none of them. A code that ended has the word
// of its state: replaced, cancelled, failed, expired, active.
const (
	refusedUnknown = "unknown" // no such code
	refusedUsed    = "used"    // by a phone that is being set up
	refusedStopped = "stopped" // the account may not sign in
	refusedPhones  = CausePhones
	refusedKey     = "key" // was another device's
	refusedVia     = "via" // the device that vouches can't any more
)

// find returns the activation of a code, or one without id if there is none.
func (s *Service) find(ctx context.Context, code keyturn.Code) (Activation, error) {
	a, err := s.Store.ActivationWith(ctx, code.Hash())
	if errors.Is(err, ErrUnknown) {
		return Activation{}, nil
	}
	if err != nil {
		return Activation{}, fmt.Errorf("activation by code: %w", err)
	}
	return a, nil
}

// why says why a code can't be redeemed now, or "" if it can.
func (s *Service) why(ctx context.Context, a Activation) (string, error) {
	if a.ID == "" {
		return refusedUnknown, nil
	}
	switch a = s.expire(ctx, a); a.State {
	case Waiting:
	case Redeemed, Checking:
		return refusedUsed, nil
	default:
		return string(a.State), nil
	}
	if _, ok, err := s.account(ctx, a.Account); err != nil || !ok {
		return refusedStopped, err
	}
	full, err := s.full(ctx, a)
	if err != nil || full {
		return refusedPhones, err
	}
	return "", nil
}

// full reports whether the account has as many phones as it may, the one that
// ends by this activation not counted. It saves a code; Activate decides.
func (s *Service) full(ctx context.Context, a Activation) (bool, error) {
	all, err := s.Devices.Devices(ctx, a.Account)
	if err != nil {
		return false, fmt.Errorf("phones of %s: %w", a.Account, err)
	}
	n := 0
	for _, d := range all {
		if d.State != device.Removed && d.ID != a.Old && d.Leaves.IsZero() {
			n++
		}
	}
	return n >= s.Limits.Phones, nil
}

// refuse records why a look or redeem failed and returns the one error that phones
// hear, with the reference of the record. Spec §6.9.
func (s *Service) refuse(ctx context.Context, a Activation, step, cause string) error {
	ev := s.event(a, audit.ActivationRefused).With("step", step).With("cause", cause)
	ev, failure := audit.Fail(ev, ErrCode)
	if !s.refusals.take(a.Account, s.Now()) {
		return failure // it is counted
	}
	if err := s.Store.Refused(ctx, ev); err != nil {
		return fmt.Errorf("recording a refused code: %w", err)
	}
	if a.ID == "" {
		return failure
	}
	s.changed(a)
	if newest, err := s.Store.ActivationOf(ctx, a.Session); err == nil {
		s.Bus.Wake(newest.ID) // its page says that an older code was tried
	}
	return failure
}

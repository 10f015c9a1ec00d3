package activation

import (
	"context"
	"slices"
	"time"

	"keyturn"
	"keyturn/internal/device"
)

// Progress tells phone d how its activation stands. It is held until that differs
// from what it is now, at most for wait; when ctx ends it tells what is known. One
// that has ended or is active is told at once, and one of another device is
// [ErrClosed]. Wrong digits on the computer are a difference too. Spec §6.6.
func (s *Service) Progress(ctx context.Context, d device.Device, id string, wait time.Duration) (keyturn.ActivationState, error) {
	hint, stop := s.Watch(id) // before the first look, or a change in between would be missed
	defer stop()
	over := time.NewTimer(wait)
	defer over.Stop()
	a, err := s.own(ctx, d, id)
	for began := a; err == nil && a.unfinished() && a.State == began.State && a.Wrong == began.Wrong && wait > 0; {
		if !s.pause(ctx, a, hint, over.C) {
			break
		}
		a, err = s.own(ctx, d, id)
	}
	if err != nil {
		return keyturn.ActivationState{}, err
	}
	state := a.told()
	if a.State == Checking && a.Wrong > 0 {
		state.TriesLeft = max(0, s.Limits.CheckTries-a.Tries)
	}
	if a.State == Active {
		state.Codes = a.Purpose == First
		state.Replaced, err = s.old(ctx, a)
	}
	return state, err
}

// pause returns true when it is worth another look: after a hint, or when the
// present state ends by itself.
func (s *Service) pause(ctx context.Context, a Activation, hint <-chan struct{}, over <-chan time.Time) bool {
	expiry := time.NewTimer(a.Expires.Sub(s.Now()))
	defer expiry.Stop()
	select {
	case <-hint:
	case <-expiry.C:
	case <-over:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

// told is what a phone hears: the causes of spec §14 and no others.
func (a Activation) told() keyturn.ActivationState {
	state := keyturn.ActivationState{State: string(a.State)}
	if slices.Contains([]string{CauseDigits, CausePerson, CauseNewer, CauseTime, CauseProof}, a.Cause) {
		state.Cause = a.Cause
	}
	return state
}

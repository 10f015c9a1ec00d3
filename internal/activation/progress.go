package activation

import (
	"context"
	"slices"
	"time"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/hint"
)

// Progress tells phone d how its activation stands. It is held until that differs
// from what it is now, at most for wait; when ctx ends it tells what is known. One
// that has ended or is active is told at once, and one of another device is
// [ErrClosed]. Wrong digits on the computer are a difference too. Spec §6.6.
func (s *Service) Progress(
	ctx context.Context, d device.Device, id string, wait time.Duration,
) (keyturn.ActivationState, error) {
	a, err := s.changes(ctx, d, id, wait)
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

// changes returns an activation of d when it stands otherwise than now, or as it is known
// when wait or ctx is over.
func (s *Service) changes(ctx context.Context, d device.Device, id string, wait time.Duration) (Activation, error) {
	hints, stop := s.Watch(id)
	defer stop()
	began, err := s.of(ctx, d, id)
	if err != nil || wait <= 0 || !began.unfinished() {
		return began, err
	}
	a := began
	err = (&hint.Follow{Most: wait}).Until(ctx, hints, s.lasts(a), func() (time.Duration, bool, error) {
		now, err := s.of(ctx, d, id)
		if err == nil {
			a = now
		}
		return s.lasts(a), a.unfinished() && a.State == began.State && a.Wrong == began.Wrong, err
	})
	if ctx.Err() != nil {
		err = nil
	}
	return a, err
}

// lasts is when the present state ends by itself.
func (s *Service) lasts(a Activation) time.Duration {
	return max(a.Expires.Sub(s.Now()), time.Millisecond)
}

// told is what a phone hears: the causes of spec §14 and no others.
func (a Activation) told() keyturn.ActivationState {
	state := keyturn.ActivationState{State: string(a.State)}
	if slices.Contains([]string{CauseDigits, CausePerson, CauseNewer, CauseTime, CauseProof}, a.Cause) {
		state.Cause = a.Cause
	}
	return state
}

package activation

import (
	"context"
	"errors"
	"slices"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// stops are the causes that a phone may give.
var stops = []string{CausePerson, CauseStorage, CauseAnswer}

// Stop ends the set-up of phone d, which can't go on or whose person doesn't want it
// to: the browser that waits is told why at once. One that has ended or is active
// stays as it is, and that is no error. The errors are [ErrForm] for another cause and
// [ErrClosed] for another phone's. Spec §6.6.
func (s *Service) Stop(ctx context.Context, d device.Device, in keyturn.Stop) (keyturn.ActivationState, error) {
	if !slices.Contains(stops, in.Cause) {
		return keyturn.ActivationState{}, ErrForm
	}
	a, err := s.of(ctx, d, in.Activation)
	if err != nil || !a.unfinished() {
		return a.told(), err
	}
	err = s.end(ctx, a, Cancelled, in.Cause, s.event(a, audit.ActivationCancelled))
	if err != nil && !errors.Is(err, ErrClosed) { // it may have ended at this moment
		return keyturn.ActivationState{}, err
	}
	a, err = s.of(ctx, d, in.Activation)
	return a.told(), err
}

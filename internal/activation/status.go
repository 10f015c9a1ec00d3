package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
)

// A Status is what the page that shows the code has to show.
type Status struct {
	Activation
	Code keyturn.Code  // while waiting
	Old  bool          // an older code of the account was tried since this one was made, or opened
	By   string        // name of the phone that used the code
	Left time.Duration // of the present state
}

// Status returns the newest activation of a session, or [ErrUnknown]. It writes
// nothing, so that a page may be loaded as often as it likes.
func (s *Service) Status(ctx context.Context, session string) (Status, error) {
	a, err := s.Store.ActivationOf(ctx, session)
	if err != nil {
		return Status{}, fmt.Errorf("activation of %s: %w", session, err)
	}
	now := s.Now()
	st := Status{Activation: a.at(now), By: a.PhoneName}
	if st.unfinished() {
		st.Left = a.Expires.Sub(now)
	}
	if st.State != Waiting {
		return st, nil
	}
	code, err := s.open(a.ID, "code", a.Code)
	if err != nil {
		return Status{}, err
	}
	st.Code = keyturn.Code(code)
	since := a.Made
	if !a.Looked.IsZero() {
		since = a.Looked.Add(time.Second) // the store keeps seconds: what was tried in that of the look came before it
	}
	if _, st.Old, err = s.Store.RefusedSince(ctx, a.Account, since); err != nil {
		return Status{}, fmt.Errorf("activation %s: %w", a.ID, err)
	}
	return st, nil
}

// Cancel ends the newest activation of a session. One that has ended stays as it
// ended, and that is no error.
func (s *Service) Cancel(ctx context.Context, session string) error {
	a, err := s.Store.ActivationOf(ctx, session)
	if err != nil {
		return fmt.Errorf("activation of %s: %w", session, err)
	}
	if a = s.expire(ctx, a); !a.unfinished() {
		return nil
	}
	err = s.end(ctx, a, Cancelled, CausePerson, s.event(a, audit.ActivationCancelled))
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// end moves an unfinished activation to its end.
func (s *Service) end(ctx context.Context, a Activation, to State, cause string, ev audit.Event) error {
	if err := s.Store.EndActivation(ctx, a.ID, to, cause, ev.With("cause", cause)); err != nil {
		return fmt.Errorf("ending %s: %w", a.ID, err)
	}
	s.changed(a)
	return nil
}

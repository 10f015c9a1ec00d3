package approval

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// Pushes keeps when phones were woken for requests. The store implements it.
type Pushes interface {
	// TakePush takes a push of an account and of a request that waits, if
	// [policy.MayPush] allows it then: before it is sent, so that of any number of
	// requests at once one is pushed. What it returns is that verdict; ev is
	// written if a push was taken, evPaused if there is a pause. [*Gone] if the
	// request doesn't wait.
	TakePush(ctx context.Context, r Request, at time.Time, ev, evPaused audit.Event) (policy.Push, error)

	// PushRecord returns what decides about the pushes of a request.
	PushRecord(ctx context.Context, account, request string, at time.Time) (policy.PushRecord, error)
}

// A Ringer wakes phones. Package push implements it.
type Ringer interface {
	// Ask wakes those of an account that may answer, until then. It returns at once.
	Ask(account string, ends time.Time)
}

// ring wakes the phones of a request that was just made, if a push may be sent now.
// If not, or if that can't be found out, the request waits all the same, and the
// person may send the push later. Spec §13.4; attack A01.
func (s *Service) ring(ctx context.Context, r Request, phones []device.Device) {
	if s.rings(phones) {
		_, _ = s.takePush(ctx, r, s.about(r).As(audit.PushPaused))
	}
}

// again repeats the push of a request that waits, at the person's wish and within
// the same limits. No page does so by itself. The status says whether it was sent.
func (s *Service) again(ctx context.Context, r Request) error {
	phones, err := s.phones(ctx, r)
	if err != nil || !s.rings(phones) {
		return err
	}
	_, err = s.takePush(ctx, r, audit.Event{}) // that pushes pause is on record
	return err
}

func (s *Service) takePush(ctx context.Context, r Request, paused audit.Event) (policy.Push, error) {
	p, err := s.Pushes.TakePush(ctx, r, s.Now(), s.about(r).As(audit.PushSent), paused)
	if err != nil {
		return p, fmt.Errorf("push for %s: %w", r.ID, err)
	}
	if p.May() {
		s.Ringer.Ask(r.Account, r.Expires)
	}
	return p, nil
}

// rings reports whether any phone would be woken.
func (s *Service) rings(phones []device.Device) bool {
	return s.Ringer != nil && len(silent(phones)) < len(phones)
}

// silent are the names of phones that no push is sent to.
func silent(phones []device.Device) (names []string) {
	for _, d := range phones {
		if d.Push != device.PushOK {
			names = append(names, d.Name)
		}
	}
	return names
}

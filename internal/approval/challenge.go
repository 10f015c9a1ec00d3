package approval

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/device"
)

// challenge returns the text that a device is shown. It is made of the row alone,
// so the text for one device and request never changes. Spec §8.3.
func (s *Service) challenge(r Request, d device.Device) (string, error) {
	text, err := keyturn.Challenge{
		Origin:  s.Origin,
		Request: r.ID,
		Device:  d.ID,
		Account: r.Account,
		Name:    r.Name,
		App:     r.App,
		Action:  r.Action,
		Message: r.Message,
		Browser: r.Browser,
		IP:      r.IP,
		Place:   r.Place,
		Created: r.Made.Unix(),
		Carry:   r.Carry,
	}.Text()
	if err != nil {
		return "", fmt.Errorf("challenge of %s: %w", r.ID, err)
	}
	return text, nil
}

// put returns a request as it was put to a device. One that there isn't and one for
// another account or phone look the same: gone, and as if they had wanted a number, so that
// nothing can be learned from how an answer is refused. Spec §8.4; attack A11.
func (s *Service) put(ctx context.Context, d device.Device, id string) (Request, error) {
	r, err := s.Store.Request(ctx, id)
	if errors.Is(err, ErrUnknown) || err == nil && (r.Account != d.Account || !r.isFor(d)) {
		return Request{ID: id, Account: d.Account, Carry: keyturn.CarryNumber, State: unknown}, nil
	}
	return r, err
}

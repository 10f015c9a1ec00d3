package device

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/policy"
)

// A Service checks what phones prove. Its fields are set once, before use; it is
// safe for concurrent use.
type Service struct {
	Origin        string  // of the server, such as "https://id.example.org"
	Host          string  // of the origin, without a port: the relying party of WebAuthn
	Changes       Changes // of PINs
	Store         Store
	Subscriptions Subscriptions
	Tries         policy.Tries
	Push          Pusher // nil: the operator wants no pushes
	Seal          Seal
	NonceKeys     func() []keyturn.Bytes // 32 bytes each, newest first; all nodes share them
	Limits        policy.Limits
	Now           func() time.Time
}

// Seal closes secrets for one place and opens them there. Package seal implements it.
type Seal interface {
	Seal(place string, secret []byte) ([]byte, error)
	Open(place string, sealed []byte) ([]byte, error)
}

// Answers reports whether a device may answer: check 2 of spec §8.5. It returns
// nil, [*Gone], [ErrStopped], [ErrSuspended], [ErrLocked] or [ErrNew]. Removed comes
// first: it is final, whatever becomes of the account.
func (s *Service) Answers(d Device) error {
	if d.State == Removed {
		return &Gone{Reason: d.Reason, To: d.MovedTo, At: d.Ended}
	}
	if !d.AccountActive || d.Stopped {
		return ErrStopped
	}
	switch d.State {
	case Active:
		return nil
	case Suspended:
		return ErrSuspended
	case PINLocked:
		return ErrLocked
	case New:
		return ErrNew
	}
	return fmt.Errorf("device %s: unknown state %q", d.ID, d.State)
}

// Devices returns those of an account that were ever active, newest first.
func (s *Service) Devices(ctx context.Context, account string) ([]Device, error) {
	all, err := s.Store.Devices(ctx, account)
	now := s.Now()
	for i, d := range all {
		all[i] = d.At(now)
	}
	return all, err
}

// Phone returns what the devices of a phone share.
func (s *Service) Phone(ctx context.Context, id string) (Phone, error) {
	return s.Store.Phone(ctx, id)
}

// signed returns the device if it signed the text. An unknown one and a wrong
// signature are the same [ErrUnknown].
func (s *Service) signed(ctx context.Context, id, text string, signature keyturn.Bytes) (Device, error) {
	d, err := s.Store.Device(ctx, id)
	if errors.Is(err, ErrUnknown) {
		return Device{}, ErrUnknown
	}
	if err != nil {
		return Device{}, fmt.Errorf("device %s: %w", id, err)
	}
	key, err := keyturn.ParsePublicKey(d.Key)
	if err != nil {
		return Device{}, fmt.Errorf("device %s: %w", id, err)
	}
	if keyturn.Verify(key, text, signature) != nil {
		return Device{}, ErrUnknown
	}
	return d.At(s.Now()), nil
}

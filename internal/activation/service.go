package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/hint"
	"keyturn/internal/policy"
)

// A Service moves activations along. Its fields are set once, before use; it is
// safe for concurrent use.
type Service struct {
	Origin    string // of the server, such as "https://id.example.org"
	Name      string // of who runs the server, as phones show it
	Store     Store
	Devices   Devices
	Seal      Seal
	Bus       hint.Bus
	Limits    policy.Limits
	CheckCode bool             // the person carries six digits from the phone to the browser
	Unlocks   []keyturn.Unlock // what the operator allows, never empty
	PIN       keyturn.PINRules
	Now       func() time.Time

	refusals refusals
}

// Devices checks what phones prove. Package device implements it.
type Devices interface {
	// Vouch returns the device that stands for a new one on its phone, spec §6.8.
	Vouch(ctx context.Context, v keyturn.Via, text string) (device.Device, error)

	// Devices returns those of an account that were ever active.
	Devices(ctx context.Context, account string) ([]device.Device, error)

	// Register checks a new WebAuthn credential whose challenge is text.
	Register(reg keyturn.Registration, text keyturn.Bytes) (device.Credential, error)

	// SealKeys returns the device with its keys sealed for its row.
	SealKeys(d device.Device, kp, kk keyturn.Bytes) (device.Device, error)
}

// Seal closes secrets for one place and opens them there. Package seal implements it.
type Seal interface {
	Seal(place string, secret []byte) ([]byte, error)
	Open(place string, sealed []byte) ([]byte, error)
}

// Watch returns hints that an activation may have changed, and what ends them.
func (s *Service) Watch(id string) (hints <-chan struct{}, stop func()) {
	return s.Bus.Listen(id)
}

// changed wakes who waits for an activation, and for its account.
func (s *Service) changed(a Activation) {
	s.Bus.Wake(a.ID)
	s.Bus.Wake(a.Account)
}

// event begins an event about an activation.
func (s *Service) event(a Activation, k audit.Kind) audit.Event {
	return audit.Event{Kind: k, At: s.Now(), Account: a.Account, Device: a.Device, Subject: a.ID}
}

// seal closes a secret of an activation's row.
func (s *Service) seal(id, column string, secret []byte) ([]byte, error) {
	place, err := keyturn.Lines("sealed", "activation", id, column)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	sealed, err := s.Seal.Seal(place, secret)
	if err != nil {
		return nil, fmt.Errorf("%s: sealing %s: %w", id, column, err)
	}
	return sealed, nil
}

// open is the reverse of seal.
func (s *Service) open(id, column string, sealed []byte) ([]byte, error) {
	place, err := keyturn.Lines("sealed", "activation", id, column)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	secret, err := s.Seal.Open(place, sealed)
	if err != nil {
		return nil, fmt.Errorf("%s: opening %s: %w", id, column, err)
	}
	return secret, nil
}

// account returns the account that an activation is for; ok says that it may sign in.
func (s *Service) account(ctx context.Context, id string) (of account.Account, ok bool, err error) {
	of, err = s.Store.Account(ctx, id)
	if errors.Is(err, account.ErrUnknown) {
		return of, false, nil
	}
	if err != nil {
		return of, false, fmt.Errorf("account %s: %w", id, err)
	}
	return of, of.State == account.Active, nil
}

// unfinished reports whether an activation can still become active.
func (a Activation) unfinished() bool {
	return a.State == Waiting || a.State == Redeemed || a.State == Checking
}

// at returns the activation as it stands at a time: one whose deadline has passed
// has expired, written or not. Attack A47.
func (a Activation) at(now time.Time) Activation {
	if a.unfinished() && !now.Before(a.Expires) {
		a.State, a.Cause = Expired, CauseTime
	}
	return a
}

// expire is at, and writes what it finds: then the new device ends too, and the
// secrets are cleared. Nothing depends on it having been written.
func (s *Service) expire(ctx context.Context, a Activation) Activation {
	now := a.at(s.Now())
	if now.State == Expired && a.State != Expired {
		if s.Store.EndActivation(ctx, a.ID, Expired, CauseTime, s.event(a, audit.ActivationExpired)) == nil {
			s.changed(a)
		}
	}
	return now
}

// left is how long the present state lasts, in whole seconds.
func (s *Service) left(a Activation) int {
	return int(max(0, a.Expires.Sub(s.Now())+time.Second-1) / time.Second)
}

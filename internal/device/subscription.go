package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/locale"
)

// A PushState says whether pushes are sent to a device.
type PushState string

// States of pushes, spec §8.2.
const (
	PushOK  PushState = "ok"
	PushOff PushState = "off" // never registered, ended on the phone, or switched off in the portal
	// Its push service doesn't know the phone any more; it registers again when its app is opened.
	PushLost PushState = "lost"
)

// A Subscription is where pushes to a device go. Spec §13.1.
type Subscription struct {
	Device   string
	Account  string
	Endpoint string
	P256DH   keyturn.Bytes // 65 bytes
	Auth     keyturn.Bytes // 16 bytes
	Language string        // of the app on that phone; empty, once it was read: nobody has said any
	Sent     time.Time     // when a push service last took a push; kept by the hour
}

// ErrPush says that a device can't be pushed to: the address or the keys that it
// gave are refused, it has none, or the server sends no pushes at all.
var ErrPush = errors.New("device: no pushes for it")

// Subscriptions keeps where pushes go. The store implements it.
type Subscriptions interface {
	// Subscribe replaces the subscription of an active device; the switch of
	// SwitchPush stays as it is. With the same one nothing changes and no event is
	// written, whatever it says of the language. Otherwise what is true of the
	// device: [ErrSuspended] and so on.
	Subscribe(ctx context.Context, s Subscription, ev audit.Event) error

	// Unsubscribe forgets a device's subscription and its switch.
	Unsubscribe(ctx context.Context, device string, ev audit.Event) error

	// SwitchPush turns the pushes of a device of the account off, or on again.
	// [ErrUnknown] if it has never registered or is not the account's.
	SwitchPush(ctx context.Context, account, device string, on bool, ev audit.Event) error

	// Subscription returns that of a device, [ErrPush] if there is none that pushes
	// may be sent to.
	Subscription(ctx context.Context, device string) (Subscription, error)
}

// Pusher sends pushes. Package push implements it.
type Pusher interface {
	// Check returns an error that tells the rule if the server must not send to
	// that subscription.
	Check(s Subscription) error

	// Send sends one push now and waits for the push service. gone says that it
	// doesn't know the subscription any more; that has been written down.
	Send(ctx context.Context, s Subscription) (gone bool, err error)
}

// Subscribe makes a device's subscription the one that pushes go to. Its app does so
// at every start: phones drop subscriptions without a word, A73. [ErrPush] for one
// that the server must not send to, A70, or the errors of [Service.Answers].
func (s *Service) Subscribe(ctx context.Context, d Device, in keyturn.Subscription) (PushState, error) {
	if err := s.Answers(d); err != nil {
		return "", err
	}
	sub := Subscription{Device: d.ID, Account: d.Account, Endpoint: in.Endpoint, P256DH: in.P256DH, Auth: in.Auth}
	if slices.Contains(locale.Languages(), in.Lang) {
		sub.Language = in.Lang
	}
	if s.Push == nil {
		return "", ErrPush
	}
	if err := s.Push.Check(sub); err != nil {
		return "", fmt.Errorf("%w: %w", ErrPush, err)
	}
	if err := s.Subscriptions.Subscribe(ctx, sub, s.pushEvent(d, audit.PushRegistered)); err != nil {
		return "", fmt.Errorf("subscribing %s: %w", d.ID, err)
	}
	if d.PushSwitchedOff {
		return PushOff, nil
	}
	return PushOK, nil
}

// Unsubscribe ends the pushes to a device on its own wish, in whatever state it is.
// [*Gone] for a removed one.
func (s *Service) Unsubscribe(ctx context.Context, d Device) error {
	var gone *Gone
	if err := s.Answers(d); errors.As(err, &gone) {
		return err
	}
	if err := s.Subscriptions.Unsubscribe(ctx, d.ID, s.pushEvent(d, audit.PushOff)); err != nil {
		return fmt.Errorf("unsubscribing %s: %w", d.ID, err)
	}
	return nil
}

// TestPush sends one push to a device and waits for the push service. [ErrPush] if
// there is no subscription, or none any more; a [*policy.TooMany] before its time. It
// reports whether the push service took it.
func (s *Service) TestPush(ctx context.Context, d Device) (bool, error) {
	if err := s.Answers(d); err != nil {
		return false, err
	}
	if s.Push == nil {
		return false, ErrPush
	}
	sub, err := s.Subscriptions.Subscription(ctx, d.ID)
	if err != nil {
		return false, fmt.Errorf("testing %s: %w", d.ID, err)
	}
	if err := s.Tries.Take(ctx, s.Limits.PushTestOf(d.ID), s.Now()); err != nil {
		return false, fmt.Errorf("testing %s: %w", d.ID, err)
	}
	gone, err := s.Push.Send(ctx, sub)
	if gone {
		return false, ErrPush
	}
	return err == nil, nil // what went wrong, the sender has logged
}

// SwitchPush turns the pushes of a device off, or on again, at the person's wish.
// Nothing else changes: the app still shows what waits. [ErrUnknown] if it has never
// registered, a [*policy.TooMany] if it was switched too often: each time is a line in the
// record, A95.
func (s *Service) SwitchPush(ctx context.Context, d Device, on bool) error {
	if err := s.Tries.Take(ctx, s.Limits.PushSwitchOf(d.ID), s.Now()); err != nil {
		return fmt.Errorf("switching pushes of %s: %w", d.ID, err)
	}
	ev := s.pushEvent(d, audit.PushOff).With("by", "portal")
	if on {
		ev.Kind = audit.PushOn
	}
	if err := s.Subscriptions.SwitchPush(ctx, d.Account, d.ID, on, ev); err != nil {
		return fmt.Errorf("switching pushes of %s: %w", d.ID, err)
	}
	return nil
}

func (s *Service) pushEvent(d Device, kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, At: s.Now(), Account: d.Account, Device: d.ID}
}

package device

import (
	"context"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
)

// Leave ends a device on its own phone's wish, with a PROOF made over the nonce of
// this very call. A suspended one may leave too. Spec §12.6. The errors are
// [*Gone], [ErrLocked], [ErrNew] and those of [Service.Prove].
func (s *Service) Leave(ctx context.Context, d Device, nonce string, p keyturn.Proof) error {
	switch err := s.Answers(d); d.State {
	case Removed, PINLocked, New:
		return err
	}
	text, err := keyturn.RemoveText(s.Origin, d.ID, nonce)
	if err != nil {
		return ErrProof
	}
	if err := s.Prove(ctx, d, text, p); err != nil {
		return err
	}
	return s.remove(ctx, d, ReasonLeft)
}

// Pause suspends a device on the operator's wish.
func (s *Service) Pause(ctx context.Context, id string) error {
	d, err := s.Store.Device(ctx, id)
	if err != nil {
		return fmt.Errorf("pausing %s: %w", id, err)
	}
	ev := s.about(d, audit.DeviceSuspended).With("reason", ReasonOperator)
	if err := s.Store.Suspend(ctx, id, ReasonOperator, ev); err != nil {
		return fmt.Errorf("pausing %s: %w", id, err)
	}
	return nil
}

// Resume lets a suspended device answer again, on the operator's wish. [ErrClone]
// after a fork: such a key is known to somebody else. [ErrPhones] if another phone
// has taken its place.
func (s *Service) Resume(ctx context.Context, id string) error {
	d, err := s.Store.Device(ctx, id)
	if err != nil {
		return fmt.Errorf("resuming %s: %w", id, err)
	}
	if err := s.Store.Resume(ctx, id, s.about(d, audit.DeviceResumed)); err != nil {
		return fmt.Errorf("resuming %s: %w", id, err)
	}
	return nil
}

func (s *Service) about(d Device, k audit.Kind) audit.Event {
	return audit.Event{Kind: k, At: s.Now(), Account: d.Account, Device: d.ID, Detail: map[string]string{"phone": d.Name}}
}

// Remove ends a device on the operator's or the server's wish. [ErrUnknown] if
// there is none.
func (s *Service) Remove(ctx context.Context, id, reason string) error {
	d, err := s.Store.Device(ctx, id)
	if err != nil {
		return fmt.Errorf("removing %s: %w", id, err)
	}
	return s.remove(ctx, d, reason)
}

func (s *Service) remove(ctx context.Context, d Device, reason string) error {
	ev := s.removed(reason)
	ev.Account, ev.Device = d.Account, d.ID
	if err := s.Store.Remove(ctx, d.ID, reason, ev); err != nil {
		return fmt.Errorf("removing %s: %w", d.ID, err)
	}
	return nil
}

// RemoveApproved ends the device that an approved request is about, for the
// session that asked, once. The device is taken from the request's row, never from a
// form. [ErrUnknown] if the approval is used, too old or another one. Attacks A25, A88.
func (s *Service) RemoveApproved(ctx context.Context, request, session string) (Device, error) {
	ev := s.removed(ReasonRemoved)
	ev.Subject = request
	d, err := s.Store.RemoveApproved(ctx, request, session, ev.At.Add(-s.Limits.ApprovalUse), ev)
	if err != nil {
		return Device{}, fmt.Errorf("removing by %s: %w", request, err)
	}
	return d, nil
}

func (s *Service) removed(reason string) audit.Event {
	return audit.Event{Kind: audit.DeviceRemoved, At: s.Now(), Detail: map[string]string{"reason": reason}}
}

// Rename gives a device of the account another name: [keyturn.ErrPhoneName] if it
// is no name for a phone, [ErrUnknown] if the device is not the account's, a
// [*policy.TooMany] if it was renamed too often.
func (s *Service) Rename(ctx context.Context, account, id, name string) error {
	if err := keyturn.CheckPhoneName(name); err != nil {
		return err
	}
	if err := s.Tries.Take(ctx, s.Limits.RenamesOf(account), s.Now()); err != nil {
		return fmt.Errorf("renaming %s: %w", id, err)
	}
	ev := audit.Event{Kind: audit.DeviceRenamed, At: s.Now(), Account: account, Device: id}
	if err := s.Store.Rename(ctx, account, id, name, ev); err != nil {
		return fmt.Errorf("renaming %s: %w", id, err)
	}
	return nil
}

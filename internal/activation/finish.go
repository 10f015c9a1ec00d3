package activation

import (
	"context"
	"crypto/ecdh"
	"crypto/subtle"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// Finish shows that phone d and the server have the same keys, and moves its
// activation on to checking, or with the check code off to active.
//
// There is no second try: a commitment, proof or registration that is wrong ends
// the activation with [ErrProof] or [ErrUnlock]. [ErrForm] and [ErrClosed] leave it as
// it is. The same finish again, which is the same phone nonce, gets the answer
// again; its proof is not looked at, or a copy of the phone's storage could test
// PINs here uncounted. Spec §6.5; attacks A38, A63.
func (s *Service) Finish(ctx context.Context, d device.Device, f keyturn.Finish) (keyturn.Finished, error) {
	a, err := s.of(ctx, d, f.Activation)
	if err != nil {
		return keyturn.Finished{}, err
	}
	if err := a.takes(f); err != nil {
		return keyturn.Finished{}, err
	}
	if a.finished(f) {
		return s.after(ctx, a)
	}
	if a.State != Redeemed {
		return keyturn.Finished{}, ErrClosed
	}
	got, err := s.prove(ctx, a, f)
	if err != nil {
		return keyturn.Finished{}, err
	}
	a.PhoneNonce = f.PhoneNonce
	if a, err = s.finish(ctx, a, d, got); errors.Is(err, ErrClosed) {
		return s.finishedMeanwhile(ctx, d, f)
	}
	if err != nil {
		return keyturn.Finished{}, err
	}
	return s.after(ctx, a)
}

// agreed is what phone and server have come to.
type agreed struct {
	keyturn.Keys
	credential *device.Credential // nil in PIN mode, and for one that the phone already has
}

// of returns an activation of the device that asks, or [ErrClosed].
func (s *Service) of(ctx context.Context, d device.Device, id string) (Activation, error) {
	a, err := s.Store.Activation(ctx, id)
	if errors.Is(err, ErrUnknown) || err == nil && a.Device != d.ID {
		return Activation{}, ErrClosed
	}
	if err != nil {
		return Activation{}, fmt.Errorf("activation %s: %w", id, err)
	}
	return s.expire(ctx, a), nil
}

// takes returns [ErrForm] unless the members are those of the phone's unlock. It
// judges none of them.
func (a Activation) takes(f keyturn.Finish) error {
	c := f.Credential
	if len(f.PhoneNonce) != 32 || len(f.Proof) != 32 || (c != nil) != (a.Unlock == keyturn.UnlockPlatform) {
		return ErrForm
	}
	if c == nil {
		return nil
	}
	whole := len(c.ID) > 0 && len(c.AttestationObject) > 0 && len(c.ClientData) > 0
	none := len(c.ID)+len(c.AttestationObject)+len(c.ClientData) == 0
	if shared := c.SameAs != ""; shared && !none || !shared && !whole {
		return ErrForm
	}
	return nil
}

// finished reports whether f is the finish that the activation already has.
func (a Activation) finished(f keyturn.Finish) bool {
	return (a.State == Checking || a.State == Active) && subtle.ConstantTimeCompare(a.PhoneNonce, f.PhoneNonce) == 1
}

// prove checks commitment, proof and registration. What is wrong ends the activation.
func (s *Service) prove(ctx context.Context, a Activation, f keyturn.Finish) (got agreed, err error) {
	if got.Keys, err = s.agree(a, f); err == nil {
		err = s.proof(a, got.Keys, f)
	}
	if err == nil && f.Credential != nil {
		got.credential, err = s.credential(a, *f.Credential)
	}
	if errors.Is(err, ErrProof) || errors.Is(err, ErrUnlock) {
		ev := s.event(a, audit.ActivationFailed).With("check", err.Error())
		if ending := s.end(ctx, a, Failed, CauseProof, ev); ending != nil {
			return agreed{}, ending
		}
	}
	return got, err
}

// agree derives the keys of both sides. The nonce has to be the one that the phone
// was bound to before it knew the server's: attack A38.
func (s *Service) agree(a Activation, f keyturn.Finish) (keyturn.Keys, error) {
	if !keyturn.CheckCommit(a.Commit, f.PhoneNonce) {
		return keyturn.Keys{}, fmt.Errorf("%w: commitment", ErrProof)
	}
	raw, err := s.open(a.ID, "private", a.Private)
	if err != nil {
		return keyturn.Keys{}, err
	}
	private, errPrivate := ecdh.P256().NewPrivateKey(raw)
	peer, errPeer := keyturn.ParseAgreeKey(a.AgreeKey)
	if err := errors.Join(errPrivate, errPeer); err != nil {
		return keyturn.Keys{}, fmt.Errorf("activation %s: %w", a.ID, err)
	}
	return keyturn.Agreement{
		Origin: s.Origin, Activation: a.ID, Account: a.Account, Device: a.Device, DeviceKey: a.DeviceKey,
		AgreeKey: a.AgreeKey, ServerKey: a.ServerKey, Nonce: a.Nonce, PhoneNonce: f.PhoneNonce, Unlock: a.Unlock,
	}.Keys(private, peer)
}

func (s *Service) proof(a Activation, keys keyturn.Keys, f keyturn.Finish) error {
	text, err := keyturn.FinishText(s.Origin, a.ID, a.Device, keys.T, a.Unlock)
	if err != nil {
		return fmt.Errorf("activation %s: %w", a.ID, err)
	}
	if !keyturn.CheckMAC(keys.Kk, text, f.Proof) {
		return fmt.Errorf("%w: proof", ErrProof)
	}
	return nil
}

// credential returns a phone's new credential, or nil for one that it already has:
// that of the device which vouched, and of no other.
func (s *Service) credential(a Activation, reg keyturn.Registration) (*device.Credential, error) {
	if a.Via != "" || reg.SameAs != "" {
		if reg.SameAs != a.Via {
			return nil, fmt.Errorf("%w: same_as", ErrUnlock)
		}
		return nil, nil
	}
	c, err := s.Devices.Register(reg, a.Text)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrUnlock, err)
	}
	return &c, nil
}

// finish stores what was agreed on. Of two finishes at once one gets here first.
func (s *Service) finish(ctx context.Context, a Activation, d device.Device, got agreed) (Activation, error) {
	d, err := s.Devices.SealKeys(d, got.Kp, got.Kk)
	if err != nil {
		return a, err
	}
	a.State, a.Finished, a.Private = Checking, s.Now(), nil
	a.Expires = a.Finished.Add(s.Limits.CheckIn)
	if s.CheckCode {
		if a.Check, err = s.seal(a.ID, "check", []byte(got.Check)); err != nil {
			return a, err
		}
	}
	if err := s.Store.FinishActivation(ctx, a, d, got.credential, s.event(a, audit.ActivationChecking)); err != nil {
		return a, fmt.Errorf("finishing %s: %w", a.ID, err)
	}
	s.changed(a)
	return a, nil
}

// finishedMeanwhile answers the one that came second; if both were the same, both
// get the one answer.
func (s *Service) finishedMeanwhile(ctx context.Context, d device.Device, f keyturn.Finish) (keyturn.Finished, error) {
	a, err := s.of(ctx, d, f.Activation)
	if err != nil {
		return keyturn.Finished{}, err
	}
	if !a.finished(f) {
		return keyturn.Finished{}, ErrClosed
	}
	return s.after(ctx, a)
}

// after answers a finish: with the check code off nobody has to do anything more.
func (s *Service) after(ctx context.Context, a Activation) (keyturn.Finished, error) {
	if a.State == Checking && len(a.Check) == 0 {
		var err error
		if a, err = s.activate(ctx, a); err != nil {
			return keyturn.Finished{}, err
		}
	}
	if a.State == Active {
		return keyturn.Finished{State: string(Active)}, nil
	}
	return keyturn.Finished{State: string(a.State), CheckIn: s.left(a)}, nil
}

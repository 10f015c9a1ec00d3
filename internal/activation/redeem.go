package activation

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// Redeem ends a code and makes a new device of the phone that sent it.
//
// The order is that of spec §6.3: 1 form, 2 the new key, 3 the device that vouches,
// 4 the transition. Until 4 nothing that fails uses the code up: [ErrForm],
// [keyturn.ErrNonce] of the vouching device, [*device.WrongPIN], [device.ErrUnlock],
// [device.ErrLocked] and the other errors of [device.Service.Prove]. Everything that is
// wrong with the code is [ErrCode] in an [*audit.Failure].
//
// The same redeem again, by the time finish is due, gets the same answer after 2,
// so that an answer that was lost costs no code. Attacks A35, A37, A39, A46, A49, A50.
func (s *Service) Redeem(ctx context.Context, r keyturn.Redeem) (keyturn.Redeemed, error) {
	text, err := s.wellFormed(r)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	a, err := s.find(ctx, r.Code)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	if a.Device != "" && bytes.Equal(a.DeviceKey, r.DeviceKey) {
		return s.lost(ctx, r, "") // it is the phone that has used the code up
	}
	used, err := s.Store.KeyUsed(ctx, r.DeviceKey)
	if err != nil {
		return keyturn.Redeemed{}, fmt.Errorf("redeeming %s: %w", a.ID, err)
	}
	if used {
		return s.lost(ctx, r, refusedKey)
	}
	by, err := s.vouched(ctx, r)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	return s.redeem(ctx, a, r, text, by)
}

// wellFormed is steps 1 and 2, as far as they need no store. It returns the text
// that the new key signed.
func (s *Service) wellFormed(r keyturn.Redeem) (string, error) {
	if err := r.Valid(); err != nil {
		return "", fmt.Errorf("%w: %v", ErrForm, err)
	}
	if !slices.Contains(s.Unlocks, r.Unlock) {
		return "", fmt.Errorf("%w: unlock", ErrForm)
	}
	text, errText := r.Text(s.Origin)
	key, errKey := keyturn.ParsePublicKey(r.DeviceKey)
	if err := errors.Join(errText, errKey); err != nil {
		return "", fmt.Errorf("%w: %v", ErrForm, err)
	}
	if keyturn.Verify(key, text, r.Signature) != nil {
		return "", fmt.Errorf("%w: signature", ErrForm)
	}
	return text, nil
}

// vouched is step 3: it returns the device that vouches, or only a new phone. A device that
// may not vouch counts as malformed, except a locked one, which must be told.
func (s *Service) vouched(ctx context.Context, r keyturn.Redeem) (device.Device, error) {
	if r.Via == nil {
		return device.Device{Phone: keyturn.NewID(keyturn.PhoneID)}, nil
	}
	text, err := r.AddText(s.Origin)
	if err != nil {
		return device.Device{}, fmt.Errorf("%w: %v", ErrForm, err)
	}
	by, err := s.Devices.Vouch(ctx, *r.Via, text)
	var gone *device.Gone
	switch {
	case errors.Is(err, device.ErrUnknown), errors.Is(err, device.ErrStopped), errors.Is(err, device.ErrSuspended),
		errors.Is(err, device.ErrNew), errors.Is(err, device.ErrProof), errors.As(err, &gone):
		return device.Device{}, fmt.Errorf("%w: via: %v", ErrForm, err)
	case err != nil:
		return device.Device{}, fmt.Errorf("via %s: %w", r.Via.Device, err)
	}
	return by, nil
}

// redeem is step 4: of all redeems of a code one gets here first, and ends it.
func (s *Service) redeem(
	ctx context.Context, a Activation, r keyturn.Redeem, text string, by device.Device,
) (keyturn.Redeemed, error) {
	cause, err := s.why(ctx, a)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	if cause != "" {
		return s.lost(ctx, r, "")
	}
	a, d, err := s.taken(a, r, text, by)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	ev := s.event(a, audit.ActivationRedeemed).With("phone", r.PhoneName)
	err = s.Store.RedeemActivation(ctx, a, d, ev)
	switch {
	case errors.Is(err, ErrCode):
		return s.lost(ctx, r, "")
	case errors.Is(err, ErrKey):
		return s.lost(ctx, r, refusedKey)
	case err != nil:
		return keyturn.Redeemed{}, fmt.Errorf("redeeming %s: %w", a.ID, err)
	}
	s.changed(a)
	return s.redeemed(ctx, a)
}

// taken fills in what a redeem brings and what the server adds to it: its own half
// of the key agreement, made at this moment.
func (s *Service) taken(
	a Activation, r keyturn.Redeem, text string, by device.Device,
) (Activation, device.Device, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return a, device.Device{}, fmt.Errorf("redeeming %s: %w", a.ID, err)
	}
	now := s.Now()
	a.State, a.Redeemed, a.Expires = Redeemed, now, now.Add(s.Limits.FinishIn)
	a.Device = keyturn.NewID(keyturn.DeviceID)
	a.PhoneName, a.Platform, a.Unlock = r.PhoneName, r.Platform, r.Unlock
	a.DeviceKey, a.AgreeKey, a.Commit, a.Text = r.DeviceKey, r.AgreeKey, r.Commit, keyturn.Hash(text)
	if r.Via != nil {
		a.Via, a.ViaEpoch = by.ID, by.Epoch
	}
	a.Code, a.ServerKey, a.Nonce = nil, private.PublicKey().Bytes(), make(keyturn.Bytes, 32)
	rand.Read(a.Nonce) // never fails
	a.Private, err = s.seal(a.ID, "private", private.Bytes())
	d := device.Device{
		ID: a.Device, Account: a.Account, Phone: by.Phone, Name: a.PhoneName, Platform: a.Platform,
		Unlock: a.Unlock, State: device.New, Key: a.DeviceKey, Epoch: 1,
	}
	return a, d, err
}

// lost answers a redeem that didn't get the code, for that cause or for what the
// store now says. If the winner was the same redeem, sent twice at once, both get
// the one answer.
func (s *Service) lost(ctx context.Context, r keyturn.Redeem, cause string) (keyturn.Redeemed, error) {
	a, err := s.find(ctx, r.Code)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	if a.repeated(r) && s.stillDue(a) {
		return s.redeemed(ctx, a)
	}
	if cause == "" {
		if cause, err = s.why(ctx, a); err != nil {
			return keyturn.Redeemed{}, err
		}
	}
	if cause == "" { // the code is good, so it was the device that vouches: it was stopped or got another PIN meanwhile
		cause = refusedVia
	}
	return keyturn.Redeemed{}, s.refuse(ctx, a, "redeem", cause)
}

// repeated reports whether r is the redeem that used the code up. All that is
// compared is public.
func (a Activation) repeated(r keyturn.Redeem) bool {
	return a.Device != "" && bytes.Equal(a.DeviceKey, r.DeviceKey) &&
		bytes.Equal(a.AgreeKey, r.AgreeKey) && bytes.Equal(a.Commit, r.Commit)
}

// stillDue reports whether the phone may still finish, or has just done so.
func (s *Service) stillDue(a Activation) bool {
	going := a.State == Redeemed || a.State == Checking
	return going && s.Now().Before(a.Redeemed.Add(s.Limits.FinishIn))
}

func (s *Service) redeemed(ctx context.Context, a Activation) (keyturn.Redeemed, error) {
	of, _, err := s.account(ctx, a.Account)
	if err != nil {
		return keyturn.Redeemed{}, err
	}
	a.Expires = a.Redeemed.Add(s.Limits.FinishIn)
	return keyturn.Redeemed{
		Activation: a.ID,
		Device:     a.Device,
		Account:    keyturn.AccountRef{ID: a.Account, Name: of.Name},
		ServerKey:  a.ServerKey,
		Nonce:      a.Nonce,
		FinishIn:   s.left(a),
	}, nil
}

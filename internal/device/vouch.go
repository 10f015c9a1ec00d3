package device

import (
	"context"

	"keyturn"
)

// Vouch returns the device that stands for a new one on the same phone: it signed
// text and the person proved the unlock over it. Spec §6.8.
//
// The nonce comes before anything else ([keyturn.ErrNonce]), so that a recorded
// proof is refused before it could count. Then: [ErrUnknown] for an unknown device
// or a wrong signature, the errors of [Service.Answers], [ErrProof] if its unlock is
// another one, and those of [Service.Prove]. Attack A81.
func (s *Service) Vouch(ctx context.Context, v keyturn.Via, text string) (Device, error) {
	if err := s.checkNonce(v.Nonce); err != nil {
		return Device{}, err
	}
	d, err := s.signed(ctx, v.Device, text, v.Signature)
	if err != nil {
		return Device{}, err
	}
	if err := s.Answers(d); err != nil {
		return Device{}, err
	}
	if err := s.Prove(ctx, d, text, v.Proof); err != nil {
		return Device{}, err
	}
	return d, nil
}

package device

import (
	"context"

	"keyturn"
)

// Nonce returns a fresh nonce for a phone's next call. Every answer of the device
// API carries one. Spec §7.
func (s *Service) Nonce() string { return keyturn.NewNonce(s.NonceKeys()[0], s.Now()) }

// Caller returns the device that signed a call, in whatever state it is. The call
// comes without device and nonce: the header has them.
//
// The order is that of spec §7: a header or nonce that is missing, foreign or too
// old is [keyturn.ErrHeader] or [keyturn.ErrNonce], and only then [ErrUnknown] for an
// unknown device and a wrong signature alike. A failed call counts against no
// device and no account. Attacks A18, A19.
func (s *Service) Caller(ctx context.Context, call keyturn.Call, header string) (Device, error) {
	auth, err := keyturn.ParseAuthorization(header)
	if err != nil {
		return Device{}, err
	}
	if err := s.checkNonce(auth.Nonce); err != nil {
		return Device{}, err
	}
	call.Origin, call.Device, call.Nonce = s.Origin, auth.Device, auth.Nonce
	text, err := call.Text()
	if err != nil {
		return Device{}, ErrUnknown // no phone could sign a target with a line break
	}
	return s.signed(ctx, auth.Device, text, auth.Signature)
}

// checkNonce accepts the nonces of every key, so that a new key ends no call that
// is under way.
func (s *Service) checkNonce(nonce string) error {
	for _, key := range s.NonceKeys() {
		if keyturn.CheckNonce(key, nonce, s.Now()) == nil {
			return nil
		}
	}
	return keyturn.ErrNonce
}

package device

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"keyturn"
	"keyturn/internal/policy"
)

// judgeUnlock judges an assertion of the phone's credential. Refused ones are
// limited per device; a try is taken before the assertion is looked at.
func (s *Service) judgeUnlock(ctx context.Context, d Device, v Verdict, text string, p keyturn.Proof) (Verdict, error) {
	phone, err := s.Store.Phone(ctx, d.Phone)
	if err == nil && phone.Credential == nil {
		err = errors.New("phone without a credential")
	}
	if err != nil {
		return v.unjudged(d, keyturn.ProblemServerBusy), fmt.Errorf("unlock of %s: %w", d.ID, err)
	}
	count := s.Limits.UnlocksOf(d.ID)
	switch err := s.Tries.Take(ctx, count, v.At); {
	case errors.Is(err, policy.ErrTooMany):
		return v.unjudged(d, keyturn.ProblemTooMany), err
	case err != nil:
		return v.unjudged(d, keyturn.ProblemServerBusy), fmt.Errorf("unlock of %s: %w", d.ID, err)
	}
	after, err := s.asserted(*phone.Credential, text, p)
	if err != nil {
		v.Result, v.Cause = Result{Code: keyturn.ProblemUnlockWrong}, causeOf(err)
		return v, nil
	}
	v.Result, v.Sign = Result{State: stateRight}, &after
	_ = s.Tries.GiveBack(ctx, count) // at worst there is one try less for a while
	return v, nil
}

// asserted checks an assertion over text and returns the credential as it is now.
// Spec §8.4; attacks A63, A64.
func (s *Service) asserted(c Credential, text string, p keyturn.Proof) (Credential, error) {
	if !bytes.Equal(c.ID, p.Credential) {
		return c, fmt.Errorf("%w: credential", ErrUnlock)
	}
	key, err := keyturn.ParsePublicKey(c.Key)
	if err != nil {
		return c, err
	}
	is, err := p.Assertion(s.Host, s.Origin, key, text)
	if err != nil {
		return c, err
	}
	if is.BackupEligible != c.Backup {
		return c, fmt.Errorf("%w: BE changed", ErrUnlock)
	}
	if (is.Count != 0 || c.SignCount != 0) && is.Count <= c.SignCount {
		return c, fmt.Errorf("%w: sign count", ErrUnlock)
	}
	c.SignCount, c.BackedUp = is.Count, is.BackedUp
	return c, nil
}

// causeOf is the failed check alone, for the record.
func causeOf(err error) string {
	text := err.Error()
	if _, check, ok := strings.Cut(text, "accepted: "); ok {
		return check
	}
	return text
}

// Register checks the registration of a phone's own unlock, whose challenge is
// text, the hash of the redeem. It returns the new credential, or [ErrUnlock] with
// the check that failed. Spec §6.5; WebAuthn §7.1; attack A63.
//
// No statement about the maker is taken, so none has to be judged: its format is
// "none". The registration proves nothing about the person that the new device's
// own signature and the check code don't prove.
func (s *Service) Register(reg keyturn.Registration, text keyturn.Bytes) (Credential, error) {
	parsed, err := parseRegistration(reg)
	if err != nil {
		return Credential{}, refusedBy(err)
	}
	object := parsed.Response.AttestationObject
	if protocol.AttestationFormat(object.Format) != protocol.AttestationFormatNone {
		return Credential{}, fmt.Errorf("%w: format", ErrUnlock)
	}
	if parsed.Response.CollectedClientData.Origin != s.Origin { // the library compares hosts without case
		return Credential{}, fmt.Errorf("%w: origin", ErrUnlock)
	}
	es256 := []protocol.CredentialParameter{{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256}}
	_, err = parsed.Verify(text.String(), s.Host, []string{s.Origin}, nil, nil, protocol.TopOriginExplicitVerificationMode,
		false, true, true, nil, es256, protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
	if err != nil {
		return Credential{}, refusedBy(err)
	}
	return credentialOf(object.AuthData)
}

// parseRegistration hands what a browser sent to the library in the library's form.
func parseRegistration(reg keyturn.Registration) (*protocol.ParsedCredentialCreationData, error) {
	return protocol.CredentialCreationResponse{
		PublicKeyCredential: protocol.PublicKeyCredential{
			Credential: protocol.Credential{ID: reg.ID.String(), Type: string(protocol.PublicKeyCredentialType)},
			RawID:      protocol.URLEncodedBase64(reg.ID),
		},
		AttestationResponse: protocol.AuthenticatorAttestationResponse{
			AuthenticatorResponse: protocol.AuthenticatorResponse{ClientDataJSON: protocol.URLEncodedBase64(reg.ClientData)},
			AttestationObject:     protocol.URLEncodedBase64(reg.AttestationObject),
		},
	}.Parse()
}

// credentialOf turns checked authenticator data into our words.
func credentialOf(data protocol.AuthenticatorData) (Credential, error) {
	if data.Flags.HasBackupState() && !data.Flags.HasBackupEligible() {
		return Credential{}, fmt.Errorf("%w: BS without BE", ErrUnlock)
	}
	key, err := pointOf(data.AttData.CredentialPublicKey)
	if err != nil {
		return Credential{}, fmt.Errorf("%w: key", ErrUnlock)
	}
	return Credential{
		ID:        bytes.Clone(data.AttData.CredentialID),
		Key:       key,
		SignCount: data.Counter,
		Backup:    data.Flags.HasBackupEligible(),
		BackedUp:  data.Flags.HasBackupState(),
	}, nil
}

// pointOf turns a COSE key (RFC 9053 §7.1) into a point of P-256.
func pointOf(cose []byte) (keyturn.Bytes, error) {
	parsed, err := webauthncose.ParsePublicKey(cose)
	if err != nil {
		return nil, err
	}
	ec, ok := parsed.(webauthncose.EC2PublicKeyData)
	if !ok {
		return nil, keyturn.ErrKey
	}
	var key *ecdsa.PublicKey
	if key, err = ec.ToECDSA(); err != nil {
		return nil, err
	}
	point, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	_, err = keyturn.ParsePublicKey(point) // on P-256 and no other curve
	return point, err
}

// refusedBy says which check the library made. Its further words may quote what a
// stranger sent, and stay out of the record.
func refusedBy(err error) error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return fmt.Errorf("%w: %s", ErrUnlock, e.Details)
	}
	return fmt.Errorf("%w: form", ErrUnlock)
}

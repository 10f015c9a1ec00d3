package keyturn

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrRedeem reports a redeem whose form is wrong. The code is not used up by it.
var ErrRedeem = errors.New("keyturn: redeem does not have the form it should")

// ErrPhoneName reports a name that a phone can't have.
var ErrPhoneName = errors.New("keyturn: a phone's name has 1 to 40 characters, all of which show")

// A Redeem is what a phone sends for an activation code: its new keys, signed by
// the one that will be the device's. It ends the code, whatever comes after.
// Spec §6.3.
type Redeem struct {
	Code      Code     `json:"code"`
	DeviceKey Bytes    `json:"device_key"` // 65 bytes
	AgreeKey  Bytes    `json:"agree_key"`  // 65 bytes
	Commit    Bytes    `json:"commit"`     // [Commit] of the phone's nonce
	Unlock    Unlock   `json:"unlock"`     // pin or platform
	PhoneName string   `json:"phone_name"` // 1 to 40 characters, such as "Pixel 9"
	Platform  Platform `json:"platform"`
	Signature Bytes    `json:"signature"` // over [Redeem.Text], by the device key
	Via       *Via     `json:"via,omitempty"`
}

// A Via shows that a phone which already has a device is in the person's hands:
// that device signs and proves [Redeem.AddText]. Spec §6.8.
type Via struct {
	Device    string `json:"device"`
	Nonce     string `json:"nonce"` // the newest that the phone has
	Signature Bytes  `json:"signature"`
	Proof     Proof  `json:"proof"`
}

// Text returns what the new device key signs. Its hash is also the challenge of
// the WebAuthn registration, in platform mode.
func (r Redeem) Text(origin string) (string, error) {
	via := ""
	if r.Via != nil {
		via = r.Via.Device
	}
	return Lines("redeem", origin, string(r.Code), r.DeviceKey.String(), r.AgreeKey.String(), r.Commit.String(),
		string(r.Unlock), r.PhoneName, string(r.Platform), via)
}

// AddText returns what the device named in Via signs and proves. Without a Via
// the error is [ErrRedeem].
func (r Redeem) AddText(origin string) (string, error) {
	if r.Via == nil {
		return "", ErrRedeem
	}
	return Lines("add", origin, r.Via.Device, string(r.Code), r.DeviceKey.String(), r.AgreeKey.String(),
		r.Commit.String(), r.Via.Nonce)
}

// Valid returns [ErrRedeem], with the member at fault, unless every form and
// length is right and both keys are points of the curve: step 1 of spec §6.3, but
// for the unlocks that the operator allows. It checks no signature.
func (r Redeem) Valid() error {
	_, errCode := ParseCanonicalCode(string(r.Code))
	_, errDevice := ParsePublicKey(r.DeviceKey)
	_, errAgree := ParseAgreeKey(r.AgreeKey)
	for _, m := range []struct {
		name string
		good bool
	}{
		{"code", errCode == nil},
		{"device_key", errDevice == nil},
		{"agree_key", errAgree == nil},
		{"commit", len(r.Commit) == keySize},
		{"unlock", r.Unlock == UnlockPIN || r.Unlock == UnlockPlatform},
		{"phone_name", CheckPhoneName(r.PhoneName) == nil},
		{"platform", r.Platform == Android || r.Platform == IOS || r.Platform == OtherPlatform},
		{"signature", len(r.Signature) == signatureSize},
		{"via", r.Via == nil || r.Via.valid(r.Unlock)},
	} {
		if !m.good {
			return fmt.Errorf("%w: %s", ErrRedeem, m.name)
		}
	}
	return nil
}

// valid leaves the nonce to [CheckNonce]: an old or foreign one is no fault of form.
func (v *Via) valid(unlock Unlock) bool {
	_, err := ParseID(DeviceID, v.Device)
	return err == nil && len(v.Signature) == signatureSize && v.Proof.Type == unlock && v.Proof.Valid() == nil
}

// CheckPhoneName returns [ErrPhoneName] unless name has 1 to 40 characters, not
// all of them white space, and none that [Clean] would take out.
func CheckPhoneName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 40 || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, hidden) || strings.TrimFunc(name, isSpace) == "" {
		return ErrPhoneName
	}
	return nil
}

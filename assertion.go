package keyturn

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrAssertion reports that the phone's own unlock did not sign what it should
// have. The text names the first failed check, for the record of the server.
var ErrAssertion = errors.New("keyturn: the phone's unlock is not accepted")

// An Authenticator is what an assertion says about the credential. Only who keeps
// the values of before can judge it: eligibility must not change, and a count
// that isn't 0 must have grown (WebAuthn §7.2).
type Authenticator struct {
	BackupEligible bool // flag BE: may be copied to other phones
	BackedUp       bool // flag BS: has been
	Count          uint32
}

// Flags of authenticator data, WebAuthn §6.1.
const (
	flagUP = 1 << 0 // person present
	flagUV = 1 << 2 // person verified
	flagBE = 1 << 3
	flagBS = 1 << 4
	flagAT = 1 << 6 // credential data follow
	flagED = 1 << 7 // extension data follow
)

// Assertion checks the WebAuthn assertion in a platform proof: made in the app of
// origin, for the relying party host, by the credential's key, over text, with the
// person present and verified. Which credential that is, the caller has looked up.
// Spec §8.4.
func (p Proof) Assertion(host, origin string, key *ecdsa.PublicKey, text string) (Authenticator, error) {
	if err := checkClientData(p.ClientData, origin, text); err != nil {
		return Authenticator{}, err
	}
	data, err := checkAuthenticatorData(p.AuthenticatorData, host)
	if err != nil {
		return Authenticator{}, err
	}
	client := sha256.Sum256(p.ClientData)
	sum := sha256.Sum256(append(bytes.Clone(p.AuthenticatorData), client[:]...))
	if !ecdsa.VerifyASN1(key, sum[:], p.Signature) {
		return Authenticator{}, fmt.Errorf("%w: signature", ErrAssertion)
	}
	return data, nil
}

// checkClientData checks what the browser says. It may say more than we know.
func checkClientData(data Bytes, origin, text string) error {
	var member map[string]json.RawMessage // unlike a struct it matches names exactly
	if json.Unmarshal(data, &member) != nil {
		return fmt.Errorf("%w: client data", ErrAssertion)
	}
	for _, m := range []struct{ name, want string }{
		{"type", "webauthn.get"},
		{"challenge", Hash(text).String()},
		{"origin", origin},
	} {
		var got string
		if json.Unmarshal(member[m.name], &got) != nil || got != m.want {
			return fmt.Errorf("%w: %s", ErrAssertion, m.name)
		}
	}
	if cross, there := member["crossOrigin"]; there && string(cross) != "false" {
		return fmt.Errorf("%w: crossOrigin", ErrAssertion)
	}
	return nil
}

// checkAuthenticatorData checks what the phone's system says.
func checkAuthenticatorData(data Bytes, host string) (Authenticator, error) {
	const fixed = sha256.Size + 1 + 4 // hash, flags, count
	if len(data) < fixed {
		return Authenticator{}, fmt.Errorf("%w: authenticator data", ErrAssertion)
	}
	flags := data[sha256.Size]
	for _, c := range []struct {
		name string
		good bool
	}{
		{"rpIdHash", bytes.Equal(data[:sha256.Size], Hash(host))},
		{"UP", flags&flagUP != 0},
		{"UV", flags&flagUV != 0},
		{"BS without BE", flags&flagBS == 0 || flags&flagBE != 0},
		{"length", len(data) == fixed || flags&(flagAT|flagED) != 0},
	} {
		if !c.good {
			return Authenticator{}, fmt.Errorf("%w: %s", ErrAssertion, c.name)
		}
	}
	return Authenticator{
		BackupEligible: flags&flagBE != 0,
		BackedUp:       flags&flagBS != 0,
		Count:          binary.BigEndian.Uint32(data[sha256.Size+1:]),
	}, nil
}

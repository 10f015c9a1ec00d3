package keyturn

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// PINIterations is the count of PBKDF2-HMAC-SHA-256: the cost of one offline guess at a
// PIN, for a thief who has the phone's storage and one MAC. Spec §4.2.
const PINIterations = 600_000

// saltSize is drawn anew for each sealed key, so that the counter block below
// never meets the same key twice.
const saltSize = 16

// SealWithPIN seals the 32-byte key kk under a PIN; the same function opens what it
// sealed. Every PIN opens it to 32 bytes that are a valid key: nothing here or on
// the phone tells a right PIN from a wrong one, only the server can. So the
// result must carry no tag or checksum, ever. Spec §4.2, §4.3.
//
// kp has 32 bytes and salt 16, drawn anew for each sealing. Other lengths are
// [ErrKey], a line break in the PIN [ErrField]. It takes about 0.1 s.
func SealWithPIN(pin string, kp, salt, kk Bytes) (Bytes, error) {
	return seal(pin, kp, salt, kk, PINIterations)
}

// seal is [SealWithPIN] with the work as a parameter, for a test that tries every PIN.
func seal(pin string, kp, salt, kk Bytes, iterations int) (Bytes, error) {
	if len(kp) != keySize || len(salt) != saltSize || len(kk) != keySize {
		return nil, ErrKey
	}
	text, err := Lines("pin", norm.NFKC.String(pin))
	if err != nil {
		return nil, err
	}
	kek, err := pbkdf2.Key(sha256.New, string(MAC(kp, text)), salt, iterations, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	out := make(Bytes, len(kk))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(out, kk)
	return out, nil
}

// A PINChange is all that phone and server have told each other to agree on a new
// Kk, which a new PIN will seal. Two seals of one key would let a thief of both
// test PINs. Spec §11.2.
type PINChange struct {
	Origin    string
	Device    string
	Epoch     int64 // of the new key
	AgreeKey  Bytes // the phone's
	ServerKey Bytes
	Nonce     Bytes // the server's, 32 bytes
}

// Key returns the hash of the change and the new Kk, from the own private key and
// the other side's public one. Errors are those of [Agreement.Keys].
func (c PINChange) Key(private *ecdh.PrivateKey, peer *ecdh.PublicKey) (t, kk Bytes, err error) {
	if len(c.Nonce) != keySize {
		return nil, nil, ErrBytes
	}
	text, err := Lines("pin-transcript", c.Origin, c.Device, strconv.FormatInt(c.Epoch, 10),
		c.AgreeKey.String(), c.ServerKey.String(), c.Nonce.String())
	if err != nil {
		return nil, nil, err
	}
	z, err := agree(private, peer, c.AgreeKey, c.ServerKey)
	if err != nil {
		return nil, nil, err
	}
	t = Hash(text)
	kk, err = derive(z, t, "kk", keySize)
	return t, kk, err
}

// Text is what the device signs, and what the old and the new key both prove.
func (c PINChange) Text(t Bytes) (string, error) {
	return Lines("pin-change", c.Origin, c.Device, strconv.FormatInt(c.Epoch, 10), t.String())
}

// ErrPINChange reports a PIN change whose form is wrong. Nothing was changed by it.
var ErrPINChange = errors.New("keyturn: PIN change does not have the form it should")

// Valid returns [ErrPINChange], with the member at fault, unless there are items, each
// of another device and with proofs and signature of the right lengths. It checks
// no proof and no signature.
func (f PINFinish) Valid() error {
	seen := map[string]bool{}
	for _, i := range f.Items {
		_, errDevice := ParseID(DeviceID, i.Device)
		for _, m := range []struct {
			name string
			good bool
		}{
			{"device", errDevice == nil && !seen[i.Device]},
			{"epoch", i.Epoch > 1 && i.Epoch <= maxCounter},
			{"old_proof", len(i.OldProof) == keySize},
			{"new_proof", len(i.NewProof) == keySize},
			{"signature", len(i.Signature) == signatureSize},
		} {
			if !m.good {
				return fmt.Errorf("%w: %s", ErrPINChange, m.name)
			}
		}
		seen[i.Device] = true
	}
	if len(f.Items) == 0 {
		return fmt.Errorf("%w: items", ErrPINChange)
	}
	return nil
}

// JoinPINTexts is the one text that a PIN change is judged by, out of those of its
// devices: joined in the order of the devices. Spec §11.2, §17.
func JoinPINTexts(texts map[string]string) string {
	var b strings.Builder
	for _, device := range slices.Sorted(maps.Keys(texts)) {
		b.WriteString(texts[device])
	}
	return b.String()
}

package keyturn

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

// Commit returns what a phone shows of its nonce before it shows the nonce, so
// that nobody between phone and server can choose a nonce knowing both others.
// Spec §6.4.
func Commit(nonce Bytes) Bytes {
	return Hash("keyturn/v1 commit\n" + nonce.String() + "\n")
}

// CheckCommit reports whether commit was made of nonce, which has 32 bytes.
func CheckCommit(commit, nonce Bytes) bool {
	return len(nonce) == keySize && equal(commit, Commit(nonce))
}

// An Agreement is all that phone and server have told each other when a phone
// becomes a device. Both put the same into it and get the same keys. Spec §6.4.
type Agreement struct {
	Origin     string
	Activation string
	Account    string
	Device     string
	DeviceKey  Bytes // the phone's, to sign with
	AgreeKey   Bytes // the phone's, for this agreement only
	ServerKey  Bytes // the server's, for this agreement only
	Nonce      Bytes // the server's, 32 bytes
	PhoneNonce Bytes // 32 bytes, committed to before the server's was known
	Unlock     Unlock
}

// Keys are the result of an agreement.
type Keys struct {
	T     Bytes  // hash of everything that was agreed on; no secret
	Kp    Bytes  // says "this phone" in offline responses, and stretches the PIN
	Kk    Bytes  // says "this person": only the PIN unseals it
	Check string // six digits that the person carries from the phone to the browser
}

// Keys returns the keys of the agreement, from the own private key and the
// other side's public one. They have to be those named in the agreement, or the
// error is [ErrKey]; nonces of another length than 32 bytes are [ErrBytes].
func (a Agreement) Keys(private *ecdh.PrivateKey, peer *ecdh.PublicKey) (Keys, error) {
	if len(a.Nonce) != keySize || len(a.PhoneNonce) != keySize {
		return Keys{}, ErrBytes
	}
	text, err := Lines("transcript", a.Origin, a.Activation, a.Account, a.Device, a.DeviceKey.String(),
		a.AgreeKey.String(), a.ServerKey.String(), a.Nonce.String(), a.PhoneNonce.String(), string(a.Unlock))
	if err != nil {
		return Keys{}, err
	}
	z, err := agree(private, peer, a.AgreeKey, a.ServerKey)
	if err != nil {
		return Keys{}, err
	}
	k := Keys{T: Hash(text)}
	kp, errKp := derive(z, k.T, "kp", keySize)
	kk, errKk := derive(z, k.T, "kk", keySize)
	check, errCheck := derive(z, k.T, "check", 8)
	if err := errors.Join(errKp, errKk, errCheck); err != nil {
		return Keys{}, err
	}
	k.Kp, k.Kk = kp, kk
	k.Check = fmt.Sprintf("%06d", binary.BigEndian.Uint64(check)%1_000_000)
	return k, nil
}

// agree returns the shared secret of two keys, which must be the two of the
// transcript: a secret that the transcript doesn't cover would not be bound to it.
func agree(private *ecdh.PrivateKey, peer *ecdh.PublicKey, phone, server Bytes) (Bytes, error) {
	own, other := Bytes(private.PublicKey().Bytes()), Bytes(peer.Bytes())
	if asPhone := equal(own, phone) && equal(other, server); !asPhone && !(equal(own, server) && equal(other, phone)) {
		return nil, ErrKey
	}
	z, err := private.ECDH(peer)
	if err != nil {
		return nil, ErrKey
	}
	return z, nil
}

// derive is HKDF-SHA-256 (RFC 5869) with the names of version 1.
func derive(z, t Bytes, name string, n int) (Bytes, error) {
	return hkdf.Key(sha256.New, z, t, "keyturn/v1 "+name, n)
}

// FinishText is what the proof at the end of an activation covers. Spec §6.5.
func FinishText(origin, activation, device string, t Bytes, unlock Unlock) (string, error) {
	return Lines("finish", origin, activation, device, t.String(), string(unlock))
}

// RemoveText is what a device proves to leave its account. The nonce is that of
// the call. Spec §12.6.
func RemoveText(origin, device, nonce string) (string, error) {
	return Lines("remove", origin, device, nonce)
}

// AlarmText is what a device proves to stop another one that is new. The nonce is
// that of the call. Spec §12.5.
func AlarmText(origin, device string, notice int64, nonce string) (string, error) {
	return Lines("alarm", origin, device, strconv.FormatInt(notice, 10), nonce)
}

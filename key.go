package keyturn

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"math/big"
)

// Errors about keys and what was made with them.
var (
	ErrKey       = errors.New("keyturn: not a key of the right kind")
	ErrSignature = errors.New("keyturn: signature is not by this key over this text")
)

const (
	pointSize     = 65 // 0x04, x, y
	signatureSize = 64 // r‖s
	keySize       = 32 // of MAC keys, hashes and nonces alike
)

// ParsePublicKey reads a device's public key: a point of P-256 in uncompressed
// form, 65 bytes (SEC 1 §2.3.3). A point that is not on the curve is [ErrKey].
func ParsePublicKey(b Bytes) (*ecdsa.PublicKey, error) {
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
	if err != nil {
		return nil, ErrKey
	}
	return key, nil
}

// ParseAgreeKey is [ParsePublicKey] for a key to agree with.
func ParseAgreeKey(b Bytes) (*ecdh.PublicKey, error) {
	if len(b) != pointSize {
		return nil, ErrKey
	}
	key, err := ecdh.P256().NewPublicKey(b)
	if err != nil {
		return nil, ErrKey
	}
	return key, nil
}

// Verify reports whether key signed text. It says nothing about time, replay or
// the unlock. Both s and n−s pass, because browsers make either: signature bytes
// identify nothing. Spec §3; attack A13.
func Verify(key *ecdsa.PublicKey, text string, signature Bytes) error {
	if len(signature) != signatureSize {
		return ErrSignature
	}
	sum := sha256.Sum256([]byte(text))
	r := new(big.Int).SetBytes(signature[:32])
	s := new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(key, sum[:], r, s) { // refuses 0 and what is not below the order
		return ErrSignature
	}
	return nil
}

// Sign signs text: ES256, as raw r‖s of 64 bytes (RFC 7518 §3.4).
func Sign(key *ecdsa.PrivateKey, text string) (Bytes, error) {
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, err
	}
	b := make(Bytes, signatureSize)
	r.FillBytes(b[:32])
	s.FillBytes(b[32:])
	return b, nil
}

// MAC returns HMAC-SHA-256 of text, 32 bytes.
func MAC(key Bytes, text string) Bytes {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// CheckMAC reports, in constant time, whether mac is that of text. Keys have 32
// bytes: under one of another length, such as one that got lost, nothing is right.
func CheckMAC(key Bytes, text string, mac Bytes) bool {
	return len(key) == keySize && hmac.Equal(mac, MAC(key, text))
}

// equal compares two secrets in constant time.
func equal(a, b Bytes) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

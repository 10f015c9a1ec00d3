// Package devicetest is what the tests of those who judge phones share: the unlock
// of a pretend phone, which makes what navigator.credentials makes, byte by byte, and
// can be told to get any part of it wrong; and keys that can be out of reach.
package devicetest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"

	"keyturn"
)

// Flags of authenticator data, WebAuthn §6.1.
const (
	UP byte = 1 << 0 // person present
	UV byte = 1 << 2 // person verified
	BE byte = 1 << 3 // may be copied to other phones
	BS byte = 1 << 4 // has been
	AT byte = 1 << 6 // credential data follow
)

// An Authenticator is a phone's own unlock with one credential. A test changes a
// field to spoil one thing.
type Authenticator struct {
	ID     keyturn.Bytes // of the credential
	Key    *ecdsa.PrivateKey
	Origin string // that the browser says it is at
	Host   string // whose hash the authenticator signs
	Type   string // of the ceremony; empty: the right one
	Cross  bool   // the page says that it is in another site's frame
	Flags  byte   // of every ceremony; AT comes at registration
	Count  uint32 // of signatures; 0 stays 0, as that of a synced passkey does
	Format string // of the attestation: none, or packed for one by the credential itself
	Alg    byte   // of the key, in CBOR: 0x26 is -7, ES256
	Bare   bool   // registers without the credential, and so without AT
	Off    bool   // registers a point that is not on the curve
}

// New returns the unlock of a phone at origin, whose host is host.
func New(origin, host string) *Authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // no randomness: no test
	}
	id := make(keyturn.Bytes, 20)
	rand.Read(id) // never fails
	return &Authenticator{
		ID: id, Key: key, Origin: origin, Host: host, Flags: UP | UV, Count: 1, Format: "none", Alg: 0x26,
	}
}

// Register makes the credential known: what navigator.credentials.create returns.
func (a *Authenticator) Register(challenge keyturn.Bytes) keyturn.Registration {
	data := a.data(a.Flags)
	if !a.Bare {
		data = append(a.data(a.Flags|AT), a.credential()...)
	}
	client := a.client("webauthn.create", challenge)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x60+byte(len(a.Format))), a.Format...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(object, a.statement(data, client)...)
	object = append(append(object, 0x68), "authData"...)
	object = binary.BigEndian.AppendUint16(append(object, 0x59), uint16(len(data)))
	return keyturn.Registration{ID: a.ID, AttestationObject: append(object, data...), ClientData: client}
}

// statement is that of the attestation, WebAuthn §8.2 and §8.7.
func (a *Authenticator) statement(data, client keyturn.Bytes) []byte {
	if a.Format != "packed" {
		return []byte{0xa0}
	}
	signature := a.sign(data, client)
	b := append([]byte{0xa2, 0x63}, "alg"...)
	b = append(append(b, a.Alg, 0x63), "sig"...)
	return append(append(b, 0x58, byte(len(signature))), signature...)
}

// Assert unlocks the phone for text: what navigator.credentials.get returns.
func (a *Authenticator) Assert(text string) keyturn.Proof {
	if a.Count > 0 {
		a.Count++
	}
	data, client := a.data(a.Flags), a.client("webauthn.get", keyturn.Hash(text))
	return keyturn.Proof{
		Type: keyturn.UnlockPlatform, Credential: a.ID,
		AuthenticatorData: data, ClientData: client, Signature: a.sign(data, client),
	}
}

// sign signs a ceremony, in DER.
func (a *Authenticator) sign(data, client keyturn.Bytes) keyturn.Bytes {
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.Key, sum[:])
	if err != nil {
		panic(err) // no randomness: no test
	}
	return signature
}

// client is what the browser adds.
func (a *Authenticator) client(kind string, challenge keyturn.Bytes) keyturn.Bytes {
	if a.Type != "" {
		kind = a.Type
	}
	text, err := json.Marshal(map[string]any{
		"type": kind, "challenge": challenge.String(), "origin": a.Origin, "crossOrigin": a.Cross,
	})
	if err != nil {
		panic(err)
	}
	return text
}

// data is the fixed part of authenticator data.
func (a *Authenticator) data(flags byte) keyturn.Bytes {
	data := append(keyturn.Hash(a.Host), flags)
	return binary.BigEndian.AppendUint32(data, a.Count)
}

// credential is attested credential data: AAGUID, id, and the key in COSE form.
func (a *Authenticator) credential() []byte {
	b := append(make([]byte, 16), 0, byte(len(a.ID)))
	b = append(append(b, a.ID...), 0xa5, 0x01, 0x02, 0x03, a.Alg, 0x20, 0x01, 0x21, 0x58, 32)
	point, err := a.Key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	if a.Off {
		point[64] ^= 1
	}
	b = append(append(b, point[1:33]...), 0x22, 0x58, 32)
	return append(b, point[33:]...)
}

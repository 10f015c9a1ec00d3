package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"keyturn"
)

// Sizes of RFC 8188 and RFC 8291.
const (
	authSize   = 16
	saltSize   = 16
	tagSize    = 16
	recordSize = 4096 // named in the header; a push is one record, and shorter
)

// padded is the length of every plaintext with the delimiter and zeros: who watches
// the wire sees as many bytes whatever a push is about, and in whatever language it
// says so. It has room for the longest origin. Spec §13.2; attack A71.
const padded = 1024

// Errors about what a phone registered.
var (
	ErrKeys = errors.New("push: p256dh is not a point of P-256, or auth has not 16 bytes")
	errSize = errors.New("push: message does not fit into its padding or record")
)

// LookNow encrypts "look now" for one subscription, under a key and salt of its own
// (RFC 8291), in a language of [locale.Languages], for the app of an origin. Every body
// has the same length. It returns [ErrKeys] if the keys that the phone gave can't be
// used.
func LookNow(origin, lang string, p256dh, auth keyturn.Bytes) ([]byte, error) {
	plain, err := says(origin, lang)
	if err != nil {
		return nil, err
	}
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	return encrypt(plain, padded, p256dh, auth, private, salt)
}

// encrypt makes the body of a push: one record of RFC 8188, padded to a length
// that counts the delimiter, or not padded if that is 0.
func encrypt(
	plain []byte, padded int, p256dh, auth keyturn.Bytes, private *ecdh.PrivateKey, salt []byte,
) ([]byte, error) {
	phone, err := keyturn.ParseAgreeKey(p256dh)
	if err != nil || len(auth) != authSize {
		return nil, ErrKeys
	}
	if padded == 0 {
		padded = len(plain) + 1
	}
	if padded < len(plain)+1 || padded > recordSize-tagSize {
		return nil, errSize
	}
	aead, nonce, err := keys(phone, auth, private, salt)
	if err != nil {
		return nil, err
	}
	record := make([]byte, padded)
	record[copy(record, plain)] = 2 // delimiter of the last record, RFC 8188 §2
	own := private.PublicKey().Bytes()
	body := binary.BigEndian.AppendUint32(append([]byte{}, salt...), recordSize)
	body = append(append(body, byte(len(own))), own...)
	return aead.Seal(body, nonce, record, nil), nil
}

// keys derives the content key and the nonce, RFC 8291 §3.4.
func keys(phone *ecdh.PublicKey, auth []byte, private *ecdh.PrivateKey, salt []byte) (cipher.AEAD, []byte, error) {
	shared, err := private.ECDH(phone)
	if err != nil {
		return nil, nil, ErrKeys
	}
	info := "WebPush: info\x00" + string(phone.Bytes()) + string(private.PublicKey().Bytes())
	ikm, errIKM := hkdf.Key(sha256.New, shared, auth, info, 32)
	key, errKey := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, errNonce := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err := errors.Join(errIKM, errKey, errNonce); err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	return aead, nonce, err
}

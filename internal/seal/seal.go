// Package seal closes secrets before they reach the store and opens them again.
// It is the only package that knows Tink. Spec §19.
//
// A keyset is written in Tink's JSON form. It lies in a file of its own, or
// comes from the environment; whoever has it and the database has the secrets,
// so the two are backed up apart.
package seal

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Errors a caller can act on. None of them carries any part of a key.
var (
	ErrKeyset = errors.New("seal: not a Tink keyset for AEAD in JSON form")
	ErrOpen   = errors.New("seal: doesn't open here: another key or another place")
)

// A Box seals secrets with AES-256-GCM. A new key is added to the keyset and the
// old ones stay, so that changing the key needs no pass over the database. It is
// safe for concurrent use.
type Box struct{ aead tink.AEAD }

// New makes a box whose key exists in memory only: what it sealed is lost with it.
func New() (*Box, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return box(handle)
}

// Parse makes a box of the text of a keyset, such as one of the environment.
func Parse(text string) (*Box, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader([]byte(text))))
	if err != nil {
		return nil, ErrKeyset // Tink's own error could quote the text
	}
	return box(handle)
}

// Seal encrypts a secret for one place: the text of lines("sealed", table, row id,
// column). It opens only for the same place, so a row's secret can't be moved to
// another row. Attacks A67, A90.
func (b *Box) Seal(place string, secret []byte) ([]byte, error) {
	return b.aead.Encrypt(secret, []byte(place))
}

// Open is the reverse of Seal. It returns [ErrOpen] for what was sealed for
// another place or by another key, or was changed.
func (b *Box) Open(place string, sealed []byte) ([]byte, error) {
	secret, err := b.aead.Decrypt(sealed, []byte(place))
	if err != nil {
		return nil, ErrOpen
	}
	return secret, nil
}

func box(handle *keyset.Handle) (*Box, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, ErrKeyset
	}
	return &Box{primitive}, nil
}

// generate returns the text of a fresh keyset.
func generate() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

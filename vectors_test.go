package keyturn_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"io/fs"
	"math/big"
	"testing"

	"keyturn"
	"keyturn/spec"
)

// read returns a file of vectors, which spec/vectors/README.md describes. Texts
// are compared to the byte; of refusals only that they are, not their wording.
func read[T any](t testing.TB, file string) T {
	t.Helper()
	var v T
	b, err := fs.ReadFile(spec.Vectors(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return v
}

// some fails the test if a table of vectors is empty, such as after a misspelling.
func some[T any](t testing.TB, table []T) []T {
	t.Helper()
	if len(table) == 0 {
		t.Fatal("no vectors")
	}
	return table
}

// must returns v, or ends the test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func publicKey(t testing.TB, b keyturn.Bytes) *ecdsa.PublicKey {
	t.Helper()
	return must(keyturn.ParsePublicKey(b))(t)
}

func privateKey(t testing.TB, b keyturn.Bytes) *ecdsa.PrivateKey {
	t.Helper()
	return must(ecdsa.ParseRawPrivateKey(elliptic.P256(), b))(t)
}

func agreeKey(t testing.TB, b keyturn.Bytes) *ecdh.PrivateKey {
	t.Helper()
	return must(ecdh.P256().NewPrivateKey(b))(t)
}

// parse reads base64url that the test itself has written.
func parse(t testing.TB, s string) keyturn.Bytes {
	t.Helper()
	return must(keyturn.ParseBytes(s))(t)
}

// mirrored returns the other form of the same signature: s replaced by n−s.
func mirrored(signature keyturn.Bytes) keyturn.Bytes {
	n := elliptic.P256().Params().N
	out := append(keyturn.Bytes{}, signature...)
	new(big.Int).Sub(n, new(big.Int).SetBytes(signature[32:])).FillBytes(out[32:])
	return out
}

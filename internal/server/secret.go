package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"time"

	"keyturn"
	"keyturn/internal/seal"
	"keyturn/internal/store"
)

// vault keeps the secrets that all nodes share: sealed, in the store.
type vault struct {
	store secrets
	box   *seal.Box
	now   func() time.Time
}

// firstSecret is the name of the one that is kept before all else is.
const firstSecret = "nonce"

// secrets is where sealed values lie. The store implements it.
type secrets interface {
	Secret(ctx context.Context, name string) ([]byte, error)
	KeepSecret(ctx context.Context, name string, sealed []byte, at time.Time) ([]byte, error)
	ReplaceSecret(ctx context.Context, name string, sealed []byte, at time.Time) error
}

// nonceKeys returns the keys of call nonces, newest first; the first node makes
// one. A nonce proves freshness, so that what a node has given another one takes.
// Spec §7.
func (v vault) nonceKeys(ctx context.Context) ([]keyturn.Bytes, error) {
	key, err := v.get(ctx, firstSecret)
	if errors.Is(err, store.ErrNoSecret) {
		var fresh [32]byte
		rand.Read(fresh[:]) // never fails
		key, err = v.keep(ctx, firstSecret, fresh[:])
	}
	if err != nil {
		return nil, err
	}
	return []keyturn.Bytes{key}, nil
}

// vapidKey returns the key that phones subscribe with; the first node makes it. A
// subscription is bound to it, so that it stays for good (RFC 8292 §4).
func (v vault) vapidKey(ctx context.Context) (*ecdsa.PrivateKey, error) {
	raw, err := v.get(ctx, "vapid")
	if errors.Is(err, store.ErrNoSecret) {
		raw, err = v.makeVAPIDKey(ctx)
	}
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
}

func (v vault) makeVAPIDKey(ctx context.Context) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	raw, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	return v.keep(ctx, "vapid", raw)
}

// An OtherHost says that phones were set up under another host than the present
// one: their keys and their unlocks are bound to it.
type OtherHost struct{ Was, Is string }

func (e *OtherHost) Error() string {
	return fmt.Sprintf("public_url: phones were set up under %s, and would be lost under %s", e.Was, e.Is)
}

// keepOrigin keeps the origin of the first start, and compares.
func (v vault) keepOrigin(ctx context.Context, origin string) error {
	if _, err := v.store.Secret(ctx, "origin"); errors.Is(err, store.ErrNoSecret) {
		if _, err := v.keep(ctx, "origin", []byte(origin)); err != nil {
			return err
		}
	}
	return v.compareOrigin(ctx, origin)
}

// compareOrigin compares the origin with the one of the first start, if there was
// one. It returns [*OtherHost] if their hosts differ.
func (v vault) compareOrigin(ctx context.Context, origin string) error {
	was, err := v.get(ctx, "origin")
	if errors.Is(err, store.ErrNoSecret) {
		return nil
	}
	if err != nil {
		return err
	}
	if host(string(was)) != host(origin) {
		return &OtherHost{host(string(was)), host(origin)}
	}
	return nil
}

// moveOrigin takes the present origin for the right one from now on.
func (v vault) moveOrigin(ctx context.Context, origin string) error {
	sealed, err := v.seal("origin", []byte(origin))
	if err != nil {
		return err
	}
	return v.store.ReplaceSecret(ctx, "origin", sealed, v.now())
}

func (v vault) get(ctx context.Context, name string) ([]byte, error) {
	sealed, err := v.store.Secret(ctx, name)
	if err != nil {
		return nil, err
	}
	return v.open(name, sealed)
}

// keep stores a secret unless another node was first, and returns what is there.
func (v vault) keep(ctx context.Context, name string, secret []byte) ([]byte, error) {
	sealed, err := v.seal(name, secret)
	if err != nil {
		return nil, err
	}
	if sealed, err = v.store.KeepSecret(ctx, name, sealed, v.now()); err != nil {
		return nil, err
	}
	return v.open(name, sealed)
}

func (v vault) seal(name string, secret []byte) ([]byte, error) {
	place, err := keyturn.Lines("sealed", "secret", name, "sealed")
	if err != nil {
		return nil, err
	}
	return v.box.Seal(place, secret)
}

func (v vault) open(name string, sealed []byte) ([]byte, error) {
	place, err := keyturn.Lines("sealed", "secret", name, "sealed")
	if err != nil {
		return nil, err
	}
	secret, err := v.box.Open(place, sealed)
	if errors.Is(err, seal.ErrOpen) {
		return nil, ErrOtherKey
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return secret, nil
}

// host returns that of an origin, without a port.
func host(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

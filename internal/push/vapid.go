package push

import (
	"crypto/ecdsa"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"time"

	"keyturn"
)

const (
	// tokenLife is well below the 24 h that RFC 8292 §2 allows, for push services
	// whose clocks differ.
	tokenLife = 12 * time.Hour

	// tokenUse is how long a token is used again: signing costs more than all the
	// rest of a push, and a push service has to check what it hasn't seen before.
	tokenUse = 6 * time.Hour

	tokensKept = 1000 // origins; a star in the list of hosts stands for any number
)

// VAPID is who the server is towards push services: the key that subscriptions are
// bound to, and whom to write to when something goes wrong (RFC 8292).
type VAPID struct {
	Key     *ecdsa.PrivateKey
	Contact string // "mailto:" or "https:"; Apple refuses an address that can't exist
}

// PublicKey returns the key that phones subscribe with, 65 bytes.
func (v VAPID) PublicKey() (keyturn.Bytes, error) {
	return v.Key.PublicKey.Bytes()
}

// Authorization returns the header of a push to endpoint, with a token that holds
// from now for 12 h at that push service and no other.
func (v VAPID) Authorization(endpoint *url.URL, now time.Time) (string, error) {
	key, err := v.PublicKey()
	if err != nil {
		return "", err
	}
	token, err := v.token(originOf(endpoint), now)
	if err != nil {
		return "", err
	}
	return "vapid t=" + token + ", k=" + key.String(), nil
}

// originOf is what a token names as the push service that it is for.
func originOf(endpoint *url.URL) string {
	return endpoint.Scheme + "://" + strings.TrimSuffix(endpoint.Host, ":443")
}

// token returns a JWT (RFC 7519) signed with ES256.
func (v VAPID) token(audience string, now time.Time) (string, error) {
	claims, err := json.Marshal(struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"` // Unix seconds
		Contact  string `json:"sub"`
	}{audience, now.Add(tokenLife).Unix(), v.Contact})
	if err != nil {
		return "", err
	}
	signed := keyturn.Bytes(`{"typ":"JWT","alg":"ES256"}`).String() + "." + keyturn.Bytes(claims).String()
	signature, err := keyturn.Sign(v.Key, signed)
	if err != nil {
		return "", err
	}
	return signed + "." + signature.String(), nil
}

// tokens keeps the headers that were made, one per push service. Safe for
// concurrent use.
type tokens struct {
	mu   sync.Mutex
	made map[string]made // by origin
}

type made struct {
	header string
	at     time.Time
}

// header is [VAPID.Authorization], made anew when the last one is getting old.
func (t *tokens) header(v VAPID, endpoint *url.URL, now time.Time) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	origin := originOf(endpoint)
	if m, ok := t.made[origin]; ok && !now.Before(m.at) && now.Sub(m.at) < tokenUse {
		return m.header, nil
	}
	header, err := v.Authorization(endpoint, now)
	if err != nil {
		return "", err
	}
	if t.made == nil || len(t.made) >= tokensKept {
		t.made = map[string]made{}
	}
	t.made[origin] = made{header, now}
	return header, nil
}

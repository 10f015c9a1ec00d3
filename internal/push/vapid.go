package push

import (
	"crypto/ecdsa"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"keyturn"
)

// tokenLife is well below the 24 h that RFC 8292 §2 allows, for push services
// whose clocks differ.
const tokenLife = 12 * time.Hour

// A Sender is the server towards push services: the key that a subscription is
// bound to, and whom to write to when something goes wrong (RFC 8292).
type Sender struct {
	Key     *ecdsa.PrivateKey
	Contact string // "mailto:" or "https:"; Apple refuses an address that can't exist
}

// PublicKey returns the key that phones subscribe with, 65 bytes.
func (s Sender) PublicKey() (keyturn.Bytes, error) {
	return s.Key.PublicKey.Bytes()
}

// Authorization returns the header of a push to endpoint, with a token that holds
// from now for 12 h at that push service and no other.
func (s Sender) Authorization(endpoint *url.URL, now time.Time) (string, error) {
	key, err := s.PublicKey()
	if err != nil {
		return "", err
	}
	origin := endpoint.Scheme + "://" + strings.TrimSuffix(endpoint.Host, ":443")
	token, err := s.token(origin, now)
	if err != nil {
		return "", err
	}
	return "vapid t=" + token + ", k=" + key.String(), nil
}

// token returns a JWT (RFC 7519) signed with ES256.
func (s Sender) token(audience string, now time.Time) (string, error) {
	claims, err := json.Marshal(struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"` // Unix seconds
		Contact  string `json:"sub"`
	}{audience, now.Add(tokenLife).Unix(), s.Contact})
	if err != nil {
		return "", err
	}
	signed := keyturn.Bytes(`{"typ":"JWT","alg":"ES256"}`).String() + "." + keyturn.Bytes(claims).String()
	signature, err := keyturn.Sign(s.Key, signed)
	if err != nil {
		return "", err
	}
	return signed + "." + signature.String(), nil
}

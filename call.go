package keyturn

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// Errors about the header of a signed call. To both a server answers with a
// fresh nonce, and the phone calls once more.
var (
	ErrHeader = errors.New("keyturn: no Authorization header of a device")
	ErrNonce  = errors.New("keyturn: nonce is too old or not from this server")
)

// A Call is an HTTP request of a device, which signs all of it. Spec §7; attack A18.
type Call struct {
	Origin string // of the server, by its own settings
	Method string // such as "GET"
	Target string // path and query, exactly as sent
	Device string
	Nonce  string // as the server gave it
	Body   []byte
}

// Text returns what the device signs.
func (c Call) Text() (string, error) {
	sum := sha256.Sum256(c.Body)
	return Lines("call", c.Origin, c.Method, c.Target, c.Device, c.Nonce, Bytes(sum[:]).String())
}

// An Authorization is the header of a signed call. It is only a claim until the
// nonce and the signature are checked.
type Authorization struct {
	Device    string
	Nonce     string // empty if the phone has none yet
	Signature Bytes
}

// ParseAuthorization reads the header. The parameters are unquoted, in any order,
// each once; the nonce may be missing. Scheme and names are matched without
// case (RFC 9110 §11.1).
func ParseAuthorization(header string) (Authorization, error) {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Keyturn") {
		return Authorization{}, ErrHeader
	}
	found := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.Trim(part, " \t"), "=")
		name = strings.ToLower(name)
		if _, twice := found[name]; !ok || twice || value == "" || strings.Trim(value, tokenSymbols) != "" {
			return Authorization{}, ErrHeader
		}
		found[name] = value
	}
	signature, err := ParseBytes(found["signature"])
	if _, known := found["nonce"]; !known {
		found["nonce"] = ""
	}
	if _, bad := ParseID(DeviceID, found["device"]); bad != nil || err != nil || len(signature) == 0 || len(found) != 3 {
		return Authorization{}, ErrHeader
	}
	return Authorization{Device: found["device"], Nonce: found["nonce"], Signature: signature}, nil
}

// tokenSymbols are those of ids and base64url, which is all that a value holds.
const tokenSymbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// String returns the header as a phone sends it.
func (a Authorization) String() string {
	s := "Keyturn device=" + a.Device
	if a.Nonce != "" {
		s += ", nonce=" + a.Nonce
	}
	return s + ", signature=" + a.Signature.String()
}

// NonceLife is how long a nonce may be used: long enough to type a PIN.
const NonceLife = 300 * time.Second

// NewNonce makes a nonce that every node with the same 32-byte key can check, so
// that no list has to be kept. It proves freshness, not uniqueness. Spec §7.
func NewNonce(key Bytes, at time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.Unix()))
	b = append(b, make([]byte, 8)...)
	rand.Read(b[8:]) // never fails
	return Bytes(append(b, nonceMAC(key, b)...)).String()
}

// CheckNonce returns [ErrNonce] unless nonce was made with key at most
// [NonceLife] ago, and not after now. Attack A19.
func CheckNonce(key Bytes, nonce string, now time.Time) error {
	b, err := ParseFixed(nonce, 32)
	if err != nil || len(key) != keySize || !equal(b[16:], nonceMAC(key, b[:16])) {
		return ErrNonce
	}
	age := now.Unix() - int64(binary.BigEndian.Uint64(b[:8]))
	if age < 0 || age > int64(NonceLife/time.Second) {
		return ErrNonce
	}
	return nil
}

// NonceMade returns when a nonce was made by what it says itself, in whole seconds, or
// the zero time if it is none. [CheckNonce] tells whether to believe it.
func NonceMade(nonce string) time.Time {
	b, err := ParseFixed(nonce, 32)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b[:8])), 0)
}

func nonceMAC(key, b Bytes) Bytes { return MAC(key, "keyturn/v1 nonce\n"+string(b))[:16] }

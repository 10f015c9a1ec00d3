package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/unicode/norm"

	"keyturn/internal/argon2"
)

// A work is what one hash costs: KiB of memory, and passes over it.
type work struct{ memory, passes uint32 }

var (
	// Argon2id with 19 MiB, two passes, one lane: the first choice of the OWASP
	// password storage cheat sheet, about 25 ms of one processor.
	full = work{19 * 1024, 2}
	// A hundredth of it, for tests that ask about other things: see [Service.Light].
	light = work{256, 1}
)

const (
	lanes   = 1
	saltLen = 16 // RFC 9106 §3.1
	keyLen  = 32
)

// work is that of the hashes that the service makes.
func (s *Service) work() work {
	if s.Light {
		return light
	}
	return full
}

// nobody is what a password is compared with where there is no account: the same
// work, and never right. A start costs no hash. Attack A29.
func (w work) nobody() Hash { return w.phc(make([]byte, saltLen), make([]byte, keyLen)) }

// phc is a hash in PHC form.
func (w work) phc(salt, key []byte) Hash {
	b64 := base64.RawStdEncoding
	return Hash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, w.memory, w.passes, lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)))
}

// A Hash is the Argon2id hash of a password or a recovery code, in PHC form (the salt is in
// it). It never leaves the server: no verb of package fmt shows one, but in an unexported
// field, and no log. string(h) is what is kept.
type Hash string

const hashShown = "(hash)"

// Format implements [fmt.Formatter].
func (Hash) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, hashShown) }

// MarshalJSON implements [json.Marshaler], for a log.
func (Hash) MarshalJSON() ([]byte, error) { return []byte(`"` + hashShown + `"`), nil }

// errPHC says that a stored hash can't be read: a fault of the database.
var errPHC = errors.New("account: stored hash is not Argon2id in PHC form")

// hash returns the Argon2id hash of a secret in PHC form.
func (w work) hash(m *argon2.Memory, secret string) Hash {
	var salt [saltLen]byte
	rand.Read(salt[:]) // never fails
	return w.phc(salt[:], m.IDKey(fold(secret), salt[:], w.passes, w.memory, lanes, keyLen))
}

// matches reports whether a secret has that hash. It costs what the parameters in
// the hash say, so that hashes of an older version stay good.
func matches(in *argon2.Memory, phc Hash, secret string) (bool, error) {
	var version, m, t, p uint32
	parts := strings.Split(string(phc), "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errPHC
	}
	_, errVersion := fmt.Sscanf(parts[2], "v=%d", &version)
	_, errCost := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p)
	salt, errSalt := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	want, errKey := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errors.Join(errVersion, errCost, errSalt, errKey) != nil || version != argon2.Version ||
		t < 1 || t > 16 || p < 1 || p > 16 || m > 1<<20 || len(want) < 16 {
		return false, errPHC
	}
	key := in.IDKey(fold(secret), salt, t, m, uint8(p), uint32(len(want)))
	return subtle.ConstantTimeCompare(key, want) == 1, nil
}

// fold brings a password to the form that every keyboard gives it: NFC, as in
// RFC 8265 §4.2.2.
func fold(secret string) []byte { return norm.NFC.Bytes([]byte(secret)) }

package keyturn

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"strings"
)

// Errors about challenge and response codes.
var (
	ErrChallengeCode = errors.New("keyturn: a challenge code has eight digits, from 16777216 on")
	ErrSuite         = errors.New("keyturn: OCRA suite is unknown, or the question is not of its kind")
)

// OfflineSuite is how Keyturn computes a response code: SHA-256, eight digits, a
// question of eight digits, no clock and no counter.
const OfflineSuite = "OCRA-1:HOTP-SHA256-8:QN08"

// Challenge codes are drawn from this range. Below it two questions can have one
// response: RFC 6287 §5.1 writes a decimal question in hexadecimal and fills up on
// the right, where 1 becomes the same as 16.
const (
	minChallengeCode = 16_777_216 // the first of seven hexadecimal digits
	maxChallengeCode = 99_999_999
)

// NewChallengeCode draws a challenge code: eight digits that a person types on a
// phone without a network. Spec §10.
func NewChallengeCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(maxChallengeCode-minChallengeCode+1))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return n.Add(n, big.NewInt(minChallengeCode)).String()
}

// OfflineKey returns the key of a device's response codes, from both of its
// secret keys. A wrong PIN yields a different key, which nothing can tell from the
// right one.
func OfflineKey(kp, kk Bytes) Bytes {
	a := MAC(kk, "keyturn/v1 offline\n")
	return MAC(kp, "keyturn/v1 offline\n"+a.String()+"\n")
}

// CheckChallengeCode returns [ErrChallengeCode] for anything but eight digits in the
// range that is drawn from. A phone says so without asking anyone.
func CheckChallengeCode(challenge string) error {
	if len(challenge) != 8 || strings.Trim(challenge, digits) != "" || challenge < fmt.Sprint(minChallengeCode) {
		return ErrChallengeCode
	}
	return nil
}

// Response returns the eight digits that answer a challenge code, or
// [ErrChallengeCode].
func Response(ko Bytes, challenge string) (string, error) {
	if err := CheckChallengeCode(challenge); err != nil {
		return "", err
	}
	return OCRA(OfflineSuite, ko, OCRAInput{Question: challenge})
}

// An OCRAInput is what a suite takes besides the key. Fields that a suite
// doesn't name are not looked at.
type OCRAInput struct {
	Counter  uint64 // C
	Question string // QN: decimal digits; QA: characters
	PIN      string // PSHA1
	Minutes  uint64 // T1M: since 1970
}

// OCRA computes a response by RFC 6287, for the suites of its test vectors. Of
// these Keyturn uses [OfflineSuite] alone.
func OCRA(suite string, key Bytes, in OCRAInput) (string, error) {
	part := strings.Split(suite, ":")
	if len(part) != 3 || part[0] != "OCRA-1" {
		return "", ErrSuite
	}
	newHash, size, err := ocraFunction(part[1])
	if err != nil {
		return "", err
	}
	message := append([]byte(suite), 0)
	for field := range strings.SplitSeq(part[2], "-") {
		if message, err = in.appendField(message, field); err != nil {
			return "", err
		}
	}
	h := hmac.New(newHash, key)
	h.Write(message)
	return truncate(h.Sum(nil), size), nil
}

// ocraFunction reads such as "HOTP-SHA256-8".
func ocraFunction(s string) (newHash func() hash.Hash, size int, err error) {
	hashes := map[string]func() hash.Hash{"SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New}
	part := strings.Split(s, "-")
	if len(part) != 3 || part[0] != "HOTP" || hashes[part[1]] == nil || part[2] != "6" && part[2] != "8" {
		return nil, 0, ErrSuite
	}
	return hashes[part[1]], int(part[2][0] - '0'), nil
}

// appendField adds one input of the suite to the message, RFC 6287 §5.1.
func (in OCRAInput) appendField(message []byte, field string) ([]byte, error) {
	switch field {
	case "C":
		return binary.BigEndian.AppendUint64(message, in.Counter), nil
	case "T1M":
		return binary.BigEndian.AppendUint64(message, in.Minutes), nil
	case "PSHA1":
		sum := sha1.Sum([]byte(in.PIN))
		return append(message, sum[:]...), nil
	case "QN08":
		n, ok := new(big.Int).SetString(in.Question, 10)
		if !ok || len(in.Question) != 8 || strings.Trim(in.Question, digits) != "" {
			return nil, ErrSuite
		}
		return appendQuestion(message, fmt.Sprintf("%X", n)), nil
	case "QA08", "QA10":
		if len(in.Question) > 128 {
			return nil, ErrSuite
		}
		return appendQuestion(message, hex.EncodeToString([]byte(in.Question))), nil
	}
	return nil, ErrSuite
}

// appendQuestion adds a question of hexadecimal digits, filled up on the right to
// 128 bytes.
func appendQuestion(message []byte, question string) []byte {
	b, _ := hex.DecodeString(question + strings.Repeat("0", 256-len(question))) // made of digits
	return append(message, b...)
}

// truncate takes decimal digits from a MAC, RFC 4226 §5.3.
func truncate(mac []byte, size int) string {
	at := mac[len(mac)-1] & 15
	modulus := map[int]uint32{6: 1_000_000, 8: 100_000_000}[size]
	return fmt.Sprintf("%0*d", size, binary.BigEndian.Uint32(mac[at:])&0x7FFFFFFF%modulus)
}

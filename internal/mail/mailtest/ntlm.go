package mailtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM is made of it
	"golang.org/x/crypto/md4"
)

// ntlm is NTLMv2 from the mail server's side: [MS-NLMP] §2.2.1 and §3.3.2.
func ntlm(password string) func([]byte) ([]byte, bool, bool) {
	challenge := []byte("8 octets")
	greeted := false
	return func(response []byte) ([]byte, bool, bool) {
		if response == nil {
			return nil, false, false
		}
		if !greeted {
			greeted = true
			return ntlmChallenge(challenge), false, false
		}
		return nil, true, ntlmRight(response, challenge, password)
	}
}

// ntlmChallenge is CHALLENGE_MESSAGE: no target's name, and a list of its properties that
// has its end only.
func ntlmChallenge(challenge []byte) []byte {
	const unicode, ntlm, info, size = 0x1, 0x200, 0x800000, 48
	b := []byte("NTLMSSP\x00\x02\x00\x00\x00")
	b = append(b, 0, 0, 0, 0, size, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, unicode|ntlm|info)
	b = append(append(b, challenge...), make([]byte, 8)...)
	return append(b, 4, 0, 4, 0, size, 0, 0, 0, 0, 0, 0, 0)
}

// ntlmRight judges AUTHENTICATE_MESSAGE.
func ntlmRight(message, challenge []byte, password string) bool {
	field := func(at int) []byte {
		if len(message) < 64 {
			return nil
		}
		length, from := int(binary.LittleEndian.Uint16(message[at:])), int(binary.LittleEndian.Uint32(message[at+4:]))
		if from+length > len(message) {
			return nil
		}
		return message[from : from+length]
	}
	proof, domain, user := field(20), field(28), field(36)
	hash := md4.New()
	_, _ = hash.Write(wide(password))
	key := keyed(hash.Sum(nil), wide(strings.ToUpper(User)), domain)
	return len(proof) > 16 && bytes.Equal(user, wide(User)) && hmac.Equal(proof[:16], keyed(key, challenge, proof[16:]))
}

func keyed(key []byte, parts ...[]byte) []byte {
	m := hmac.New(md5.New, key)
	for _, p := range parts {
		_, _ = m.Write(p)
	}
	return m.Sum(nil)
}

// wide is UTF-16LE.
func wide(s string) (b []byte) {
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

package pushtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"keyturn"
)

// checkHeaders is what RFC 8030 §5 and RFC 8291 §4 ask of a message.
func checkHeaders(r *http.Request) error {
	topic, err := keyturn.ParseBytes(r.Header.Get("Topic"))
	switch {
	case r.Method != http.MethodPost:
		return errors.New("method " + r.Method)
	case r.Header.Get("Content-Encoding") != "aes128gcm":
		return errors.New("encoding " + r.Header.Get("Content-Encoding"))
	case err != nil || len(topic) == 0 || len(r.Header.Get("Topic")) > 32:
		return errors.New("topic " + r.Header.Get("Topic"))
	case !slices.Contains([]string{"very-low", "low", "normal", "high"}, r.Header.Get("Urgency")):
		return errors.New("urgency " + r.Header.Get("Urgency"))
	}
	return nil
}

// Authorized reads the header of a push and returns the server's key and whom to
// write to. The audience is the origin of the push service.
func Authorized(header, audience string, now time.Time) (key keyturn.Bytes, subject string, err error) {
	token, encoded, found := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	if !found {
		return nil, "", fmt.Errorf("authorization %q", header)
	}
	if key, err = keyturn.ParseBytes(encoded); err != nil {
		return nil, "", err
	}
	public, err := keyturn.ParsePublicKey(key)
	if err != nil {
		return nil, "", err
	}
	subject, err = Token(public, token, audience, now)
	return key, subject, err
}

// Token checks a token as RFC 8292 §4.2 asks of a push service.
func Token(key *ecdsa.PublicKey, token, audience string, now time.Time) (subject string, err error) {
	part := strings.Split(token, ".")
	if len(part) != 3 {
		return "", errors.New("token: form")
	}
	var header struct{ Typ, Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(decode(part[0], &header), decode(part[1], &claims)); err != nil {
		return "", err
	}
	signature, err := keyturn.ParseBytes(part[2])
	switch {
	case err != nil:
		return "", err
	case header.Typ != "JWT" || header.Alg != "ES256":
		return "", errors.New("token: header")
	case claims.Aud != audience:
		return "", errors.New("token: aud is " + claims.Aud)
	case claims.Exp < now.Unix() || claims.Exp > now.Add(24*time.Hour).Unix():
		return "", errors.New("token: exp")
	case !strings.HasPrefix(claims.Sub, "mailto:") && !strings.HasPrefix(claims.Sub, "https:"):
		return "", errors.New("token: sub is " + claims.Sub)
	}
	return claims.Sub, keyturn.Verify(key, part[0]+"."+part[1], signature)
}

func decode(part string, into any) error {
	b, err := keyturn.ParseBytes(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// headerLen is what stands before the record: salt, record size, and the key (RFC
// 8188 §2.1).
const headerLen = 16 + 4 + 1 + 65

// Open decrypts the body of a push as a browser does, RFC 8291 §3.4, and takes the
// padding away.
func Open(private *ecdh.PrivateKey, auth, body []byte) (string, error) {
	if len(body) < headerLen {
		return "", errors.New("body is too short")
	}
	server, err := ecdh.P256().NewPublicKey(body[21:headerLen])
	if err != nil {
		return "", err
	}
	shared, err := private.ECDH(server)
	if err != nil {
		return "", err
	}
	info := "WebPush: info\x00" + string(private.PublicKey().Bytes()) + string(server.Bytes())
	ikm, errIKM := hkdf.Key(sha256.New, shared, auth, info, 32)
	key, errKey := hkdf.Key(sha256.New, ikm, body[:16], "Content-Encoding: aes128gcm\x00", 16)
	nonce, errNonce := hkdf.Key(sha256.New, ikm, body[:16], "Content-Encoding: nonce\x00", 12)
	block, errBlock := aes.NewCipher(key)
	if err := errors.Join(errIKM, errKey, errNonce, errBlock); err != nil {
		return "", err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	record, err := aead.Open(nil, nonce, body[headerLen:], nil)
	if err != nil {
		return "", err
	}
	end := bytes.LastIndexByte(record, 2) // delimiter of the last record
	if end < 0 || len(bytes.Trim(record[end+1:], "\x00")) > 0 {
		return "", errors.New("padding")
	}
	return string(record[:end]), nil
}

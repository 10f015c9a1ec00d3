package push_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/push"
	"keyturn/spec"
)

type vectors struct {
	Messages []struct {
		Name, Plaintext string
		Padded          int
		UAPrivate       keyturn.Bytes `json:"ua_private"`
		UAPublic        keyturn.Bytes `json:"ua_public"`
		Auth            keyturn.Bytes
		ASPrivate       keyturn.Bytes `json:"as_private"`
		Salt, Body      keyturn.Bytes
		Nonce           keyturn.Bytes
	}
	VAPID struct {
		PrivateKey keyturn.Bytes `json:"private_key"`
		PublicKey  keyturn.Bytes `json:"public_key"`
		Tokens     []struct {
			Name, Token, Audience string
			Now                   int64
			Valid                 bool
		}
	}
	Topic     struct{ Device, Topic string }
	Endpoints []struct {
		URL    string
		Valid  bool
		Reason string
	}
	Addresses []struct {
		Address netip.Addr
		Allowed bool
	}
}

func read(t testing.TB) (v vectors) {
	t.Helper()
	b, err := fs.ReadFile(spec.Vectors(), "push.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Messages) == 0 || len(v.VAPID.Tokens) == 0 || len(v.Endpoints) == 0 || len(v.Addresses) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func TestMessageVectors(t *testing.T) {
	for _, m := range read(t).Messages {
		private, err := ecdh.P256().NewPrivateKey(m.ASPrivate)
		if err != nil {
			t.Fatal(err)
		}
		body, err := push.Encrypt([]byte(m.Plaintext), m.Padded, m.UAPublic, m.Auth, private, m.Salt)
		if err != nil || !bytes.Equal(body, m.Body) {
			t.Errorf("%s: body %s, %v", m.Name, keyturn.Bytes(body), err)
		}
	}
}

// A71: every push has the same length, and says the same to the phone.
func TestA71PushesLookAlike(t *testing.T) {
	m := read(t).Messages[0]
	private, err := ecdh.P256().NewPrivateKey(m.UAPrivate)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 20 {
		body, err := push.Look(m.UAPublic, m.Auth)
		if err != nil || len(body) != 16+4+1+65+push.Padded+16 {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
		if got := open(t, private, m.Auth, body); got != `{"type": "look"}` {
			t.Errorf("the phone reads %q", got)
		}
		seen[string(body[:16])], seen[string(body[21:86])] = true, true
	}
	if len(seen) != 40 {
		t.Errorf("%d of 40 salts and keys differ", len(seen))
	}
}

// open decrypts as a browser does, and checks the padding.
func open(t *testing.T, private *ecdh.PrivateKey, auth, body []byte) string {
	t.Helper()
	server, err := ecdh.P256().NewPublicKey(body[21:86])
	if err != nil {
		t.Fatal(err)
	}
	record, err := openRecord(private, server, auth, body[:16], body[86:])
	if err != nil {
		t.Fatal(err)
	}
	plain, padding, found := strings.Cut(string(record), "\x02")
	if !found || strings.Trim(padding, "\x00") != "" || len(record) != push.Padded {
		t.Fatalf("record %q", record)
	}
	return plain
}

func TestLookRefusesBadKeys(t *testing.T) {
	m := read(t).Messages[0]
	for _, tt := range []struct {
		name         string
		p256dh, auth keyturn.Bytes
	}{
		{"auth of 15 bytes", m.UAPublic, m.Auth[:15]},
		{"no auth", m.UAPublic, nil},
		{"point cut", m.UAPublic[:64], m.Auth},
		{"point off the curve", append(m.UAPublic[:64:64], 0), m.Auth},
		{"no point", nil, m.Auth},
	} {
		if _, err := push.Look(tt.p256dh, tt.auth); !errors.Is(err, push.ErrKeys) {
			t.Errorf("%s: %v, want ErrKeys", tt.name, err)
		}
	}
}

// The check of a push service, which the vectors hold to account and which then
// judges our own tokens.
func TestVAPIDVectors(t *testing.T) {
	v := read(t).VAPID
	public, err := keyturn.ParsePublicKey(v.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range v.Tokens {
		if err := accepts(public, tt.Token, tt.Audience, tt.Now); (err == nil) != tt.Valid {
			t.Errorf("%s: %v", tt.Name, err)
		}
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), v.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	sender := push.Sender{Key: private, Contact: "mailto:admin@example.org"}
	good := v.Tokens[0]
	own, err := push.Token(sender, good.Audience, time.Unix(good.Now, 0))
	if err != nil || accepts(public, own, good.Audience, good.Now) != nil {
		t.Errorf("token %s, %v", own, err)
	}
	if signed := good.Token[:strings.LastIndexByte(good.Token, '.')]; !strings.HasPrefix(own, signed+".") {
		t.Errorf("token %s, want one that begins with %s", own, signed)
	}
}

// accepts is what RFC 8292 §4.2 asks of a push service.
func accepts(key *ecdsa.PublicKey, token, audience string, now int64) error {
	part := strings.Split(token, ".")
	if len(part) != 3 {
		return errors.New("form")
	}
	var header struct{ Typ, Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(decode(part[0], &header), decode(part[1], &claims)); err != nil {
		return err
	}
	signature, err := keyturn.ParseBytes(part[2])
	switch {
	case err != nil:
		return err
	case header.Typ != "JWT" || header.Alg != "ES256":
		return errors.New("header")
	case claims.Aud != audience:
		return errors.New("aud")
	case claims.Exp < now || claims.Exp > now+24*60*60:
		return errors.New("exp")
	case !strings.HasPrefix(claims.Sub, "mailto:") && !strings.HasPrefix(claims.Sub, "https:"):
		return errors.New("sub")
	}
	return keyturn.Verify(key, part[0]+"."+part[1], signature)
}

func decode(part string, into any) error {
	b, err := keyturn.ParseBytes(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// openRecord is RFC 8291 §3.4 from the phone's side.
func openRecord(private *ecdh.PrivateKey, server *ecdh.PublicKey, auth, salt, record []byte) ([]byte, error) {
	shared, err := private.ECDH(server)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(private.PublicKey().Bytes()) + string(server.Bytes())
	ikm, errIKM := hkdf.Key(sha256.New, shared, auth, info, 32)
	key, errKey := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, errNonce := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, errBlock := aes.NewCipher(key)
	if err := errors.Join(errIKM, errKey, errNonce, errBlock); err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nonce, record, nil)
}

// The header of a real push.
func TestAuthorization(t *testing.T) {
	v := read(t).VAPID
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), v.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := url.Parse("https://push.example.org:443/send/abc?x=1")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1893456000, 0)
	header, err := push.Sender{Key: private, Contact: "mailto:admin@example.org"}.Authorization(endpoint, now)
	token, key, found := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	if err != nil || !found || key != v.PublicKey.String() {
		t.Fatalf("%q, %v", header, err)
	}
	if err := accepts(&private.PublicKey, token, "https://push.example.org", now.Unix()); err != nil {
		t.Error(err)
	}
}

func TestTopicVector(t *testing.T) {
	v := read(t).Topic
	if got := push.Topic(v.Device); got != v.Topic {
		t.Errorf("topic %s, want %s", got, v.Topic)
	}
}

func BenchmarkLook(b *testing.B) {
	m := read(b).Messages[0]
	for b.Loop() {
		if _, err := push.Look(m.UAPublic, m.Auth); err != nil {
			b.Fatal(err)
		}
	}
}

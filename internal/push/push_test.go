package push_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"io/fs"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/push"
	"keyturn/internal/push/pushtest"
	"keyturn/locale"
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
		Origin, Lang    string // of the server's own
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
		if m.Origin == "" {
			continue
		}
		if plain, err := push.Says(m.Origin, m.Lang); err != nil || string(plain) != m.Plaintext || m.Padded != push.Padded {
			t.Errorf("%s: %s, %v", m.Name, plain, err)
		}
	}
}

// longest is the longest origin that there can be: a host name has 253 characters.
var longest = "https://" + strings.Repeat("a.", 126) + "a:65535"

// A71: every push has the same length, in every language and with every origin, and
// says the same to all phones of a language.
func TestA71PushesLookAlike(t *testing.T) {
	m := read(t).Messages[0]
	private, err := ecdh.P256().NewPrivateKey(m.UAPrivate)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, lang := range append(locale.Languages(), "") {
		for _, origin := range []string{"https://id.example.org", longest} {
			want, err := push.Says(origin, lang)
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				body, err := push.LookNow(origin, lang, m.UAPublic, m.Auth)
				if err != nil || len(body) != 16+4+1+65+push.Padded+16 {
					t.Fatalf("%d bytes, %v", len(body), err)
				}
				if got, err := pushtest.Open(private, m.Auth, body); err != nil || got != string(want) {
					t.Errorf("the phone reads %q, %v", got, err)
				}
				seen[string(body[:16])], seen[string(body[21:86])] = true, true
			}
		}
	}
	if len(seen) != 2*5*2*(len(locale.Languages())+1) {
		t.Errorf("%d salts and keys differ", len(seen))
	}
}

// A03: what a browser shows by itself is of the form that browsers know (W3C Push API,
// declarative push message), leads to the app and nowhere else, and has no button.
func TestA03DeclarativeForm(t *testing.T) {
	for _, lang := range locale.Languages() {
		plain, err := push.Says("https://id.example.org", lang)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(plain, &got); err != nil {
			t.Fatal(err)
		}
		words := locale.For(lang)
		want := map[string]any{"web_push": 8030.0, "mutable": true, "notification": map[string]any{
			"title": words.T("push.title"), "body": words.T("push.body"), "lang": lang,
			"navigate": "https://id.example.org/p/", "tag": "request", "mutable": true}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s", lang, plain)
		}
	}
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
		if _, err := push.LookNow("https://id.example.org", "en", tt.p256dh, tt.auth); !errors.Is(err, push.ErrKeys) {
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
		if _, err := pushtest.Token(public, tt.Token, tt.Audience, time.Unix(tt.Now, 0)); (err == nil) != tt.Valid {
			t.Errorf("%s: %v", tt.Name, err)
		}
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), v.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	who := push.VAPID{Key: private, Contact: "mailto:admin@example.org"}
	good := v.Tokens[0]
	own, err := push.Token(who, good.Audience, time.Unix(good.Now, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pushtest.Token(public, own, good.Audience, time.Unix(good.Now, 0)); err != nil {
		t.Errorf("token %s, %v", own, err)
	}
	if signed := good.Token[:strings.LastIndexByte(good.Token, '.')]; !strings.HasPrefix(own, signed+".") {
		t.Errorf("token %s, want one that begins with %s", own, signed)
	}
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
	header, err := push.VAPID{Key: private, Contact: "mailto:admin@example.org"}.Authorization(endpoint, now)
	if err != nil {
		t.Fatal(err)
	}
	key, subject, err := pushtest.Authorized(header, "https://push.example.org", now)
	if err != nil || !bytes.Equal(key, v.PublicKey) || subject != "mailto:admin@example.org" {
		t.Errorf("%q: key %s, subject %s, %v", header, key, subject, err)
	}
}

func TestTopicVector(t *testing.T) {
	v := read(t).Topic
	if got := push.Topic(v.Device); got != v.Topic {
		t.Errorf("topic %s, want %s", got, v.Topic)
	}
}

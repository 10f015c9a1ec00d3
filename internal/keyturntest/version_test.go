package keyturntest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/keyturntest"
)

// ofReference is what differs in each refusal.
var ofReference = regexp.MustCompile(`"reference":"[0-9A-Z]{8}"`)

// A78: there is one version, and nothing to choose in it. What is signed under
// another one's name is refused even if all else is right, and leaves everything
// as it was.
func TestA78NothingToNegotiate(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	w.Browser().SignIn(ada)
	request, s, client := ada.Phone.Waiting(), signerOf(ada.Phone, pin), w.Client()
	answer := "/v1/requests/" + request.ID + "/answer"
	nonce := w.Devices.Nonce()
	counted := int64(0)
	deny := func() keyturn.Reply { counted++; return s.reply(request, keyturn.Deny, counted) }
	again := func(r keyturn.Reply, from, to string) keyturn.Reply {
		r.Text = strings.Replace(r.Text, from, to, 1)
		r.Signature = must(keyturn.Sign(s.key, r.Text))
		return r
	}
	code := must(keyturn.ParseCode(w.Origin, w.Browser().SignIn(w.Person("ben")).Text("#activation-code")))
	good := redeems(w.Origin, code)
	with := func(body []byte, member string) []byte {
		return bytes.Replace(body, []byte("{"), []byte("{"+member+","), 1)
	}
	larger := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	curve := good
	curve.DeviceKey = must(larger.PublicKey.Bytes())
	signed := parcel{path: answer, body: encoded(t, deny())}
	text := must(keyturn.Call{Origin: w.Origin, Method: "POST", Target: answer, Device: s.dev.ID, Nonce: nonce, Body: signed.body}.Text())
	signed.authorization = keyturn.Authorization{Device: s.dev.ID, Nonce: nonce,
		Signature: must(keyturn.Sign(s.key, strings.Replace(text, "keyturn/v1", "keyturn/v0", 1)))}.String()
	alg := s.call(t, answer, nonce, deny())
	alg.authorization += ", alg=none"
	member := s.call(t, answer, nonce, struct {
		keyturn.Reply
		Alg string `json:"alg"`
	}{deny(), "ES256"})

	for _, tt := range []struct {
		name string
		p    parcel
		want string // code of the problem; "" for a page that isn't there
	}{
		{"an answer at v0", s.call(t, strings.Replace(answer, "v1", "v0", 1), nonce, deny()), ""},
		{"an answer at v2", s.call(t, strings.Replace(answer, "v1", "v2", 1), nonce, deny()), ""},
		{"an answer of v0", s.call(t, answer, nonce, again(deny(), "keyturn/v1", "keyturn/v0")), "answer_refused"},
		{"an answer of v2", s.call(t, answer, nonce, again(deny(), "keyturn/v1", "keyturn/v2")), "answer_refused"},
		{"an answer without a version", s.call(t, answer, nonce, again(deny(), "keyturn/v1 ", "")), "answer_refused"},
		{"an answer under the name of a removal", s.call(t, answer, nonce, again(deny(), "v1 answer", "v1 remove")), "answer_refused"},
		{"an answer that names an algorithm", member, "bad_request"},
		{"a call of v0", signed, "bad_call"},
		{"a call that names an algorithm", alg, "use_nonce"},
		{"a redeem at v0", parcel{path: "/v0/activations/redeem", body: encoded(t, good)}, ""},
		{"a redeem that names an algorithm", parcel{path: "/v1/activations/redeem", body: with(encoded(t, good), `"alg":"ES256"`)}, "bad_request"},
		{"a redeem that names a version", parcel{path: "/v1/activations/redeem", body: with(encoded(t, good), `"version":0`)}, "bad_request"},
		{"a redeem with another curve", parcel{path: "/v1/activations/redeem", body: encoded(t, curve)}, "bad_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, got := tt.p.send(t, client, w.Origin)
			if status < 400 || status >= 500 || codeOf(got) != tt.want {
				t.Errorf("%d %s, want %q", status, got, tt.want)
			}
			if r := must(w.Store.Request(t.Context(), request.ID)); r.State != approval.Waiting {
				t.Errorf("the request is %s", r.State)
			}
		})
	}
	if status, got := (parcel{path: "/v1/activations/redeem", body: encoded(t, good)}).send(t, client, w.Origin); status != http.StatusOK {
		t.Errorf("the code is used up: %d %s", status, got)
	}
	if status, got := s.call(t, answer, nonce, deny()).send(t, client, w.Origin); status != http.StatusOK {
		t.Errorf("the answer as it should be: %d %s", status, got)
	}
	if info := must(ada.Phone.Server(t.Context())); len(info.Versions) != 1 || info.Versions[0] != "v1" || info.Version != "1.2.3" {
		t.Errorf("the server speaks %v, and is %q", info.Versions, info.Version)
	}
}

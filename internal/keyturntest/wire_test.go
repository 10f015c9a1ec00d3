package keyturntest_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

const pin = "7Kq#2"

// A parcel is a call that is made ready before it is sent.
type parcel struct {
	path, authorization string
	body                []byte // nil: a GET
}

// send sends a parcel to a node and returns what came back. It may be called
// from any goroutine.
func (p parcel) send(t *testing.T, to *http.Client, origin string) (status int, answer []byte) {
	t.Helper()
	method := "POST"
	if p.body == nil {
		method = "GET"
	}
	r, err := http.NewRequestWithContext(t.Context(), method, origin+p.path, bytes.NewReader(p.body))
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	r.Header.Set("Content-Type", "application/json")
	if p.authorization != "" {
		r.Header.Set("Authorization", p.authorization)
	}
	res, err := to.Do(r)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer res.Body.Close() // it is read
	if answer, err = io.ReadAll(res.Body); err != nil {
		t.Error(err)
	}
	return res.StatusCode, answer
}

// race runs f for 0 to n-1, all at the same moment.
func race(n int, f func(i int)) {
	start := make(chan struct{})
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() { ready.Done(); <-start; f(i) })
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// encoded is v as JSON.
func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decoded sends a parcel that is answered, and reads the answer.
func decoded(t *testing.T, p parcel, w *keyturntest.World, into any) {
	t.Helper()
	status, answer := p.send(t, w.Client(), w.Origin)
	if err := json.Unmarshal(answer, into); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s", p.path, status, answer)
	}
}

// codeOf is the code of a problem; "" if it is none.
func codeOf(answer []byte) string {
	var p keyturn.Problem
	_ = json.Unmarshal(answer, &p) // what isn't one has no code
	return p.Code
}

// must returns v: an error is a mistake in the test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// redeems is what a phone with new keys sends for a code.
func redeems(origin string, code keyturn.Code) keyturn.Redeem {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	agree := must(ecdh.P256().GenerateKey(rand.Reader))
	r := keyturn.Redeem{Code: code, DeviceKey: must(key.PublicKey.Bytes()), AgreeKey: agree.PublicKey().Bytes(),
		Commit: keyturn.Commit(make(keyturn.Bytes, 32)), Unlock: keyturn.UnlockPIN, PhoneName: "Pixel 9", Platform: keyturn.Android}
	r.Signature = must(keyturn.Sign(key, must(r.Text(origin))))
	return r
}

// A signer is a device whose keys the test holds: it signs what it is told to.
type signer struct {
	origin string
	dev    phone.Device
	key    *ecdsa.PrivateKey
	kk     keyturn.Bytes // what the PIN opens
}

// signerOf takes the keys of a phone's first account.
func signerOf(p *keyturntest.Phone, pin string) signer {
	d := p.Keeper.State.Devices[0]
	return signer{p.Origin(), d, must(ecdsa.ParseRawPrivateKey(elliptic.P256(), d.Key)), must(keyturntest.Seal(pin, d.Kp, d.Salt, d.Ck))}
}

// call signs a call.
func (s signer) call(t *testing.T, path, nonce string, body any) parcel {
	t.Helper()
	return s.signed("POST", path, nonce, encoded(t, body))
}

// get signs a call without a body.
func (s signer) get(path, nonce string) parcel { return s.signed("GET", path, nonce, nil) }

func (s signer) signed(method, path, nonce string, body []byte) parcel {
	text := must(keyturn.Call{Origin: s.origin, Method: method, Target: path, Device: s.dev.ID, Nonce: nonce, Body: body}.Text())
	auth := keyturn.Authorization{Device: s.dev.ID, Nonce: nonce, Signature: must(keyturn.Sign(s.key, text))}
	return parcel{path, auth.String(), body}
}

// reply signs an answer that doesn't carry a number, so many counts after the last.
func (s signer) reply(r phone.Request, decision keyturn.Decision, after int64) keyturn.Reply {
	a := keyturn.Answer{Origin: s.origin, Request: r.ID, Device: s.dev.ID, Challenge: keyturn.Hash(r.Text), Decision: decision,
		Carried: keyturn.CarryNone, Unlock: keyturn.UnlockNone, Counter: s.dev.Counter + after}
	if decision == keyturn.Approve {
		a.Unlock = keyturn.UnlockPIN
	}
	text := must(a.Text())
	out := keyturn.Reply{Text: text, Signature: must(keyturn.Sign(s.key, text))}
	if decision == keyturn.Approve {
		out.Proof = &keyturn.Proof{Type: keyturn.UnlockPIN, MAC: keyturn.MAC(s.kk, text)}
	}
	return out
}

// beside gives a person one more phone; b is signed in.
func beside(t *testing.T, w *keyturntest.World, p *keyturntest.Person, b *keyturntest.Browser) *keyturntest.Phone {
	t.Helper()
	page := b.Post("/phones/add", nil)
	number := ""
	if page.Has("#number") {
		number = page.Text("#number")
	}
	p.Phone.Approve(number)
	page = page.Reload().Submit("form#redeem", nil)
	another := w.Phone(pin)
	set := another.Activate(page.Text("#activation-code"))
	b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return another
}

// The organisation's names reach the phone, which shows the one of the person's language where
// nothing is signed; what a code is for has the one of all languages. What is signed has that of
// the browser's language, since a phone translates nothing of it.
func TestOrganisationByLanguage(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) {
		c.Organisation = map[string]string{"en": "Harbor Lane", "zh-Hans": "港湾里"}
	}))
	ada := w.Person("ada")
	b := w.Browser()
	b.Header.Set("Accept-Language", "zh-CN")
	ada.Phone = w.Phone(pin)
	code := must(keyturn.ParseCode(w.Origin, b.SignIn(ada).Text("#activation-code")))
	info := must(ada.Phone.Server(t.Context()))
	for lang, want := range map[string]string{"en": "Harbor Lane", "zh-Hans": "港湾里", "fr": "Harbor Lane"} {
		if got := info.In(lang, "Harbor Lane"); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if looked := must(ada.Phone.Look(t.Context(), code)); looked.Service != "Harbor Lane" {
		t.Errorf("a code is for %q", looked.Service)
	}
	ada.SetUp(pin)
	for lang, want := range map[string]string{"en": "Harbor Lane", "zh-CN": "港湾里", "fr": "Harbor Lane"} {
		x := w.Browser()
		x.Header.Set("Accept-Language", lang)
		x.SignIn(ada)
		if got := ada.Phone.Waiting().Challenge.App; got != want {
			t.Errorf("signed in %s: %q, want %q", lang, got, want)
		}
	}
}

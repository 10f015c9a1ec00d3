package keyturntest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// A60: whoever knows every id and sees every text, but has neither the phone's key
// nor the password, counts against nobody but their own address: no PIN, no number,
// no counter, no password. From the same address the person goes on.
func TestA60NothingCountsWithoutKeyOrPassword(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	signIn(b, ada)
	b.Get("/").Submit("form#sign-out", nil)
	page := w.Browser().SignIn(ada) // another browser of hers: it asks for a number
	request := ada.Phone.Waiting()
	code := must(keyturn.ParseCode(w.Origin, w.Browser().SignIn(w.Person("eve")).Text("#activation-code")))
	thief := signerOf(ada.Phone, "wrong PIN")
	thief.key = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	before := must(w.Store.Device(t.Context(), request.Device))

	var refused, slowed int
	for i := range 80 {
		nonce := w.Devices.Nonce()
		via := redeems(w.Origin, code)
		via.Via = &keyturn.Via{Device: thief.dev.ID, Nonce: nonce, Signature: via.Signature, Proof: keyturn.Proof{Type: keyturn.UnlockPIN, MAC: via.Commit}}
		for _, p := range []parcel{
			thief.call(t, "/v1/requests/"+request.ID+"/answer", nonce, thief.reply(request, keyturn.Approve, int64(i+1))),
			thief.call(t, "/v1/device/remove", nonce, keyturn.Remove{Proof: keyturn.Proof{Type: keyturn.UnlockPIN, MAC: via.Commit}}),
			{path: "/v1/activations/redeem", body: encoded(t, via)},
		} {
			switch status, answer := p.send(t, w.Client(), w.Origin); {
			case status == http.StatusTooManyRequests:
				slowed++
			case codeOf(answer) == "bad_call", codeOf(answer) == "bad_request":
				refused++
			default:
				t.Fatalf("%s: %d %s", p.path, status, answer)
			}
		}
		w.Browser().Post("/sign-in", url.Values{"name": {"ada"}, "password": {"guess"}})
	}
	if refused == 0 || slowed == 0 {
		t.Errorf("%d calls were refused, %d slowed down", refused, slowed)
	}
	after := must(w.Store.Device(t.Context(), request.Device))
	if after.State != device.Active || after.WrongPINs != 0 || after.Counter != before.Counter {
		t.Errorf("the phone is %s after %d wrong PINs, its counter went from %d to %d", after.State, after.WrongPINs, before.Counter, after.Counter)
	}
	if r := must(w.Store.Request(t.Context(), request.ID)); r.State != approval.Waiting || r.Tries != 0 {
		t.Errorf("the request is %s after %d tries", r.State, r.Tries)
	}
	if home := approveWith(ada, page); home.Attr("body", "data-account") != "ada" {
		t.Errorf("her other browser:\n%s", home.HTML)
	}
	if home := signIn(b, ada); home.Attr("body", "data-account") != "ada" {
		t.Errorf("her known browser:\n%s", home.HTML)
	}
}

// approveWith approves what a page waits for and lets it go on.
func approveWith(p *keyturntest.Person, page *keyturntest.Page) *keyturntest.Page {
	p.Phone.Approve(page.Text("#number"))
	return page.Reload().Submit("form#redeem", nil)
}

// A31: a right password gives a session to an account that never had a phone, one
// that proves no more than the password and opens nothing but the set-up. In every
// other state it gives none, whichever way is taken.
func TestA31EveryWayIn(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop func(*testing.T, *keyturntest.World, *keyturntest.Person)
	}{
		{"a phone", func(*testing.T, *keyturntest.World, *keyturntest.Person) {}},
		{"a phone that is locked", func(t *testing.T, w *keyturntest.World, p *keyturntest.Person) {
			w.Browser().SignIn(p)
			for range 5 {
				_, _ = p.Phone.Answer(t.Context(), p.Phone.Waiting(), keyturn.Approve, "000000", "wrong")
			}
			if d := must(w.Store.Device(t.Context(), deviceOf(p))); d.State != device.PINLocked {
				t.Errorf("it is %s", d.State)
			}
		}},
		{"a phone that is suspended", func(t *testing.T, w *keyturntest.World, p *keyturntest.Person) {
			if err := w.Store.Suspend(t.Context(), deviceOf(p), device.ReasonLost, audit.Event{At: time.Now()}); err != nil {
				t.Error(err)
			}
		}},
		{"a phone that was removed", func(t *testing.T, w *keyturntest.World, p *keyturntest.Person) {
			if err := w.Devices.Remove(t.Context(), deviceOf(p), device.ReasonRemoved); err != nil {
				t.Error(err)
			}
		}},
		{"a phone, and is disabled", func(t *testing.T, w *keyturntest.World, p *keyturntest.Person) {
			if err := w.Accounts.Disable(t.Context(), p.ID); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := keyturntest.Start(t)
			ada := w.Person("ada")
			ada.SetUp(pin)
			tt.stop(t, w, ada)
			b := w.Browser()
			id := ""
			if page := b.SignIn(ada); page.Has("#wait") {
				id = page.Attr("#wait", "data-request")
			}
			for _, path := range []string{"/sign-in/redeem", "/sign-in/again", "/sign-in/prolong", "/phones/add", "/phones/activation",
				"/phones/activation/check", "/recovery-codes", "/recovery-codes/check"} {
				b.Post(path, url.Values{"request": {id}, "code": {"000000"}})
				b.SignIn(ada)
			}
			if b.Cookie("keyturn_session") != "" || b.Get("/").Attr("body", "data-account") != "" {
				t.Error("signed in without the phone")
			}
		})
	}
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	s, err := w.Sessions.Session(t.Context(), token.Token(b.Cookie("keyturn_session")))
	if err != nil || s.Proven.Way != policy.ByPassword || s.Proven.ACR() != "urn:keyturn:aal1" {
		t.Errorf("without a phone: %+v, %v", s.Proven, err)
	}
	if page := b.Post("/recovery-codes", nil); strings.Contains(page.HTML, "code-") || page.Status < 400 && page.Path == "/recovery-codes" {
		t.Errorf("recovery codes with the password only: %d at %s", page.Status, page.Path)
	}
}

// deviceOf is the id of a person's first device.
func deviceOf(p *keyturntest.Person) string { return p.Phone.Accounts()[0].Device }

// A42: a thief who knows the password has begun a first phone, and it waits for its
// check code. When the person begins theirs, the thief's is over, and their
// session opens nothing more.
func TestA42StolenPasswordBeginsFirst(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	thief := w.Browser()
	set := w.Phone(pin).Activate(thief.SignIn(ada).Text("#activation-code"))
	ada.SetUp(pin)
	thief.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	thief.Post("/phones/activation", nil)
	if err := set.Wait(t.Context()); err == nil {
		t.Error("the thief's phone is set up")
	}
	if all := must(w.Devices.Devices(t.Context(), ada.ID)); len(all) != 1 || all[0].ID != deviceOf(ada) {
		t.Errorf("phones: %+v", all)
	}
	if page := thief.Get("/phones/activation"); page.Has("#activation-code") {
		t.Error("the thief has a code")
	}
}

// A29: what the device API says of a code that nobody has, one that is used, one
// that was replaced and one whose account is stopped is the same but for its
// reference.
func TestA29CodesLookAlike(t *testing.T) {
	w := keyturntest.Start(t)
	used, replaced, stopped := w.Person("ada"), w.Person("ben"), w.Person("eve")
	codes := map[string]keyturn.Code{"unknown": keyturn.NewCode()}
	for name, p := range map[string]*keyturntest.Person{"used": used, "replaced": replaced, "stopped": stopped} {
		codes[name] = must(keyturn.ParseCode(w.Origin, w.Browser().SignIn(p).Text("#activation-code")))
	}
	w.Phone(pin).Activate(codes["used"].String())
	w.Browser().SignIn(replaced)
	if err := w.Store.SetAccountState(t.Context(), stopped.ID, account.Disabled, audit.Event{At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	for name, code := range codes {
		for path, body := range map[string][]byte{
			"/v1/activations/look":   encoded(t, keyturn.Look{Code: code}),
			"/v1/activations/redeem": encoded(t, redeems(w.Origin, code)),
		} {
			status, answer := parcel{path: path, body: body}.send(t, w.Client(), w.Origin)
			same := http.StatusText(status) + " " + ofReference.ReplaceAllString(string(answer), "REF")
			said[same] = append(said[same], name+" at "+path)
		}
	}
	if len(said) != 1 {
		t.Errorf("different answers: %v", said)
	}
}

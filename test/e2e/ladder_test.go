package e2e

import (
	"strings"
	"testing"

	"keyturn/internal/demo"
	"keyturn/test/browser"
)

// waitsFor signs in and goes to a rung of the ladder.
func (p *person) waitsFor(rung, shown string) {
	p.t.Helper()
	p.signOut()
	p.signIn(mei)
	p.portal.Sees("#wait")
	p.portal.Tap(rung)
	p.portal.Sees(shown)
}

// link is what the portal's QR code holds.
func (p *person) link() string {
	p.t.Helper()
	return browser.Eval[string](&p.portal.Window, `document.querySelector("#signin-qr").dataset.link`)
}

// The camera of the app reads the portal's QR code: nothing is typed but the PIN,
// and the browser is known afterwards.
func TestQRSignIn(t *testing.T) {
	for _, tt := range []struct {
		lang    string
		android bool
		name    string // of the phone
	}{{"en", true, "confirm.phone.android"}, {"zh-Hans", false, "confirm.phone.iphone"}} {
		t.Run(tt.lang, func(t *testing.T) {
			p := newWorld(t, nil).newPerson(tt.lang, tt.android)
			p.activated(mei, false)
			p.waitsFor("wait.qr", "#signin-qr")
			p.scan("home.scan")
			p.phone.Sees("scanned.title")
			p.phone.Sees("scanned.only")
			p.phone.Misses("#number")
			p.portal.Reads(p.portal.Word("qr.scanned", "phone", p.phone.Word(tt.name)))
			p.phone.Tap("scanned.go")
			if tt.android {
				p.phone.Type("#pin", pin)
				p.phone.Tap("scanned.go")
			}
			p.proven(mei, "urn:keyturn:aal2")
			p.phone.Tap("answered.done")
			p.signOut()
			p.signIn(mei)
			p.portal.Sees("#wait")
			if number := p.number(); number != "" {
				t.Errorf("the browser isn't known: it shows %s", number)
			}
		})
	}
}

// Opened as a link, also while the app is open, the code only selects the request:
// the number is asked, or whoever sends the link would have carried it.
func TestA83LinkAsksForTheNumber(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.waitsFor("wait.qr", "#signin-qr")
	for _, open := range []func(){
		func() { p.phone.Open("about:blank"); p.phone.Open(p.link()) }, // it wasn't open
		func() {
			p.phone.Open(p.origin + "/p/")
			p.phone.Sees("[data-screen]")
			browser.Eval[bool](&p.phone.Window, `(location.hash = "`+p.link()[strings.Index(p.link(), "#"):]+`") !== ""`)
		},
	} {
		open()
		p.phone.Sees("request.num")
		p.phone.Misses("scanned.title")
		if address := browser.Eval[string](&p.phone.Window, `location.href`); strings.Contains(address, "#") {
			t.Errorf("the secret stays in the address: %s", address)
		}
	}
	p.phone.Tap("request.approve")
	p.phone.Sees("[data-screen=request]") // nothing is sent without it
	p.portal.Tap("page.back")
	p.portal.Sees("#number")
	p.phone.Type("#number", p.number())
	p.phone.Tap("request.approve")
	p.unlock(pin)
	p.proven(mei, "urn:keyturn:aal2")
}

// The code of an account that isn't on this phone: the phone says so, and the
// request goes on waiting.
func TestA51CodeOfAnotherAccount(t *testing.T) {
	w := newWorld(t, nil)
	p, other := w.newPerson("en", true), w.newPerson("en", true)
	p.activated(mei, false)
	other.activated(demo.People()[1], false)
	p.waitsFor("wait.qr", "#signin-qr")
	other.portal = p.portal // that is what the camera sees
	other.scan("home.scan")
	other.phone.Sees("[data-outcome=missing]")
	p.portal.Reads(p.portal.Word("qr.waiting"))
}

// A code whose place a newer one has taken carries nothing.
func TestStaleQRCode(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.waitsFor("wait.qr", "#signin-qr")
	p.scan("home.scan")
	p.phone.Sees("scanned.title")
	p.portal.Tap("qr.renew")
	p.portal.Reads(p.portal.Word("qr.waiting"))
	p.phone.Tap("scanned.go")
	p.phone.Type("#pin", pin)
	p.phone.Tap("scanned.go")
	p.phone.Sees("[data-outcome=stale]")
	p.portal.Reads(p.portal.Word("wait.wrongqr", "count", 2))
	p.scan("answered.scan")
	p.phone.Sees("scanned.title")
	p.phone.Tap("scanned.go")
	p.phone.Type("#pin", pin)
	p.phone.Tap("scanned.go")
	p.proven(mei, "urn:keyturn:aal2")
}

// The phone has no network since the app was started: its response signs in. A
// wrong PIN gives a wrong response, and nothing on the phone tells.
func TestOfflineResponse(t *testing.T) {
	for _, tt := range []struct {
		lang    string
		android bool
	}{{"en", true}, {"zh-Hans", false}} {
		t.Run(tt.lang, func(t *testing.T) {
			p := newWorld(t, nil).newPerson(tt.lang, tt.android)
			p.activated(mei, false)
			p.startsOffline()
			p.waitsFor("wait.chal", "#challenge")
			p.phone.Tap("home.chal")
			p.challenged("00000016")
			p.phone.Reads(p.phone.Word("error.challenge_form"))
			challenge := p.portal.Text("#challenge")
			if tt.android {
				wrong := p.responds(challenge, "9Xw3")
				p.portal.Type("#response", wrong)
				p.portal.Tap("challenge.go")
				p.portal.Reads(p.portal.Word("challenge.compare.pin", "challenge", challenge))
			} else {
				p.phone.Recognizes(false)
				p.challenged(challenge)
				p.phone.Sees("[role=alert]")
				p.phone.Misses("#response")
				p.phone.Recognizes(true)
			}
			p.portal.Type("#response", p.responds(challenge, pin))
			p.portal.Tap("challenge.go")
			p.proven(mei, "urn:keyturn:aal2-offline")
		})
	}
}

// startsOffline ends the app and starts it again without a network.
func (p *person) startsOffline() {
	p.t.Helper()
	browser.Eval[bool](&p.phone.Window, `(async () => { // the worker keeps every screen once there is an account
	  while (!await caches.match("view/respond.js")) await new Promise((go) => setTimeout(go, 50));
	  return true; })()`)
	p.phone.Open("about:blank")
	p.phone.Restart()
	p.phone.Offline(true)
	p.phone.Open(p.origin + "/p/")
	p.phone.Sees("[data-screen=home]")
	p.phone.Sees("page.offline")
}

func (p *person) challenged(challenge string) {
	p.t.Helper()
	p.phone.Type("#challenge", challenge)
	p.phone.Tap("respond.get")
}

// responds is what the phone shows for a challenge code.
func (p *person) responds(challenge, pin string) string {
	p.t.Helper()
	p.challenged(challenge)
	if p.android {
		p.phone.Type("#pin", pin)
		p.phone.Tap("respond.get")
	}
	p.phone.Sees("#response")
	return p.phone.Text("#response")
}

// A response goes away by itself after five minutes, when the app leaves the front,
// and when its screen is left.
func TestResponseGoesAway(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.phone.BeforeEachPage(`{ const later = setTimeout; // five minutes are over when the test says so
	  window.setTimeout = (f, ms, ...more) => ms === 300000 ? (window.pass = () => f(...more), 0) : later(f, ms, ...more); }`)
	p.phone.Reload()
	p.phone.Tap("home.chal")
	p.responds("4829 1736", pin)
	browser.Eval[bool](&p.phone.Window, `(pass(), true)`)
	p.phone.Misses("#response")
	p.responds("4829 1736", pin)
	browser.Eval[bool](&p.phone.Window, `(Object.defineProperty(document, "hidden", {value: true, configurable: true}),
	  document.dispatchEvent(new Event("visibilitychange")), delete document.hidden)`)
	p.phone.Misses("#response")
	p.responds("4829 1736", pin)
	p.phone.Tap("page.back")
	p.phone.Sees("[data-screen=home]")
	p.phone.Tap("home.chal")
	p.phone.Sees("#challenge")
	if typed := browser.Eval[string](&p.phone.Window, `document.querySelector("#challenge").value`); typed != "" {
		t.Errorf("the challenge stays: %q", typed)
	}
	p.phone.Misses("#response")
}

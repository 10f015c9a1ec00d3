package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/demo"
	"keyturn/internal/keyturntest"
	"keyturn/internal/push/pushtest"
	"keyturn/test/browser"
)

// pin is that of every Android phone here.
const pin = "7Kq2"

// A world is a server with people, and a clock that can be moved.
type world struct {
	t      *testing.T
	origin string
	clock  *keyturntest.Clock // the server's: it stands still, so that nothing ends because a machine is slow
}

// newWorld starts a server on loopback; set changes its settings. Tests with one go on
// side by side: people, browsers and networks wait for each other.
func newWorld(t *testing.T, set func(*config.Config)) *world {
	t.Helper()
	t.Parallel()
	browser.Needed(t)
	w := &world{t: t, clock: keyturntest.NewClock()}
	d, err := demo.Open(t.Context(), demo.Options{Listen: "127.0.0.1:0", Set: set,
		Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("server: %v", err)
		}
	})
	w.origin = strings.TrimSuffix(d.Portal, "/")
	return w
}

// later moves the server's clock.
func (w *world) later(by time.Duration) { w.clock.Move(by) }

// A person sits at a desktop and has a phone.
type person struct {
	*world
	lang    string
	portal  *browser.Desktop
	phone   *browser.Phone
	android bool
	shade   *browser.Shade    // where the phone shows notifications; nil: nowhere
	pushed  *pushtest.Browser // what its browser is subscribed to; nil: nothing
}

// newPerson gives somebody a desktop and a phone with the app open, as far as it
// is there before the first activation. No pushes reach it.
func (w *world) newPerson(lang string, android bool) *person {
	w.t.Helper()
	p := &person{world: w, lang: lang, android: android, portal: browser.NewDesktop(w.t, lang), phone: browser.NewPhone(w.t, lang, w.origin, android)}
	p.opensApp()
	return p
}

// opensApp opens the app, which on an Android phone may be a tab.
func (p *person) opensApp() {
	p.t.Helper()
	p.phone.Open(p.origin + "/p/")
	if p.android {
		p.phone.Tap("land.and.skip")
	}
	p.phone.Sees("first.title")
}

// signIn gives name and password.
func (p *person) signIn(who demo.Person) {
	p.t.Helper()
	p.portal.Open(p.origin + "/")
	p.portal.Type("#name", who.Name)
	p.portal.Type("#password", who.Password)
	p.portal.Tap("signin.go")
}

// signOut ends the session.
func (p *person) signOut() {
	p.t.Helper()
	p.portal.Open(p.origin + "/")
	p.portal.Tap("#sign-out button")
	p.portal.Sees("#signin")
}

// scan points the phone's camera, which the person has allowed, at the portal's
// page and taps what turns it on.
func (p *person) scan(button string) {
	p.t.Helper()
	p.phone.Camera(p.portal.Shot())
	p.phone.Tap(button)
}

// enter brings the code of the portal's page to the phone and confirms whose it is.
func (p *person) enter(scanned bool, who demo.Person) {
	p.t.Helper()
	p.portal.Sees("#activation-qr")
	if scanned {
		p.scan("first.scan")
	} else {
		p.phone.Tap("first.type")
		p.phone.Type("#code", strings.ToLower(p.portal.Text("#activation-code")))
		p.phone.Tap("type.go")
	}
	p.confirm(who)
}

func (p *person) confirm(who demo.Person) {
	p.t.Helper()
	p.phone.Sees("confirm.title")
	p.phone.Reads(who.Name)
	p.portal.Reads(p.portal.Word("setup.opened"))
	p.phone.Tap("confirm.go")
}

// unlockNew chooses how the phone will be unlocked, and redeems the code.
func (p *person) unlockNew() {
	p.t.Helper()
	if !p.android {
		p.phone.Tap("unlock.phone.go")
		return
	}
	p.phone.Type("#pin", pin)
	p.phone.Type("#pin-again", pin)
	p.phone.Tap("unlock.go")
}

// check carries the check code from the phone to the portal.
func (p *person) check() {
	p.t.Helper()
	p.portal.Sees("#check-code")
	p.phone.Sees("#check-code")
	digits := browser.Eval[string](&p.phone.Window, `document.querySelector("#check-code").dataset.digits`)
	p.portal.Type("#code", digits)
	p.portal.Tap("check.go")
	p.portal.Sees(".outcome.ok")
}

// done closes the phone's last page and saves the recovery codes, which are shown once,
// later.
func (p *person) done() {
	p.t.Helper()
	p.phone.Sees("active.title")
	p.phone.Tap("active.done")
	p.phone.Sees("[data-screen=home]")
	p.portal.Tap("check.continue")
	p.portal.Sees("recovery.title")
	if codes := browser.Eval[int](&p.portal.Window, `document.querySelectorAll("#codes .code").length`); codes != 8 {
		p.t.Errorf("%d recovery codes", codes)
	}
	p.portal.Tap("recovery.later")
	p.portal.At("/")
	p.portal.Open(p.origin + "/recovery-codes")
	p.portal.Reads(p.portal.Word("recovery.gone"))
	p.portal.Misses("#codes")
}

// activated sets the phone up for somebody, from the password to the end.
func (p *person) activated(who demo.Person, scanned bool) {
	p.t.Helper()
	p.signIn(who)
	p.enter(scanned, who)
	p.unlockNew()
	p.check()
	p.done()
}

// approve answers the request that waits on the phone with approve; the number is
// carried if the portal shows one.
func (p *person) approve() {
	p.t.Helper()
	p.review()
	p.answer()
}

// answer approves the request on the phone's screen.
func (p *person) answer() {
	p.t.Helper()
	if number := p.number(); number != "" {
		p.phone.Type("#number", number)
	}
	p.phone.Tap("request.approve")
	p.unlock(pin)
}

// review opens the request that has come in on the phone, whose app is in front.
func (p *person) review() {
	p.t.Helper()
	p.portal.At("/sign-in/wait")
	p.phone.Tap("home.review")
	p.phone.Sees("[data-screen=request]")
}

// number is what the waiting page shows, or nothing.
func (p *person) number() string {
	p.t.Helper()
	return browser.Eval[string](&p.portal.Window, `document.querySelector("#number")?.textContent ?? ""`)
}

// unlock types the PIN; an iPhone has asked its own way already.
func (p *person) unlock(pin string) {
	p.t.Helper()
	if p.android {
		p.phone.Type("#pin", pin)
		p.phone.Tap("request.approve")
	}
}

// proven waits until the portal says that somebody is signed in, and how.
func (p *person) proven(who demo.Person, acr string) {
	p.t.Helper()
	p.portal.Sees(`body[data-account="` + who.Name + `"][data-proven="` + acr + `"]`)
}

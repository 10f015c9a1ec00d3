package e2e

import (
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/demo"
	"keyturn/internal/keyturntest"
	"keyturn/internal/push/pushtest"
	"keyturn/locale"
	"keyturn/test/browser"
)

// flows are the cells of "first or further account, scanned or typed, on an
// iPhone or an Android phone".
var flows = []struct {
	name    string
	android bool
	further bool
	scanned bool
}{
	{"A1", false, false, true},
	{"A2", false, false, false},
	{"A3", true, false, true},
	{"A4", true, false, false},
	{"B1", false, true, true},
	{"B2", false, true, false},
	{"B3", true, true, true},
	{"B4", true, true, false},
}

// A phone becomes the second factor of an account. The first one begins where a phone
// without Keyturn begins: at the page that says how to install it, with what the
// phone's own camera read or with an address typed. A notification that is pushed
// brings the next sign-in to the phone, and in a known browser the one after needs no
// number. The portal goes on by itself, shows recovery codes once, and nothing on
// either screen is in another language.
func TestFlow(t *testing.T) {
	for _, f := range flows {
		for _, lang := range locale.Languages() {
			t.Run(f.name+"/"+lang, func(t *testing.T) {
				p := newReached(t, lang, f.android)
				who := demo.People()[0]
				if f.further {
					p.opensApp()
					p.signIn(who)
					p.enter(f.scanned, who)
				} else {
					p.signIn(who)
					p.installs(f.scanned)
					p.enterInstalled(f.scanned, who)
				}
				p.unlockNew()
				p.check()
				p.turnsOn()
				p.keeps(&p.phone.Window, 1)
				p.done()
				p.reached(who)
				if f.further {
					other := demo.People()[1]
					p.signOut()
					p.phone.Reload() // with its subscription, which a page that opened by itself doesn't have
					p.adds(other, f.scanned)
					p.reached(other)
					p.signsInKnown(who)
				}
			})
		}
	}
}

// newReached gives somebody a phone that pushes reach, and on which nothing is
// installed.
func newReached(t *testing.T, lang string, android bool) *person {
	t.Helper()
	service := pushtest.Start(t)
	w := newWorld(t, func(c *config.Config) {
		c.Push.Contact, c.Push.Hosts = "mailto:it@example.com", []string{service.URL}
	})
	service.At(w.clock.Now)
	shade := browser.NewShade(t)
	p := &person{world: w, lang: lang, android: android, portal: browser.NewDesktop(t, lang),
		phone: browser.NewPhone(t, lang, w.origin, android, shade.Under()), shade: shade, pushed: service.Subscribe()}
	p.phone.Asks()
	p.phone.Subscribes(subscription(p.pushed))
	p.portal.OneLanguage()
	p.phone.OneLanguage()
	return p
}

// installs brings a phone without Keyturn from the portal's page to the app.
func (p *person) installs(scanned bool) {
	p.t.Helper()
	code := p.portal.Text("#activation-code")
	host := p.portal.Text("#setup .type strong")
	p.portal.Reads(p.portal.Word("setup.open", "host", host))
	address := "http://" + host + "/p/" // on loopback
	if scanned {
		address = browser.SystemCamera(p.t, p.portal.Shot())
	}
	if !p.android {
		tab := p.phone.Tab()
		tab.Open(address)
		tab.Sees("land.ios.title")
		if scanned {
			tab.Sees("land.ios.4")
			tab.Reads(code)
		}
		p.keeps(tab, 0)
		tab.Open("about:blank")
		p.opensApp()
		return
	}
	p.phone.Open(address)
	if scanned {
		p.phone.Reads(code)
	}
	p.phone.Install("land.and.go")
	p.phone.Sees("first.title")
}

// keeps checks how many keys the browser of a page keeps.
func (p *person) keeps(w *browser.Window, keys int) {
	p.t.Helper()
	if got := browser.Eval[int](w, `(async () => {
	  const open = indexedDB.open("keyturn");
	  const kept = await new Promise((go) => (open.onsuccess = () => go(open.result)));
	  const all = kept.transaction("devices").objectStore("devices").count();
	  await new Promise((go) => (all.onsuccess = go));
	  kept.close();
	  return all.result; })()`); got != keys {
		p.t.Errorf("%d keys are kept, not %d", got, keys)
	}
}

// enterInstalled brings the code to the app that was just installed. On Android the app
// has the one that the browser opened; an iPhone keeps the two apart.
func (p *person) enterInstalled(scanned bool, who demo.Person) {
	p.t.Helper()
	if !scanned || !p.android {
		p.enter(scanned, who)
		return
	}
	p.phone.Tap("first.continue")
	p.confirm(who)
}

// turnsOn allows notifications; the test is pushed, arrives and is shown.
func (p *person) turnsOn() {
	p.t.Helper()
	p.phone.Sees("[data-screen=notify]")
	if asked := p.phone.Asked(); len(asked) > 0 {
		p.t.Errorf("asked for notifications %s before anybody wanted them", asked)
	}
	p.phone.Tap("notify.on")
	p.phone.Allow("notifications", true)
	p.carried()
	p.phone.Sees("active.notif.on")
}

// carried is the notification that the next push shows on the phone.
func (p *person) carried() browser.Notification {
	p.t.Helper()
	push := p.pushed.Next()
	if push.Text != keyturntest.PushSays(p.origin, p.lang) {
		p.t.Errorf("pushed: %s", push.Text)
	}
	p.phone.Push(push.Text)
	return shown(p.t, p.shade, p.lang)
}

// reached signs in twice. At first the app isn't on screen and a notification is
// tapped; then it is, and the browser is known.
func (p *person) reached(who demo.Person) {
	p.t.Helper()
	p.signOut()
	p.phone.Close()
	p.later(time.Minute) // pushes have their pace, spec §13.4
	p.signIn(who)
	p.portal.Sees("#number")
	p.carried().Tap()
	p.phone.Opened()
	p.phone.Sees("[data-screen=request]")
	p.phone.Reads(who.Name)
	p.answer()
	p.wentOn(who, "urn:keyturn:aal2")
	p.phone.Tap("answered.done")
	p.signsInKnown(who)
}

// adds sets the phone up for a further account, with the unlock that it has. Nobody is
// asked about notifications again.
func (p *person) adds(who demo.Person, scanned bool) {
	p.t.Helper()
	p.signIn(who)
	p.portal.Sees("#activation-qr")
	p.phone.Tap("home.add")
	if scanned {
		p.scan("home.add.scan")
	} else {
		p.phone.Tap("home.add.type")
		p.phone.Type("#code", p.origin+"/p/#"+p.portal.Text("#activation-code"))
		p.phone.Tap("type.go")
	}
	p.confirm(who)
	if p.android {
		p.phone.Sees("unlock.existing.title")
		p.phone.Type("#pin", pin)
		p.phone.Tap("unlock.go")
	} else {
		p.phone.Tap("unlock.phone.go")
	}
	p.check()
	p.phone.Sees("active.title")
	p.done()
	p.phone.Reads(demo.People()[0].Name)
	p.phone.Reads(demo.People()[1].Name)
}

// signsIn signs in twice: the browser is new, then known.
func (p *person) signsIn(who demo.Person) {
	p.t.Helper()
	p.signOut()
	p.signIn(who)
	p.portal.Sees("#number")
	p.approve()
	p.wentOn(who, "urn:keyturn:aal2")
	p.phone.Tap("answered.done")
	p.signsInKnown(who)
}

// signsInKnown signs in with a browser that the account has had.
func (p *person) signsInKnown(who demo.Person) {
	p.t.Helper()
	p.phone.Sees("[data-screen=home]")
	p.signOut()
	p.signIn(who)
	p.portal.Sees("#wait")
	if number := p.number(); number != "" {
		p.t.Fatalf("the browser isn't known: it shows %s", number)
	}
	p.approve()
	p.wentOn(who, "urn:keyturn:aal2-known")
	p.phone.Tap("answered.done")
	p.phone.Sees("[data-screen=home]")
}

// wentOn waits until the portal has gone on by itself.
func (p *person) wentOn(who demo.Person, acr string) {
	p.t.Helper()
	p.proven(who, acr)
	p.phone.Sees("[data-screen=answered]")
}

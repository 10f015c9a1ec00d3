package e2e

import (
	"slices"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/locale"
	"keyturn/test/browser"
)

// escape is the key that leaves a sheet.
const escape = "\x1b"

// Every flow by keyboard alone, on the desktop and on the phone, and after A3 the next
// sign-in: each stop shows a ring, Enter sends what was filled in, Esc leaves a sheet and
// decides nothing, and the focus is where the screen's job is: its heading, or its one
// field.
func TestKeyboard(t *testing.T) {
	langs := locale.Languages()
	for i, f := range flows {
		lang := langs[(i+1)%len(langs)] // one after the other
		t.Run(f.name+"/"+lang, func(t *testing.T) {
			w := newWorld(t, nil)
			p := &person{world: w, lang: lang, android: f.android, portal: browser.NewDesktop(t, lang), phone: browser.NewPhone(t, lang, w.origin, f.android)}
			p.portal.OneLanguage()
			p.phone.OneLanguage()
			p.portal.BeforeEachPage(ownTime)
			who := demo.People()[0]
			if f.further {
				p.opensApp()
				p.activated(who, false)
				p.signOut()
				who = demo.People()[1]
			}
			p.typesPassword(who)
			p.bringsByKeys(f.further, f.scanned)
			p.finishesByKeys(f.further)
			if f.name == "A3" {
				p.portal.Go("#sign-out button")
				p.portal.Sees("#signin")
				p.typesPassword(who)
				p.approvesByKeys()
				p.proven(who, "urn:keyturn:aal2")
			}
		})
	}
}

// typesPassword is D1, whose job is its fields.
func (p *person) typesPassword(who demo.Person) {
	p.t.Helper()
	p.portal.Open(p.origin + "/")
	p.portal.Focused("#name")
	p.portal.Press(who.Name)
	p.portal.Reach("#password")
	p.portal.Press(who.Password + "\r")
}

// bringsByKeys brings the code of the portal's page to the phone.
func (p *person) bringsByKeys(further, scanned bool) {
	p.t.Helper()
	p.portal.Sees("#activation-qr")
	p.portal.Focused("h1")
	p.portal.Go("#enlarge")
	p.portal.Sees("#large svg")
	p.portal.Press(escape)
	p.portal.Misses("#large svg")
	p.portal.Focused("#enlarge")

	begin := "first"
	if further {
		begin = "home.add"
		p.phone.Go(begin)
		p.phone.Focused("dialog h2")
	} else {
		p.phone.Open(p.origin + "/p/")
		if p.android {
			p.phone.Go("land.and.skip")
		}
		p.phone.Sees("first.title")
		p.phone.Focused("h1")
	}
	if scanned {
		p.portal.Screen(1280, 800, 1, true) // the QR code is black on white in the dark too
		p.phone.Camera(p.portal.Shot())
		p.phone.Go(begin + ".scan")
	} else {
		p.phone.Go(begin + ".type")
		p.phone.Focused("#code")
		p.phone.Press(p.portal.Text("#activation-code") + "\r")
	}
	p.phone.Sees("confirm.title")
	p.phone.Focused("h1")
	p.portal.Reads(p.portal.Word("setup.opened"))
	p.portal.Focused("#enlarge") // news moves no focus
	p.phone.Go("confirm.go")
}

// finishesByKeys is everything from the unlock to the security page.
func (p *person) finishesByKeys(further bool) {
	p.t.Helper()
	switch {
	case !p.android:
		p.phone.Go("unlock.phone.go")
	case further:
		p.phone.Sees("unlock.existing.title")
		p.phone.Reach("#pin")
		p.phone.Press(pin + "\r")
	default:
		p.phone.Reach("#pin")
		p.phone.Press(pin)
		p.phone.Reach("#pin-again")
		p.phone.Press(pin + "\r")
	}
	p.phone.Sees("#check-code")
	p.phone.Focused("h1")
	p.portal.Sees("#check-code")
	p.portal.Focused("#code")
	p.portal.Press(browser.Eval[string](&p.phone.Window, `document.querySelector("#check-code").dataset.digits`) + "\r")
	p.portal.Sees(".outcome.ok")
	p.portal.Focused("h1")
	p.phone.Sees("active.title")
	p.phone.Go("active.done")
	p.phone.Sees("[data-screen=home]")
	p.portal.Go("check.continue")
	p.portal.Sees("recovery.title")
	p.portal.Focused("h1")
	p.portal.Go("recovery.later")
	p.portal.At("/")
}

// approvesByKeys is the request on both screens: more time with one key, Deny looked
// at and left, number and PIN.
func (p *person) approvesByKeys() {
	p.t.Helper()
	p.portal.At("/sign-in/wait")
	p.portal.Focused("h1")
	p.counts()
	p.later(95 * time.Second)
	p.portal.Reload()
	p.portal.Go("wait.more")
	p.portal.Misses("wait.more")

	p.phone.Go("home.review")
	p.phone.Sees("[data-screen=request]")
	p.phone.Focused("h1")
	p.phone.Press(escape)
	p.phone.Go("request.deny")
	p.phone.Focused("dialog h2")
	p.phone.Press(escape)
	p.phone.Misses("dialog h2")
	p.phone.Focused(`[data-t="request.deny"]`)
	p.phone.Reach("#number")
	p.phone.Press(p.number() + "\r")
	p.phone.Sees("#pin")
	p.phone.Focused("#pin")
	p.phone.Misses("[data-guard=on]")
	p.phone.Press(pin + "\r")
	p.phone.Go("answered.done")
	p.phone.Sees("[data-screen=home]")
}

// ownTime gives a page a clock and an interval that only a test moves on.
const ownTime = `(() => { const now = Date.now, ticks = []; let ahead = 0;
  Date.now = () => now() + ahead;
  window.setInterval = (tick) => ticks.push(tick);
  window.second = () => { ahead += 1000; for (const tick of ticks) tick(); }; })()`

// counts lets the waiting page's time run out and counts what is read out on the
// way: once at 30 seconds and once at 10, not each second.
func (p *person) counts() {
	p.t.Helper()
	heard := browser.Eval[[]string](&p.portal.Window, `(() => {
	  const live = () => [...document.querySelectorAll("[role=status], [role=alert], [aria-live]:not([aria-live=off])")].map((e) => e.textContent.trim()).join("|");
	  const heard = [];
	  for (let i = 0, before = live(); i < 115; i++) {
	    second();
	    if (live() !== before) heard.push(document.querySelector("#call").textContent);
	    before = live();
	  }
	  return heard; })()`)
	if want := []string{p.portal.Word("wait.left", "count", 30), p.portal.Word("wait.left", "count", 10)}; !slices.Equal(heard, want) {
		p.t.Errorf("while the time runs out %q is read out, not %q", heard, want)
	}
}

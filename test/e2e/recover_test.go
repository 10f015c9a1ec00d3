package e2e

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/test/browser"
)

// activatedWithCodes sets the phone up, and returns the recovery codes that the person
// saves: one is typed back.
func (p *person) activatedWithCodes(who demo.Person) []string {
	p.t.Helper()
	p.signIn(who)
	p.enter(true, who)
	p.unlockNew()
	p.check()
	p.phone.Tap("active.done")
	p.phone.Sees("[data-screen=home]")
	p.portal.Tap("check.continue")
	p.portal.Sees("#codes")
	codes := strings.Fields(browser.Eval[string](&p.portal.Window, `[...document.querySelectorAll("#codes .code")].map((el) => el.textContent).join(" ")`))
	if len(codes) != 8 {
		p.t.Fatalf("codes %q", codes)
	}
	p.portal.Type("#code", codes[0])
	p.portal.Tap("recovery.finish")
	p.portal.Reads(p.portal.Word("recovery.checkerr", "number", 4))
	p.portal.Type("#code", strings.ToLower(codes[3]))
	p.portal.Tap("recovery.finish")
	p.portal.At("/")
	return codes
}

// comesBack signs in with a recovery code and names the lost phone, as far as the code
// for the new one.
func (p *person) comesBack(who demo.Person, code string) {
	p.t.Helper()
	p.signIn(who)
	p.portal.Sees("#wait")
	p.portal.Tap("#recovery")
	p.spends(code)
}

// spends types a recovery code, and goes on to the code of a phone's set-up.
func (p *person) spends(code string) {
	p.t.Helper()
	p.portal.Sees("entercode.title")
	p.portal.Type("#code", code)
	p.portal.Tap("entercode.go")
	p.portal.Sees("#which")
	p.portal.Reads(p.portal.Word("entercode.done", "count", 7))
	p.portal.Tap("#which button")
	p.portal.Sees("#activation-qr")
}

// takesOver sets the phone up with the code on the portal's page, in the place of
// another one.
func (p *person) takesOver(who demo.Person, button, old string) {
	p.t.Helper()
	p.scan(button)
	p.phone.Sees("confirm.title")
	p.phone.Reads(p.phone.Word("confirm.move", "old", old))
	p.phone.Tap("confirm.go")
	p.unlockNew()
	p.portal.Sees("#check-code")
	p.phone.Sees("#check-code")
	digits := browser.Eval[string](&p.phone.Window, `document.querySelector("#check-code").dataset.digits`)
	p.portal.Type("#code", digits)
	p.portal.Tap("check.go")
	p.portal.Sees(".outcome.ok")
	p.phone.Sees("active.title")
	p.phone.Reads(p.phone.Word("active.replaced", "old", old))
}

// allows approves a change on the phone, which has a word of its own for that.
func (p *person) allows() {
	p.t.Helper()
	p.review()
	if number := p.number(); number != "" {
		p.phone.Type("#number", number)
	}
	p.phone.Tap("request.approve.other")
	if p.android {
		p.phone.Type("#pin", pin)
		p.phone.Tap("request.approve.other")
	}
}

// newPhone gives the person another phone with the app open; the old one is
// returned.
func (p *person) newPhone(android bool) *browser.Phone {
	p.t.Helper()
	old := p.phone
	p.android, p.phone = android, browser.NewPhone(p.t, p.lang, p.origin, android)
	p.opensApp()
	return old
}

// C3, same phone: its storage was wiped. The app says what to do, and for a day the
// phone approves sign-ins and nothing else.
func TestC3RecoverSamePhone(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.portal.OneLanguage()
	p.phone.OneLanguage()
	codes := p.activatedWithCodes(mei)
	name := p.phoneName()
	p.signOut()
	// Site data deleted: keys and words are gone, the app is loaded again.
	browser.Eval[bool](&p.phone.Window, `(async () => {
	  const gone = indexedDB.deleteDatabase("keyturn");
	  await new Promise((go) => (gone.onsuccess = gone.onblocked = go));
	  return true; })()`)
	p.phone.Reload()
	p.phone.Tap("land.and.skip")
	p.phone.Tap("first.before")
	p.phone.Sees("recover.title")
	p.comesBack(mei, codes[0])
	p.takesOver(mei, "recover.scan", name)
	p.phone.Sees("active.first24")
	p.portal.Tap("check.continue")
	p.portal.Sees("[data-proven='urn:keyturn:recovery']")
	p.phone.Tap("active.done")
	p.signsIn(mei)
	p.portal.Tap("codes.new")
	p.portal.Sees("outcome.probation.title")
	p.later(24 * time.Hour) // the session is over by then
	p.signIn(mei)
	p.approve()
	p.portal.Sees("body[data-account]")
	p.phone.Tap("answered.done")
	p.portal.Tap("codes.new")
	p.portal.Sees("#wait")
	p.allows()
	p.portal.Sees("#next")
	p.portal.Tap("recovery.make")
	p.portal.Sees("#codes")
}

// C3, another phone, in Chinese, on an iPhone: the lost one is paused and says so.
func TestC3RecoverOtherPhone(t *testing.T) {
	p := newWorld(t, nil).newPerson("zh-Hans", true)
	p.portal.OneLanguage()
	codes := p.activatedWithCodes(mei)
	name := p.phoneName()
	p.signOut()
	old := p.newPhone(false)
	p.phone.OneLanguage()
	p.comesBack(mei, codes[5])
	p.takesOver(mei, "first.scan", name)
	p.phone.Sees("active.first24")
	p.phone.Tap("active.done")
	p.portal.Tap("check.continue")
	p.portal.At("/")
	old.Tap("home.account.suspended")
	old.Sees("[data-screen=gone][data-kind=lost]")
	p.signsIn(mei)
	p.later(24 * time.Hour)
	old.Sees("[data-screen=gone][data-kind=moved]")
	old.Tap("gone.remove")
	old.Sees("first.title")
}

// C4 with the old phone in hand, in Chinese: it works until the check code is right,
// and then says where the account went.
func TestC4Move(t *testing.T) {
	p := newWorld(t, nil).newPerson("zh-Hans", true)
	p.portal.OneLanguage()
	p.activated(mei, false)
	name := p.phoneName()
	p.portal.Open(p.origin + "/phones")
	p.portal.Tap("phones.move")
	p.portal.Sees("move.ask")
	p.portal.Tap("move.go")
	p.portal.Sees("#wait")
	p.portal.Reads(p.portal.Word("move.step.1"))
	p.allows()
	p.portal.Sees("#activation-qr")
	p.portal.Reads(p.portal.Word("move.step.2"))
	p.phone.Tap("answered.done")
	old := p.newPhone(true)
	p.takesOver(mei, "first.scan", name)
	p.portal.Reads(p.portal.Word("move.done", "old", name))
	p.portal.Tap("check.continue")
	p.phone.Tap("active.done")
	old.Tap("home.account.removed")
	old.Sees("[data-screen=gone][data-kind=moved]")
	old.Tap("gone.remove")
	old.Sees("first.title")
	p.signsIn(mei)
}

// C4 without the old phone: the portal says how, and a recovery code does it.
func TestC4MoveWithout(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", false)
	p.portal.OneLanguage()
	codes := p.activatedWithCodes(mei)
	name := p.phoneName()
	p.portal.Open(p.origin + "/phones")
	p.portal.Tap("phones.move")
	p.portal.Tap("#move input[value=no]")
	p.portal.Tap("move.go")
	p.portal.Sees("move.without.title")
	p.newPhone(true)
	p.portal.Type("#password", mei.Password)
	p.portal.Tap("signin.go")
	p.spends(codes[7])
	p.takesOver(mei, "first.scan", name)
	p.phone.Tap("active.done")
	p.signsIn(mei)
}

// an app that knows an account and has no key of it says so.
func TestKeysGone(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	browser.Eval[bool](&p.phone.Window, `(async () => {
	  const open = indexedDB.open("keyturn");
	  await new Promise((go) => (open.onsuccess = go));
	  const step = open.result.transaction("devices", "readwrite");
	  step.objectStore("devices").clear();
	  await new Promise((go) => (step.oncomplete = go));
	  open.result.close();
	  return true; })()`)
	p.phone.Reload()
	p.phone.Sees("recover.title")
	p.phone.Reads(p.phone.Word("recover.lost", "accounts", mei.Name))
}

// phoneName is what the phone was called at its set-up.
func (p *person) phoneName() string {
	p.t.Helper()
	key := "confirm.phone.iphone"
	if p.android {
		key = "confirm.phone.android"
	}
	return p.phone.Word(key)
}

package e2e

import (
	"testing"

	"keyturn/internal/demo"
	"keyturn/test/browser"
)

var mei = demo.People()[0]

// Who denies signs nobody in, and needs no unlock.
func TestDeny(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.signOut()
	p.signIn(mei)
	p.review()
	p.phone.Tap("request.deny")
	p.phone.Tap("request.deny.mind")
	p.phone.Sees("[data-outcome=denied]")
	p.portal.Sees(".outcome")
	p.portal.Reads(p.portal.Word("outcome.denied.title"))
	p.foundWhileRecovering()
}

// foundWhileRecovering denies no more: the phone turns up while a recovery code is
// looked for, and the page of the code goes on by itself.
func (p *person) foundWhileRecovering() {
	p.t.Helper()
	p.phone.Tap("answered.done")
	p.portal.Tap("outcome.denied.go")
	p.portal.Sees("#number")
	number := p.number()
	p.portal.Tap("#recovery")
	p.portal.Sees("#recover[data-request^=req_]")
	p.phone.Tap("home.review")
	p.phone.Type("#number", number)
	p.phone.Tap("request.approve")
	p.unlock(pin)
	p.proven(mei, "urn:keyturn:aal2")
}

// goesBack leaves the waiting page for the form before it, which keeps the name; the
// request ends.
func (p *person) goesBack() {
	p.t.Helper()
	p.portal.Awaits(`sessionStorage.getItem("keyturn.waiting") === document.querySelector("#wait")?.dataset.request`)
	browser.Eval[bool](&p.portal.Window, `(history.back(), true)`)
	p.portal.Sees("#signin[data-waiting^=req_]")
	if name := p.portal.Attr("#name", "value"); name != mei.Name {
		p.t.Errorf("the form has %q", name)
	}
	p.portal.Open(p.origin + "/sign-in/wait")
	p.portal.Reads(p.portal.Word("outcome.cancelled.title"))
}

// "It wasn't me" looks the same in the browser, which may be the attacker's.
func TestReport(t *testing.T) {
	p := newWorld(t, nil).newPerson("zh-Hans", true)
	p.activated(mei, false)
	p.signOut()
	p.signIn(mei)
	p.goesBack()
	p.signIn(mei)
	p.review()
	p.phone.Tap("request.deny")
	p.phone.Tap("request.deny.notme")
	p.phone.Sees("[data-outcome=reported]")
	p.portal.Reads(p.portal.Word("outcome.denied.title"))
}

// A wrong number, and a wrong PIN, are said with the tries left, and the right
// ones still work; the third wrong number ends the request on both screens.
func TestWrongNumberAndPIN(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.signOut()
	p.signIn(mei)
	p.portal.Sees("#number")
	number := p.number()
	wrong := "000000"
	if number == wrong {
		wrong = "000001"
	}
	p.review()
	for range 2 {
		p.phone.Type("#number", wrong)
		p.phone.Tap("request.approve")
		p.unlock(pin)
		p.phone.Sees("request.num") // the field is back
	}
	p.phone.Type("#number", number)
	p.phone.Tap("request.approve")
	p.unlock("wrong1")
	p.phone.Reads(p.phone.Word("request.unlock.wrong", "count", 4))
	p.unlock(pin)
	p.proven(mei, "urn:keyturn:aal2")

	p.signOut()
	p.phone.Tap("answered.done")
	fresh := browser.NewDesktop(t, "en") // a new browser: the number is asked again
	p.portal = fresh
	p.signIn(mei)
	p.portal.Sees("#number")
	if number := p.number(); number == wrong {
		wrong = "000002"
	}
	p.review()
	for range 3 {
		p.phone.Type("#number", wrong)
		p.phone.Tap("request.approve")
		p.unlock(pin)
	}
	p.phone.Sees("[data-screen=answered]")
	p.portal.Reads(p.portal.Word("outcome.number.title"))
}

// A code that another phone has used says by which in the portal; the person
// whose phone has no digits stops, and nothing is active. Attack A34.
func TestA34CodeUsedByAnotherPhone(t *testing.T) {
	w := newWorld(t, nil)
	p := w.newPerson("en", true)
	thief := w.newPerson("en", true)
	p.signIn(mei)
	p.portal.Sees("#activation-qr")
	code := p.portal.Text("#activation-code")
	thief.phone.Tap("first.type")
	thief.phone.Type("#code", code)
	thief.phone.Tap("type.go")
	thief.phone.Sees("confirm.title")
	thief.phone.Type("#phone-name", "Somebody's phone")
	thief.phone.Tap("confirm.go")
	thief.unlockNew()
	thief.phone.Sees("#check-code")

	p.portal.Sees("#check-code")
	p.portal.Reads("Somebody's phone")
	p.phone.Tap("first.type")
	p.phone.Type("#code", code)
	p.phone.Tap("type.go")
	p.phone.Reads(p.phone.Word("error.neutral"))
	p.portal.Tap("check.none")
	p.portal.Tap("check.none.stop")
	p.portal.Reads(p.portal.Word("setup.cancelled"))
	thief.phone.Sees("[data-screen=gone]")
}

// The app starts without a network from its service worker, and keeps its keys
// over a reload and a restart.
func TestOfflineStartAndKeptKeys(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	browser.Eval[bool](&p.phone.Window, `(async () => { // the worker keeps every screen once there is an account
	  while (!await caches.match("view/request.js")) await new Promise((go) => setTimeout(go, 50));
	  return true; })()`)
	p.phone.Reload()
	p.phone.Sees("[data-screen=home]")
	p.phone.Offline(true)
	p.phone.Reload()
	p.phone.Sees("[data-screen=home]")
	p.phone.Reads(mei.Name)
	p.phone.Sees("page.offline")
	p.phone.Offline(false)
	p.phone.Restart()
	p.phone.Open(p.origin + "/p/")
	p.phone.Sees("[data-screen=home]")
	p.signsIn(mei)
}

package e2e

import (
	"testing"

	"keyturn/internal/demo"
	"keyturn/locale"
	"keyturn/test/browser"
)

const next = "k7#Q"

// changePIN types the current and the new PIN in the app's settings.
func (p *person) changePIN(current, next string) {
	p.t.Helper()
	p.phone.Tap("page.menu")
	p.phone.Tap("settings.title")
	p.phone.Tap("pin.title")
	p.phone.Sees("[data-screen=pin]")
	p.typePINs(current, next)
}

func (p *person) typePINs(current, next string) {
	p.t.Helper()
	p.phone.Type("#pin-current", current)
	p.phone.Type("#pin", next)
	p.phone.Type("#pin-again", next)
	p.phone.Tap("pin.go")
}

// answers signs in and approves with that PIN.
func (p *person) answers(who demo.Person, pin string) {
	p.t.Helper()
	p.signOut()
	p.signIn(who)
	p.review()
	if number := p.number(); number != "" {
		p.phone.Type("#number", number)
	}
	p.phone.Tap("request.approve")
	p.unlock(pin)
}

// The PIN is changed for all accounts of the phone; a weak one and a wrong one say
// so, and the one of before is wrong afterwards.
func TestChangePIN(t *testing.T) {
	for _, lang := range locale.Languages() {
		t.Run(lang, func(t *testing.T) {
			p := newWorld(t, nil).newPerson(lang, true)
			other := demo.People()[1]
			p.activated(mei, false)
			p.signOut()
			p.adds(other, false)
			p.changePIN("wrong1", "1234")
			p.phone.Reads(p.phone.Word("unlock.weak.row"))
			p.typePINs("wrong1", next)
			p.phone.Reads(p.phone.Word("request.unlock.wrong", "count", 4))
			p.phone.Type("#pin-current", pin)
			p.phone.Tap("pin.go")
			p.phone.Sees("[data-screen=home]")
			p.phone.Reads(p.phone.Word("pin.changed"))
			p.answers(mei, pin)
			p.phone.Reads(p.phone.Word("request.unlock.wrong", "count", 4))
			p.unlock(next)
			p.proven(mei, "urn:keyturn:aal2")
			p.phone.Tap("answered.done")
			p.answers(other, next)
			p.proven(other, "urn:keyturn:aal2")
		})
	}
}

// Without a network nothing is changed, and the screen says so.
func TestChangePINOffline(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.phone.Tap("page.menu")
	p.phone.Tap("settings.title")
	p.phone.Tap("pin.title")
	p.phone.Sees("[data-screen=pin]")
	p.phone.Offline(true)
	p.phone.Reads(p.phone.Word("pin.offline"))
	p.typePINs(pin, next)
	p.phone.Sees(`[role=alert] [data-t="pin.offline"]`)
	p.phone.Offline(false)
	p.phone.Misses(".strip") // and the fields stand where they will stay
	p.phone.Misses(".banner.warn")
	p.phone.Type("#pin-current", pin)
	p.phone.Tap("pin.go")
	p.phone.Reads(p.phone.Word("pin.changed"))
}

// The phone's browser is killed with the change on its way, before the server has it
// and after: at the next start the app says which PIN it is, and that one works.
func TestA56BrowserKilledInTheMiddle(t *testing.T) {
	for _, tt := range []struct {
		name, hook, says, works string
	}{
		{"before the server has it", "", "error.pin_kept", pin},
		{"after", "await send(input, init);", "pin.changed", next},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newWorld(t, nil).newPerson("en", true)
			p.activated(mei, false)
			browser.Eval[bool](&p.phone.Window, `(() => {
			  const send = fetch;
			  window.fetch = async (input, init) => {
			    if (!String(input).endsWith("/v1/pin/finish")) return send(input, init);
			    `+tt.hook+`
			    window.onItsWay = true;
			    return new Promise(() => {});
			  };
			  return true; })()`)
			p.changePIN(pin, next)
			browser.Eval[bool](&p.phone.Window, `(async () => {
			  while (!window.onItsWay) await new Promise((go) => setTimeout(go, 20));
			  return true; })()`)
			p.phone.Restart()
			p.phone.Open(p.origin + "/p/")
			p.phone.Sees("[data-screen=home]")
			p.phone.Reads(p.phone.Word(tt.says))
			p.answers(mei, tt.works)
			p.proven(mei, "urn:keyturn:aal2")
		})
	}
}

// All that the browser keeps is copied: keys that no script can take out go with the
// profile. Once both copies have answered, the phone is paused on both, and the person
// is told. Attack A16.
func TestA16CopiedBrowserStorage(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	thief := *p
	thief.portal, thief.phone = browser.NewDesktop(t, "en"), p.phone.Copy()
	for _, phone := range []*browser.Phone{p.phone, thief.phone} {
		phone.Open(p.origin + "/p/")
		phone.Sees("[data-screen=home]")
	}
	p.answers(mei, pin)
	p.proven(mei, "urn:keyturn:aal2")
	thief.signIn(mei)
	thief.review()
	thief.phone.Type("#number", thief.number())
	thief.phone.Tap("request.approve")
	thief.unlock(pin)
	thief.phone.Reads(thief.phone.Word("error.clone_suspected"))
	thief.portal.Sees("#wait")
	p.phone.Reload()
	p.phone.Sees("home.account.suspended")
	p.portal.Open(p.origin + "/phones")
	p.portal.Reads(p.portal.Word("phones.paused.clone"))
}

// Five wrong PINs in a row lock the phone, also where the PIN is changed.
func TestA52WrongPINsInAChange(t *testing.T) {
	p := newWorld(t, nil).newPerson("en", true)
	p.activated(mei, false)
	p.changePIN("wrong1", next)
	for left := 4; left > 0; left-- {
		p.phone.Reads(p.phone.Word("request.unlock.wrong", "count", left))
		p.phone.Type("#pin-current", "wrong1")
		p.phone.Tap("pin.go")
	}
	p.phone.Sees("[data-screen=locked]")
	p.phone.Reads(mei.Name)
}

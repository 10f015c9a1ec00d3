package e2e

import (
	"testing"
	"time"

	"keyturn"
	"keyturn/phone"
)

// What goes wrong on the way, once for each platform and way of entry: no notification
// comes, the code is over, another phone has used it, a newer one has replaced it, the
// camera is refused. Each time the phone says one sentence, the portal says why and has
// another code one click away, and the set-up ends as any other.
func TestFlowTrouble(t *testing.T) {
	for _, f := range []struct {
		flow, lang       string
		android, scanned bool
	}{{"A1", "en", false, true}, {"A2", "zh-Hans", false, false}, {"A3", "zh-Hans", true, true}, {"A4", "en", true, false}} {
		t.Run(f.flow+"/"+f.lang, func(t *testing.T) {
			p := newWorld(t, nil).newPerson(f.lang, f.android)
			p.portal.OneLanguage()
			p.phone.OneLanguage()
			p.signIn(mei)
			p.expired(f.scanned)
			p.used(f.scanned)
			p.replaced(f.scanned)
			if f.scanned {
				p.refusesCamera()
			}
			p.unlockNew()
			p.check()
			p.done()

			p.signOut()
			p.phone.Close()
			p.signIn(mei)
			p.portal.Reads(p.portal.Word("wait.nopush"))
			number := p.number()
			p.phone.Open(p.origin + "/p/") // is enough: the only request opens by itself
			p.phone.Sees("[data-screen=request]")
			p.phone.Type("#number", number)
			p.phone.Tap("request.approve")
			p.unlock(pin)
			p.proven(mei, "urn:keyturn:aal2")
		})
	}
}

// tries brings the code that the portal showed to the phone, which refuses it with a
// sentence that says nothing about it, and opens the app again.
func (p *person) tries(scanned bool, code string, shot []byte) {
	p.t.Helper()
	if scanned {
		p.phone.Camera(shot)
		p.phone.Tap("first.scan")
	} else {
		p.phone.Tap("first.type")
		p.phone.Type("#code", code)
		p.phone.Tap("type.go")
	}
	p.phone.Reads(p.phone.Word("error.neutral"))
	p.phone.Open(p.origin + "/p/")
	p.phone.Sees("first.title")
}

// shows is the code on the portal's page, and a picture of it.
func (p *person) shows() (code string, shot []byte) {
	p.t.Helper()
	p.portal.Sees("#activation-qr")
	return p.portal.Text("#activation-code"), p.portal.Shot()
}

// expired lets a code's ten minutes go by.
func (p *person) expired(scanned bool) {
	p.t.Helper()
	code, shot := p.shows()
	p.later(10*time.Minute + time.Second)
	p.tries(scanned, code, shot)
	p.portal.Reload()
	p.portal.Reads(p.portal.Word("setup.expired"))
	p.portal.Tap("setup.new")
	if again := p.portal.Text("#activation-code"); again == code {
		p.t.Fatal("the new code is the old one")
	}
}

// used has another phone take the code. Its person stops: no digits are on the phone.
func (p *person) used(scanned bool) {
	p.t.Helper()
	code, shot := p.shows()
	typed, err := keyturn.ParseCode(p.origin, code)
	if err != nil {
		p.t.Fatal(err)
	}
	other, err := phone.Open(p.origin, &phone.Memory{})
	if err != nil {
		p.t.Fatal(err)
	}
	set, err := other.Activate(p.t.Context(), typed, "Thief", pin)
	if err != nil {
		p.t.Fatal(err)
	}
	p.portal.Sees("#check-code")
	p.portal.Reads("Thief")
	p.tries(scanned, code, shot)
	p.portal.Tap("check.none")
	p.portal.Tap("check.none.stop")
	p.portal.Reads(p.portal.Word("setup.cancelled"))
	if err := set.Wait(p.t.Context()); err == nil {
		p.t.Fatal("the other phone is active")
	}
	p.portal.Tap("setup.new")
}

// replaced gets a newer code, tries the one before, and brings the newer one.
func (p *person) replaced(scanned bool) {
	p.t.Helper()
	code, shot := p.shows()
	p.portal.Tap("setup.new")
	p.portal.Awaits(`document.querySelector("#activation-code")?.textContent !== "` + code + `"`)
	p.tries(scanned, code, shot)
	p.portal.Reads(p.portal.Word("setup.older"))
	p.portal.Sees("#activation-qr")
	if !scanned {
		p.enter(false, mei)
	}
}

// refusesCamera says no to the camera, and types the code on the same screen.
func (p *person) refusesCamera() {
	p.t.Helper()
	p.phone.Allow("camera", false)
	p.phone.Tap("first.scan")
	p.phone.Tap("scan.on")
	p.phone.Sees("scan.denied")
	p.phone.Tap("scan.type")
	p.phone.Type("#code", p.portal.Text("#activation-code"))
	p.phone.Tap("type.go")
	p.confirm(mei)
}

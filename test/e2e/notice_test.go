package e2e

import (
	"strings"
	"testing"

	"keyturn"
	"keyturn/phone"
	"keyturn/test/browser"
)

// Somebody who knows the password and has a recovery code sets up a phone of their own.
// The person's phone, which is paused as the lost one, says so within a moment; the person
// says "It wasn't me" and unlocks, and the new phone is paused. Spec §12.3, §12.5.
func TestNoticeAndAlarm(t *testing.T) {
	for _, way := range []struct {
		lang    string
		android bool
	}{{"en", true}, {"zh-Hans", false}} {
		t.Run(way.lang, func(t *testing.T) {
			p := newWorld(t, nil).newPerson(way.lang, way.android)
			code := p.activatedWithCode()
			p.signOut()
			thief := p.recovers(code)

			p.phone.Sees(`[data-t="notice.phone_added"]`) // the app is in front: nobody touched it
			p.phone.Reads(strings.Split(p.phone.Word("notice.phone_added", "phone", "Thief", "time", "@"), "@")[0])
			p.phone.Tap("notice.no")
			p.phone.Sees("[data-screen=alarm]")
			p.phone.Tap("alarm.pause")
			if way.android {
				p.phone.Type("#pin", "wrong1")
				p.phone.Tap("alarm.pause")
				p.phone.Reads(p.phone.Word("request.unlock.wrong", "count", 4))
				p.phone.Type("#pin", pin)
				p.phone.Tap("alarm.pause")
			}
			p.phone.Reads(p.phone.Word("notice.raised"))
			p.phone.Misses(`[data-t="notice.phone_added"]`)
			p.phone.Tap("notice.yes") // the code that was used has a card of its own
			p.phone.Misses(".notice")
			if _, err := thief.Pending(t.Context()); err != nil {
				t.Fatal(err) // a paused phone is told its notices, and no requests
			}
			p.portal.Open(p.origin + "/")
			p.portal.Sees("#signin") // the session that the code opened has ended
		})
	}
}

// activatedWithCode is activated, and returns one of the recovery codes.
func (p *person) activatedWithCode() string {
	p.t.Helper()
	p.signIn(mei)
	p.enter(false, mei)
	p.unlockNew()
	p.check()
	p.phone.Tap("active.done")
	p.phone.Sees("[data-screen=home]")
	p.portal.Tap("check.continue")
	p.portal.Sees("recovery.title")
	code := browser.Eval[string](&p.portal.Window, `document.querySelector("#codes .code").textContent`)
	p.portal.Tap("recovery.later")
	p.portal.At("/")
	return code
}

// recovers signs in with a recovery code and sets up a phone without a screen.
func (p *person) recovers(code string) *phone.Phone {
	p.t.Helper()
	p.signIn(mei)
	p.portal.Sees("#wait")
	p.portal.Open(p.origin + "/sign-in/recovery")
	p.portal.Type("#recovery [name=code]", code)
	p.portal.Tap("#recovery button.main")
	p.portal.Sees("#which")
	p.portal.Tap("#which button.main")
	p.portal.Sees("#activation-qr")
	typed, err := keyturn.ParseCode(p.origin, p.portal.Text("#activation-code"))
	if err != nil {
		p.t.Fatal(err)
	}
	h, err := phone.Open(p.origin, &phone.Memory{})
	if err != nil {
		p.t.Fatal(err)
	}
	set, err := h.Activate(p.t.Context(), typed, "Thief", "9Xw3k")
	if err != nil {
		p.t.Fatal(err)
	}
	p.portal.Sees("#check-code")
	p.portal.Type("#code", set.Check)
	p.portal.Tap("check.go")
	if err := set.Wait(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	return h
}

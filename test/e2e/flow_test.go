package e2e

import (
	"testing"

	"keyturn/internal/demo"
	"keyturn/locale"
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

// A phone becomes the second factor of an account, and approves its next
// sign-ins: with the number in a new browser, without it in a known one. Nothing on
// either screen is in another language.
func TestFlow(t *testing.T) {
	for _, f := range flows {
		for _, lang := range locale.Languages() {
			t.Run(f.name+"/"+lang, func(t *testing.T) {
				t.Parallel() // people, browsers and networks wait for each other
				p := newWorld(t, nil).newPerson(lang, f.android)
				p.portal.OneLanguage()
				p.phone.OneLanguage()
				who := demo.People()[0]
				p.activated(who, f.scanned)
				if f.further {
					p.signOut()
					other := demo.People()[1]
					p.adds(other, f.scanned)
					p.signsIn(who)
					who = other
				}
				p.signsIn(who)
			})
		}
	}
}

// adds sets the phone up for a further account, with the unlock that it has.
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
	p.done()
	p.phone.Reads(demo.People()[0].Name)
	p.phone.Reads(demo.People()[1].Name)
}

// signsIn signs in twice: the browser is new, then known.
func (p *person) signsIn(who demo.Person) {
	p.t.Helper()
	for _, known := range []bool{false, true} {
		p.signOut()
		p.signIn(who)
		p.portal.Sees("#wait")
		if got := p.number() == ""; got != known {
			p.t.Fatalf("browser known %v, no number shown %v", known, got)
		}
		p.approve()
		if known {
			p.proven(who, "urn:keyturn:aal2-known")
		} else {
			p.proven(who, "urn:keyturn:aal2")
		}
		p.phone.Tap("answered.done")
		p.phone.Sees("[data-screen=home]")
	}
}

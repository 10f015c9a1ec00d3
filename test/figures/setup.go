package main

import (
	"net/url"
	"time"

	"keyturn/phone"
	"keyturn/test/browser"
)

// noForm is a script that sends a form although the browser finds it incomplete.
const noForm = `(document.querySelector("main form").noValidate = true)`

// signIn is D1 with its errors, and what a person meets who isn't signed in.
func signIn(s *stage) {
	s.desk.Open(s.origin + "/")
	s.take("signin")
	browser.Eval[bool](&s.desk.Window, noForm)
	s.desk.Tap("signin.go")
	s.reads("signin.missing")
	s.take("signin-missing")
	s.desk.Type("#name", mei.Name)
	s.desk.Type("#password", "demo-tea-30")
	s.desk.Tap("signin.go")
	s.reads("signin.err")
	s.desk.Tap("signin.help")
	s.take("signin-wrong")
	v := s.newVisitor()
	for range 5 {
		v.post("/sign-in", url.Values{"name": {mei.Name}, "password": {"demo-tea-30"}})
	}
	s.desk.Type("#password", "demo-tea-30")
	s.desk.Tap("signin.go")
	s.reads("signin.slow", "count", 15)
	s.take("signin-slow")
	s.desk.LoseCookies()
	s.desk.Type("#password", "demo-tea-30")
	s.desk.Tap("signin.go")
	s.reads("signin.cookies")
	s.take("signin-cookies")
	s.desk.Open(s.origin + "/nothing/here")
	s.take("error")
	s.desk.Open(s.origin + "/phones")
	s.take("outcome-gone")
}

// grace is how long the person of setUp may do without a phone.
const grace = 14 * 24 * time.Hour

// setUp is D2: the code, and the ways in which it ends. First come the days of grace
// in which nothing of it presses, then the set-up as it is without them.
func setUp(s *stage) {
	s.signIn()
	s.desk.Sees("#grace")
	s.take("home-grace")
	s.desk.Tap("security.setup")
	s.code()
	s.take("setup-grace")
	s.desk.Tap("setup.later")
	s.desk.Sees("#grace")
	s.later(grace - time.Hour)
	s.signIn()
	s.reads("security.grace.last")
	s.take("home-grace-last")
	s.later(time.Hour)
	s.signIn()
	code := s.code()
	s.take("setup-waiting")
	browser.Eval[bool](&s.desk.Window, settled) // else the size before may still be measured
	if over := browser.Eval[int64](&s.desk.Window, `document.documentElement.scrollHeight - innerHeight`); over > 0 {
		s.t.Fatalf("the set-up page is %d pixels longer than the screen", over)
	}
	s.enlarged()
	s.stays("#activation-qr svg", func() {
		must(s.newPhone().Look(s.t.Context(), code))(s.t)
		s.reads("setup.opened")
	})
	s.take("setup-opened")
	s.offline("setup.offline", "setup-offline")
	s.later(19*time.Minute + 15*time.Second)
	s.desk.Sees("#left")
	s.take("setup-ending")
	s.later(time.Minute)
	s.reads("setup.expired")
	s.take("setup-expired")
	s.desk.Tap("outcome.code.go")
	s.code()
	s.newVisitor().signIn()
	s.reads("setup.replaced")
	s.take("setup-replaced")
	s.desk.Tap("outcome.code.go")
	s.desk.Tap("setup.cancel")
	s.reads("setup.cancelled")
	s.take("setup-cancelled")
	s.desk.Tap("outcome.code.go")
	if _, err := s.phoneThatKeeps(noRoom{&phone.Memory{}}).Activate(s.t.Context(), s.code(), s.name("iPhone"), pin); err == nil {
		s.t.Fatal("the phone has kept its key")
	}
	s.reads("setup.storage", "phone", s.name("iPhone"))
	s.take("setup-storage")
	s.desk.Open(s.origin + "/")
	s.take("home-nophone")
	s.onPhone()
}

// stays has something happen that must leave a drawing alone: one that is drawn
// again flickers, and can't be scanned.
func (s *stage) stays(drawing string, happens func()) {
	s.t.Helper()
	browser.Eval[bool](&s.desk.Window, `(window.drawing = document.querySelector("`+drawing+`")) !== null`)
	before := browser.Eval[string](&s.desk.Window, `window.drawing.outerHTML`)
	happens()
	if !browser.Eval[bool](&s.desk.Window, `document.querySelector("`+drawing+`") === window.drawing && getComputedStyle(window.drawing).opacity === "1"`) ||
		browser.Eval[string](&s.desk.Window, `window.drawing.outerHTML`) != before {
		s.t.Fatalf("%s was drawn again", drawing)
	}
}

// enlarged opens the large QR code, whose size is that of the screen.
func (s *stage) enlarged() {
	for _, on := range []size{mobile, desktop} {
		s.desk.Screen(on.width, on.height, on.scale, false)
		s.desk.Tap("#enlarge")
		s.look(s.t, &s.desk.Window, "portal/setup-enlarged", s.lang, on)
		s.desk.Tap("#large")
		s.desk.Misses("#large svg")
	}
}

// onPhone shows the code in the browser of a phone: there is nothing to scan.
func (s *stage) onPhone() {
	p := browser.NewAndroid(s.t, s.lang, s.origin)
	p.Open(s.origin + "/")
	p.Type("#name", mei.Name)
	p.Type("#password", mei.Password)
	p.Tap("signin.go")
	p.Sees("#activation-code")
	s.look(s.t, &p.Window, "portal/setup-onphone", s.lang, mobile, small)
}

// limits are a code that another phone has used, one that came too late, and too
// many of them.
func limits(s *stage) {
	s.signIn()
	h := s.newPhone()
	h.lose = "/finish"
	if _, err := h.Activate(s.t.Context(), s.code(), s.name("iPhone"), pin); err == nil {
		s.t.Fatal("the phone has finished")
	}
	s.reads("setup.securing")
	s.take("setup-securing")
	s.later(3 * time.Minute)
	s.desk.Sees(".outcome")
	s.take("setup-used")
	for range 5 { // a right password makes a code too
		s.newVisitor().signIn()
	}
	s.desk.Tap("#next button")
	s.reads("setup.many", "count", 10)
	s.take("setup-many")
	s.later(11 * time.Minute) // loading it again asks again
	s.code()
	s.newVisitor().activate(s.name("iPhone"))
	s.desk.Sees(".outcome")
	s.desk.Tap("#next button")
	s.reads("setup.already.phone")
	s.take("setup-already")
}

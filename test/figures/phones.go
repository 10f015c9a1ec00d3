package main

import (
	"time"

	"keyturn"
	"keyturn/test/browser"
)

// outcomes is D12: how requests end.
func outcomes(s *stage) {
	h := s.ready()
	s.signOut()
	s.asks()
	s.desk.Tap("wait.cancel")
	s.desk.Misses("#wait")
	s.desk.Open(s.origin + "/sign-in/wait")
	s.reads("outcome.cancelled.title")
	s.take("outcome-cancelled")
	s.desk.Open(s.origin + "/")
	s.take("signin-kept")
	s.asks()
	s.fromMemory()
	s.asks()
	s.answer(h, keyturn.Deny)
	s.reads("outcome.denied.title")
	s.take("outcome-denied")
	s.desk.Tap("outcome.denied.go")
	s.desk.Sees("#wait")
	s.later(3 * time.Minute)
	s.reads("outcome.expired.title")
	s.take("outcome-expired")
	s.desk.Tap("outcome.expired.go")
	s.desk.Sees("#wait")
	for range 3 {
		s.mistake(h, s.wrong(), pin)
	}
	s.reads("outcome.number.title")
	s.take("outcome-number")
	s.desk.Tap("outcome.number.go")
	s.desk.Sees("#wait")
	for range 3 {
		s.newVisitor().signIn()
	}
	s.reads("outcome.displaced.title")
	s.take("outcome-displaced")
	s.desk.Open(s.origin + "/sign-in/wait?request=req_0000000000000000000000")
	s.take("outcome-tab")
	s.tooLate(h)
	if err := h.Remove(s.t.Context(), h.Accounts()[0].Device, pin); err != nil {
		s.t.Fatal(err)
	}
	s.signIn()
	s.reads("outcome.nophone.title")
	s.take("outcome-nophone")
}

// fromMemory goes back from the waiting page to a sign-in form that the browser has kept:
// the request ends. Coming to the form in any other way ends nothing.
func (s *stage) fromMemory() {
	s.desk.Awaits(`sessionStorage.getItem("keyturn.waiting") === document.querySelector("#wait")?.dataset.request`)
	s.desk.Open(s.origin + "/")
	s.desk.Sees("#signin[data-waiting^=req_]")
	s.desk.Reload()
	s.desk.Sees("#signin[data-waiting^=req_]")
	browser.Eval[bool](&s.desk.Window, `(document.body.append(Object.assign(document.createElement("i"), { id: "before" })),
	  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })))`)
	s.desk.Misses("#before")
	s.desk.Sees("#show:not([hidden])") // its script has run
	s.desk.Open(s.origin + "/sign-in/wait")
	s.reads("outcome.cancelled.title")
}

// tooLate is an approval that comes while the browser is away.
func (s *stage) tooLate(h *handset) {
	s.clock.Move(10 * time.Minute)
	s.asks()
	number := s.desk.Text("#number")
	s.desk.Open("about:blank")
	must(h.Answer(s.t.Context(), s.pending(h), keyturn.Approve, number, pin))(s.t)
	s.clock.Move(3 * time.Minute)
	s.desk.Open(s.origin + "/sign-in/wait")
	s.reads("outcome.late.title")
	s.take("outcome-late")
}

// phones is D9 with its questions, and D4 for a change of phones.
func phones(s *stage) {
	h := s.ready()
	s.signsIn(h)
	s.desk.Open(s.origin + "/phones")
	s.take("phones-one")
	s.desk.Tap("phones.rename")
	s.take("phones-rename")
	s.desk.Type(".phones input[name=name]", " ")
	s.desk.Tap("phones.save")
	s.reads("phones.name.bad")
	s.take("phones-badname")
	s.desk.Tap("phones.rename")
	s.desk.Type(".phones input[name=name]", s.name("iPhone"))
	s.desk.Tap("phones.save")
	s.desk.Sees(".banner.ok")
	s.take("phones-renamed")
	s.desk.Tap("phones.remove")
	s.reads("phones.rm.last")
	s.take("remove-last")
	s.desk.Tap("phones.rm.keep")
	s.add(h, s.name("Android"))
	s.desk.Tap("check.continue")
	s.desk.At("/")
	s.desk.Open(s.origin + "/phones")
	s.take("phones-two")
	s.remove(h)
	for _, name := range []string{"iPad", "Pixel"} {
		s.desk.Open(s.origin + "/phones")
		s.changes(h, "phones.add")
		s.activate(s.name(name))
	}
	s.desk.Open(s.origin + "/phones")
	s.take("phones-full")
	s.desk.Open(s.origin + "/")
	s.take("home-three")
	s.signOut()
	s.asks()
	s.desk.Tap("#wait details summary")
	s.take("wait-several")
}

// signsIn signs in with the phone.
func (s *stage) signsIn(h *handset) {
	s.t.Helper()
	s.signOut()
	s.asks()
	s.answer(h, keyturn.Approve)
	s.desk.Sees("[data-proven]")
}

// add asks the phone and sets another one up.
func (s *stage) add(h *handset, name string) {
	s.desk.Tap("phones.add")
	s.desk.Sees("#wait")
	s.take("wait-add")
	s.answer(h, keyturn.Approve)
	s.desk.Sees("#activation-qr")
	s.take("setup-add")
	s.activate(name)
	s.take("done-add")
}

// changes asks the phone for a change and goes on.
func (s *stage) changes(h *handset, button string) {
	s.t.Helper()
	s.desk.Tap(button)
	s.desk.Sees("#wait")
	s.answer(h, keyturn.Approve)
	s.desk.Misses("#wait")
}

// remove removes the newest phone.
func (s *stage) remove(h *handset) {
	s.desk.Tap("phones.remove")
	s.desk.Sees("phones.rm.go")
	s.take("remove")
	s.desk.Tap("phones.rm.go")
	s.desk.Sees("#wait")
	s.take("wait-remove")
	s.answer(h, keyturn.Deny)
	s.desk.Sees(".outcome")
	s.take("outcome-change")
	s.desk.Open(s.origin + "/phones")
	s.desk.Tap("phones.remove")
	s.changes(h, "phones.rm.go")
	s.desk.At("/phones")
	s.desk.Sees(".banner.ok")
	s.take("phones-removed")
}

// trouble is what D8 and D9 say after a report and after wrong PINs.
func trouble(s *stage) {
	h := s.ready()
	s.signsIn(h)
	s.desk.Open(s.origin + "/phones")
	s.changes(h, "phones.add")
	s.code()
	s.later(6 * time.Minute)
	s.desk.Tap("setup.new")
	s.desk.Sees(".outcome")
	s.take("setup-approval")

	v := s.newVisitor()
	v.signIn()
	must(h.Answer(s.t.Context(), s.pending(h), keyturn.Report, "", ""))(s.t)
	s.desk.Open(s.origin + "/phones")
	s.desk.Sees(".banner.warn")
	s.take("phones-quiet")
	s.clock.Move(40 * time.Minute)
	s.newVisitor().signIn()
	for range 5 {
		s.mistake(h, "000000", "9Xw3")
	}
	s.desk.Open(s.origin + "/phones")
	s.take("phones-locked")
	s.desk.Open(s.origin + "/")
	s.take("home-locked")
}

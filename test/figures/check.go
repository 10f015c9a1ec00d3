package main

import (
	"strconv"
	"time"

	"keyturn"
	"keyturn/test/browser"
)

// checkAndDone is D2b with its errors, then D3 and the first look at D8.
func checkAndDone(s *stage) {
	s.signIn()
	s.desk.Sees("#activation-qr")
	digits := s.checking()
	s.take("check")
	s.desk.Type("#code", digits[:4])
	s.desk.Tap("check.go")
	s.reads("check.typo", "count", 4)
	s.take("check-typo")
	wrong := strconv.Itoa(100000 + (1+mustNumber(s, digits))%900000)
	s.types(wrong)
	s.reads("check.err", "count", 2)
	s.take("check-wrong")
	s.desk.Tap("check.none")
	s.take("check-none")
	s.types(wrong)
	s.reads("check.err", "count", 1)
	s.types(wrong)
	s.reads("check.cancelled")
	s.take("check-cancelled")
	s.desk.Tap("outcome.code.go")
	s.checking()
	s.later(9*time.Minute + 15*time.Second)
	s.desk.Sees("#left")
	s.take("check-ending")
	s.later(time.Minute)
	s.reads("check.expired")
	s.take("check-expired")
	s.desk.Tap("outcome.code.go")
	s.activate(s.name("iPhone"))
	s.take("done")
	s.desk.Open(s.origin + "/")
	s.take("home-unsaved")
	s.recovery()
}

// checking has a new phone use the code, and returns the digits that it shows.
func (s *stage) checking() string {
	s.t.Helper()
	set := must(s.newPhone().Activate(s.t.Context(), s.code(), s.name("iPhone"), pin))(s.t)
	s.desk.Sees("#check-code")
	return set.Check
}

func (s *stage) types(digits string) {
	s.t.Helper()
	s.desk.Type("#code", digits)
	s.desk.Tap("check.go")
}

// recovery is D3.
func (s *stage) recovery() {
	s.desk.Tap("recovery.make")
	s.desk.Sees("#codes")
	s.take("recovery")
	fourth := browser.Eval[string](&s.desk.Window, `document.querySelectorAll("#codes .code")[3].textContent`)
	s.desk.Type("#code", "8ZD3CQ7N-PA5VTE1W")
	s.desk.Tap("recovery.finish")
	s.reads("recovery.checkerr", "number", 4)
	s.take("recovery-wrong")
	s.desk.Type("#code", fourth)
	s.desk.Tap("recovery.finish")
	s.desk.At("/")
	s.take("home-saved")
	s.desk.Tap("security.moretime.turnon")
	s.desk.Reads(s.desk.Word("security.moretime.turnoff"))
	s.take("home-moretime")
}

func mustNumber(s *stage, digits string) int {
	s.t.Helper()
	return must(strconv.Atoi(digits))(s.t)
}

// wait is D4: what a request can look like while it waits, and its approval.
func wait(s *stage) {
	h := s.ready()
	s.signOut()
	s.asks()
	s.take("wait-number")
	r := s.pending(h)
	for _, at := range []string{"opened", "unlocking"} {
		if err := h.Seen(s.t.Context(), r, at); err != nil {
			s.t.Fatal(err)
		}
		s.desk.Reload()
		s.take("wait-" + at)
	}
	s.mistake(h, s.wrong(), pin)
	s.reads("wait.wrongnum", "count", 2)
	s.take("wait-wrong")
	s.later(95 * time.Second)
	s.desk.Sees("#left")
	s.take("wait-ending")
	s.desk.Tap("wait.more")
	s.desk.Misses("wait.more")
	s.reads("wait.longer", "time", s.desk.Word("guide.minutes", "count", 2))
	s.take("wait-longer")
	s.offline("wait.offline", "wait-offline")
	// A person still can.
	s.desk.BeforeEachPage(`HTMLFormElement.prototype.submit = HTMLFormElement.prototype.requestSubmit = () => {}`)
	s.desk.Reload()
	s.answer(h, keyturn.Approve)
	s.desk.Sees(".approved")
	s.take("wait-approved")
	s.desk.Reload()
	s.desk.Sees("#redeem")
	s.take("approved")
	s.desk.Tap("wait.go")
	s.desk.Sees("[data-proven]")
	s.take("home")
	s.signOut()
	s.asks()
	s.take("wait-known")
	s.answer(h, keyturn.Approve)
	s.desk.Sees(".approved")
	s.take("wait-known-approved")
	s.waitOnPhone()
}

// waitOnPhone is the waiting page in the browser of a phone.
func (s *stage) waitOnPhone() {
	p := browser.NewAndroid(s.t, s.lang, s.origin)
	p.Open(s.origin + "/")
	p.Type("#name", mei.Name)
	p.Type("#password", mei.Password)
	p.Tap("signin.go")
	p.Sees("#wait")
	s.look(s.t, &p.Window, "portal/wait-onphone", s.lang, mobile, small)
}

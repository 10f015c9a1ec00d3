package main

import (
	"strings"
	"time"

	"keyturn"
	"keyturn/test/browser"
)

// recovery is D3, D7 and what D8 and D9 say after a recovery code.
func recovery(s *stage) {
	h := s.ready()
	s.desk.Open(s.origin + "/")
	s.take("home-unsaved")
	codes := s.newCodes(h)
	s.signOut()
	s.asks()
	s.desk.Tap("#recovery")
	s.desk.Sees("entercode.title")
	s.take("recover")
	for _, typed := range []struct{ code, says, name string }{
		{codes[0][:9], "entercode.typo", "recover-typo"},
		{keyturn.NewCode().String(), "entercode.activation", "recover-activation"},
		{keyturn.NewRecoveryCode().String(), "entercode.err", "recover-wrong"},
	} {
		s.desk.Type("#code", typed.code)
		s.desk.Tap("entercode.go")
		s.reads(typed.says, "count", 8) // characters, where there is a count
		s.desk.Tap("entercode.none")
		s.take(typed.name)
	}
	s.desk.Type("#code", codes[0])
	s.desk.Tap("entercode.go")
	s.desk.Sees("#which")
	s.take("lost")
	s.desk.Open(s.origin + "/")
	s.take("home-recovered")
	s.desk.Open(s.origin + "/phones/lost")
	s.desk.Tap("#which button")
	fresh := s.activate(s.name("Android"))
	s.take("done-recovered")
	s.desk.Tap("check.continue")
	s.desk.Sees("[data-proven]")
	s.take("home-first24")
	s.desk.Open(s.origin + "/phones")
	s.take("phones-lost")
	s.signsIn(fresh)
	s.desk.Tap("#new-codes button")
	s.reads("outcome.probation.title")
	s.take("outcome-probation")
	s.locked(fresh)
}

// newCodes makes a list by an approval, puts off saving it, and returns it.
func (s *stage) newCodes(h *handset) []string {
	s.t.Helper()
	s.desk.Open(s.origin + "/recovery-codes")
	s.take("codes-gone")
	s.desk.Tap("codes.new")
	s.desk.Sees("#wait")
	s.take("wait-codes")
	s.answer(h, keyturn.Approve)
	s.reads("codes.ends")
	s.take("codes-new")
	s.desk.Tap("recovery.make")
	s.desk.Sees("#codes")
	s.take("recovery-new")
	codes := strings.Fields(browser.Eval[string](&s.desk.Window, `[...document.querySelectorAll("#codes .code")].map((el) => el.textContent).join(" ")`))
	s.desk.Tap("recovery.later")
	s.desk.At("/")
	return codes
}

// locked is D12k: the password is right and the phone can't answer.
func (s *stage) locked(h *handset) {
	s.signOut()
	s.asks()
	for range 5 {
		s.mistake(h, "000000", "9Xw3")
	}
	s.desk.Sees(".outcome")
	s.take("outcome-locked")
}

// moves is D10, with the old phone in hand and without.
func moves(s *stage) {
	h := s.ready()
	s.signsIn(h)
	s.desk.Open(s.origin + "/phones")
	s.desk.Tap("phones.move")
	s.desk.Sees("#move")
	s.take("move")
	s.desk.Tap("#move input[value=no]")
	s.desk.Tap("move.go")
	s.reads("move.without.title")
	s.take("move-without")
	s.desk.Open(s.origin + "/phones/move")
	s.desk.Tap("move.go")
	s.desk.Sees("#wait")
	s.take("wait-move")
	s.desk.Open(s.origin + "/phones/move")
	s.desk.Sees("#running")
	s.take("move-running")
	s.desk.Open(s.origin + "/sign-in/wait")
	s.later(3 * time.Minute)
	s.reads("move.silent", "old", s.name("iPhone"))
	s.take("outcome-move")
	s.desk.Tap("move.again")
	s.desk.Tap("move.go")
	s.desk.Sees("#wait")
	s.answer(h, keyturn.Approve)
	s.desk.Sees("#activation-qr")
	s.take("setup-move")
	fresh := s.newPhone()
	set := must(fresh.Activate(s.t.Context(), s.code(), s.name("Android"), pin))(s.t)
	s.desk.Sees("#check-code")
	s.take("check-move")
	s.desk.Type("#code", set.Check)
	s.desk.Tap("check.go")
	s.desk.Sees("#next")
	s.take("done-move")
}

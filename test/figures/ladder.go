package main

import (
	"strings"
	"time"

	"keyturn"
	"keyturn/test/browser"
)

// ladder is D5 and D6: the ways to sign in when nothing arrives on the phone.
func ladder(s *stage) {
	h := s.ready()
	s.signOut()
	s.asks()
	s.mistake(h, s.desk.Text("#number"), "9Xw3")
	s.reads("wait.wrongpin")
	s.take("wait-wrongpin")
	s.scans(h)
	s.responds(h)
}

// scans is D5.
func (s *stage) scans(h *handset) {
	s.desk.Tap("wait.qr")
	before := s.desk.Attr("#signin-qr", "data-link")
	s.desk.Tap("qr.renew") // the codes before are worth nothing: what was typed wrong is no matter any more
	s.desk.Sees(`#signin-qr:not([data-link="` + before + `"])`)
	s.take("qr")
	link := s.desk.Attr("#signin-qr", "data-link")
	r := must(h.Scan(s.t.Context(), link))(s.t)
	if err := h.Seen(s.t.Context(), r, "scanned"); err != nil {
		s.t.Fatal(err)
	}
	s.desk.Sees("[data-read]")
	s.take("qr-scanned")
	s.later(3 * time.Minute)
	s.reads("qr.ended")
	s.take("qr-ended")
	s.desk.Tap("qr.renew")
	s.desk.Sees("#signin-qr")
	s.answer(h, keyturn.Deny)
	s.reads("outcome.denied.title")
}

// responds is D6, up to the challenge codes being off.
func (s *stage) responds(h *handset) {
	for first := true; ; first = false {
		s.asks()
		if browser.Eval[bool](&s.desk.Window, `document.querySelector("#off") !== null`) {
			break
		}
		s.desk.Tap("wait.chal")
		s.desk.Sees("#challenge")
		if first {
			s.take("challenge")
			s.desk.Type("#response", "1234")
			s.desk.Tap("challenge.go")
			s.desk.Sees("#problem")
			s.take("challenge-typo")
		}
		for i := range 5 {
			s.desk.Type("#response", s.wrongResponse(h))
			s.desk.Tap("challenge.go")
			if i == 4 {
				break
			}
			s.desk.Reads(s.desk.Word("challenge.err", "count", 4-i))
			if first && i == 0 {
				s.take("challenge-wrong")
			}
		}
		s.reads("outcome.response.title")
		if first {
			s.take("outcome-response")
		}
	}
	s.take("wait-off")
}

// wrongResponse is what a wrong PIN leads to.
func (s *stage) wrongResponse(h *handset) string {
	challenge := strings.ReplaceAll(s.desk.Text("#challenge"), " ", "")
	return must(h.Respond(h.Accounts()[0].Device, challenge, "9Xw3"))(s.t)
}

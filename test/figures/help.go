package main

import (
	"strings"

	"keyturn/test/browser"
)

// guides is the help: the start with what can be asked there, and two guides, of
// which the one with steps is left at a step for the other language.
func guides(s *stage) {
	for _, page := range []struct{ name, address string }{
		{"start", ""},
		{"start-answers", "?phone=iphone&account=add"},
		{"found", "?q=PIN"},
		{"found-nothing", "?q=xyzzy"},
		{"missing", "no-such-guide"},
		{"guide-steps", "activate-iphone-qr"},
		{"guide-errors", "activation-errors"},
	} {
		s.desk.Open(s.origin + "/help/" + s.lang + "/" + page.address)
		s.look(s.t, &s.desk.Window, "help/"+page.name, s.lang, mobile, desktop)
	}
	s.desk.Screen(desktop.width, desktop.height, desktop.scale, false) // a picture leaves it as long as its page
	s.desk.Open(s.origin + "/help/" + s.lang + "/activate-iphone-qr")
	s.desk.Awaits(`document.activeElement.tagName === "H1"`) // which comes into view when it gets the focus
	browser.Eval[bool](&s.desk.Window, `document.querySelector("#step-5").scrollIntoView() || true`)
	browser.Eval[bool](&s.desk.Window, `document.querySelector(".language button").click() || true`)
	s.desk.Sees(`html:not([lang="` + s.lang + `"]) #step-5:target`)
	if text := s.desk.Text("#step-5 .same"); !strings.Contains(text, map[string]string{"en": "English", "zh-Hans": "中文"}[s.lang]) {
		s.t.Fatalf("from the step one comes back by %q", text)
	}
}

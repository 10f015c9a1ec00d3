package main

import (
	"net/url"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// visit is a sign-in that an application asks for, from its form to the way back.
func visit(s *stage) {
	s.comes("urn:keyturn:aal2-offline")
	s.take("visit")
	s.desk.Type("#name", mei.Name)
	s.desk.Type("#password", mei.Password)
	s.desk.Tap("signin.go")
	h := s.activate(s.name("iPhone"))
	s.desk.Tap("check.continue")
	s.desk.Tap("recovery.later")
	s.desk.Sees("#visit")
	s.take("home-visit")
	s.desk.Tap("#visit")
	s.answersApp(h)

	s.signOut()
	s.asks()
	s.answer(h, keyturn.Approve)
	s.desk.Sees("[data-proven]")
	s.comes("urn:keyturn:aal2")
	s.take("ask")
	s.answersApp(h)
	s.comes("urn:keyturn:aal2-known") // the session is enough
	s.take("go")
	s.ends()
}

// comes comes from the application, which demands a class.
func (s *stage) comes(acr string) {
	s.t.Helper()
	name := map[string]string{"en": "Wiki", "zh-Hans": "知识库"}[s.lang]
	s.desk.Open(s.origin + keyturntest.AppPath + "?" + url.Values{"app": {name}, "acr": {acr}}.Encode())
	s.desk.Sees("[data-app]")
}

// answersApp has the phone asked once more where the session is too little, and goes on.
func (s *stage) answersApp(h *handset) {
	s.t.Helper()
	s.desk.Tap("#ask button")
	s.desk.Sees("#wait")
	s.answer(h, keyturn.Approve)
	s.desk.Sees("#onward")
}

// ends is what the form says an hour later.
func (s *stage) ends() {
	s.signOut()
	s.comes("")
	s.later(time.Hour)
	s.reads("outcome.visit.body")
	s.take("outcome-visit")
}

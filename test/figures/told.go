package main

import (
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/place/placetest"
)

// What the waiting page has, for a browser without a window.
var (
	number  = regexp.MustCompile(`id="number"[^>]*>([0-9]*)`)
	request = regexp.MustCompile(`req_[A-Z2-7]{26}`)
)

// from is a network on which everything comes from one address.
type from string

// RoundTrip implements [http.RoundTripper].
func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", string(f))
	return http.DefaultTransport.RoundTrip(r)
}

// told is D8 with what it knows of the past, D11, the change of the password, and D12h.
func told(t testing.TB, look look, lang string) {
	dir := t.TempDir()
	file := filepath.Join(dir, "places.mmdb")
	placetest.Write(t, file, placetest.Place{Network: "203.0.113.0/24", City: "Hangzhou", Country: "China", CityZH: "杭州", CountZH: "中国"})
	s := newStage(t, look, lang, func(c *config.Config) {
		c.Place.Database, c.TrustedProxies = file, []string{"127.0.0.1", "::1"}
	})
	s.signIn()
	h := s.activate(s.name("iPhone"))
	s.desk.Tap("check.continue")
	s.desk.Tap("recovery.later")
	s.desk.At("/")
	s.desk.Open(s.origin + "/activity?show=denied")
	s.desk.Sees("#none")
	s.take("activity-none")
	s.signsIn(h)
	for _, d := range []keyturn.Decision{keyturn.Deny, keyturn.Approve} {
		v := s.newVisitor()
		v.client.Transport = from("203.0.113.9")
		page := v.signIn()
		s.clock.Move(20 * time.Second)
		must(h.Answer(t.Context(), s.pending(h), d, number.FindStringSubmatch(page)[1], pin))(t)
		v.post("/sign-in/redeem", url.Values{"request": {request.FindString(page)}})
	}
	s.newVisitor().signIn()
	s.clock.Move(3 * time.Minute)
	s.desk.Open(s.origin + "/")
	s.take("home-activity")
	s.desk.Open(s.origin + "/activity")
	s.take("activity")
	s.password(h)
	s.desk.Open(s.origin + "/activity")
	s.desk.Tap("activity.notme")
	s.reads("outcome.reported.title")
	s.take("outcome-reported")
	s.desk.Open(s.origin + "/")
	s.desk.Sees("#reports")
	s.take("home-reports")
	s.desk.Open(s.origin + "/activity?show=security")
	s.take("activity-security")
}

// password is D8's change of the password.
func (s *stage) password(h *handset) {
	s.t.Helper()
	s.desk.Open(s.origin + "/password")
	s.take("password-ask")
	s.changes(h, "password.ask")
	s.desk.Sees("form#password")
	s.take("password")
	s.desk.Type("#present", "wrong password")
	s.desk.Type("#new", "another demo password")
	s.desk.Type("#again", "another demo password")
	s.desk.Tap("#password button")
	s.reads("password.wrong")
	s.take("password-wrong")
	s.desk.Type("#present", mei.Password)
	s.desk.Type("#new", "another demo password")
	s.desk.Type("#again", "another demo password")
	s.desk.Tap("#password button")
	s.reads("password.done")
	s.take("password-done")
}

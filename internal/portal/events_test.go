package portal_test

import (
	"net/url"
	"testing"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// The set-up page follows the phone: opened, check code, done.
func TestActivationEvents(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	events := b.Follow("/phones/activation/events")
	if got := keyturntest.Next(t, events); got.State != "waiting" || got.Page != "setup" || got.Left < 500 {
		t.Errorf("at first: %+v", got)
	}
	set := w.Phone(pin).Activate(page.Text("#activation-code"))
	states := map[string]bool{}
	for got := keyturntest.Next(t, events); ; got = keyturntest.Next(t, events) {
		states[got.State] = true
		if got.Page == "check" {
			break
		}
	}
	page = b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if got := keyturntest.Next(t, events); got.State != "active" || got.Page != "done" {
		t.Errorf("done: %+v after %v\n%s", got, states, page.HTML)
	}
	if more, open := <-events; open {
		t.Errorf("after the end: %s", more)
	}
}

// Get a new code in another tab: the older page loads itself again.
func TestActivationEventsOfAnOlderCode(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	events := b.Follow("/phones/activation/events")
	keyturntest.Next(t, events)
	b.Post("/phones/activation", nil)
	if got := keyturntest.Next(t, events); got.State != "replaced" || got.Page == "setup" {
		t.Errorf("the older page is told %+v", got)
	}
}

// A110: who signs out leaves neither a code that is good nor a stream that tells of it.
func TestA110SignedOut(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	page := b.SignIn(w.Person("ada"))
	code, err := keyturn.ParseCode(w.Origin, page.Text("#activation-code"))
	if err != nil {
		t.Fatal(err)
	}
	events := b.Follow("/phones/activation/events")
	keyturntest.Next(t, events)
	cookie := b.Cookie("keyturn_session")
	b.Post("/sign-out", nil)
	for told := range events {
		t.Errorf("after signing out: %s", told)
	}
	if looked, err := w.Phone(pin).Look(t.Context(), code); err == nil {
		t.Errorf("the code is still good: %+v", looked)
	}
	b.SetCookie("keyturn_session", cookie)
	if page := b.Get("/phones/activation/events"); page.Status != 404 {
		t.Errorf("a stream without its session: %d", page.Status)
	}
}

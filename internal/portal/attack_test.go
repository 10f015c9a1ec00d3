package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"keyturn/internal/keyturntest"
	"keyturn/internal/session"
)

// A40: another session of the same account can't see the set-up, type its check
// code or end it.
func TestA40AnotherSession(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	owner := w.Browser()
	page := owner.SignIn(ada)
	_, cookie, err := w.Sessions.Begin(t.Context(), ada.OnlyPassword(), session.Browser{})
	if err != nil {
		t.Fatal(err)
	}
	other := w.Browser()
	other.SetCookie("keyturn_session", string(cookie))
	set := w.Phone(pin).Activate(page.Text("#activation-code"))

	for _, got := range []*keyturntest.Page{
		other.Get("/phones/activation"),
		other.Get("/phones/activation/events"),
		other.Post("/phones/activation/check", url.Values{"code": {set.Check}}),
		other.Post("/phones/activation/cancel", nil),
	} {
		if got.Status != 404 || strings.Contains(got.HTML, "Pixel 9") {
			t.Errorf("%s: %d, want 404", got.Path, got.Status)
		}
	}
	page = page.Reload().Submit("form#check-code", url.Values{"code": {set.Check}})
	if !strings.Contains(page.HTML, "Pixel 9 now approves") {
		t.Errorf("the session that made the code:\n%s", page.HTML)
	}
}

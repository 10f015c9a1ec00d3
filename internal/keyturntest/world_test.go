package keyturntest_test

import (
	"testing"

	"keyturn/internal/keyturntest"
)

// A plain HTTP client gets through the whole flow, by the hooks of spec/portal.md.
func TestFlow(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp("7Kq#2")
	if home := b.Get("/"); home.Attr("body", "data-account") != "ada" {
		t.Errorf("home is that of %q", home.Attr("body", "data-account"))
	}

	b.Get("/").Submit("form#sign-out", nil)
	page := b.SignIn(ada)
	if page.Path != "/sign-in/wait" {
		t.Fatalf("signing in with a phone leads to %s", page.Path)
	}
	ada.Phone.Approve(page.Text("#number"))
	home := page.Reload().Submit("form#redeem", nil)
	if home.Path != "/" || home.Attr("body", "data-proven") != "urn:keyturn:aal2" {
		t.Errorf("after the approval: %s, proven %q", home.Path, home.Attr("body", "data-proven"))
	}

	home.Submit("form#sign-out", nil)
	page = b.SignIn(ada)
	if page.Has("#number") {
		t.Error("a number is asked in a browser that is known")
	}
	ada.Phone.Approve("")
	if home = page.Reload().Submit("form#redeem", nil); home.Attr("body", "data-proven") != "urn:keyturn:aal2-known" {
		t.Errorf("in a known browser: proven %q", home.Attr("body", "data-proven"))
	}
}

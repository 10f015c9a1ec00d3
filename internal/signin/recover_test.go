package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

// D7 says what was typed, and what is wrong with it. A45 A61.
func TestA45RecoveryField(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Limits.Recoveries.Most = 2 }))
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	b := w.Browser()
	b.SignIn(ada)
	page := b.Get("/sign-in/recovery")
	hashes := 0
	w.Accounts.Hashed = func() { hashes++ }
	cut, swapped := codes[0][:12], codes[0][1:2]+codes[0][:1]+codes[0][2:]
	if swapped == codes[0] {
		swapped = codes[0][:15] + other(codes[0][15:16]) + codes[0][16:]
	}
	for _, tt := range []struct{ name, typed, says string }{
		{"nothing", "", "that&#39;s 0"},
		{"cut", cut, "that&#39;s 11"},
		{"a slip", swapped, "looks wrong"},
		{"an activation code", keyturn.NewCode().String(), "activation code"},
		{"its link", keyturn.NewCode().Link(w.Origin), "activation code"},
	} {
		got := page.Submit("form#recovery", url.Values{"code": {tt.typed}})
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.HTML, tt.says) || got.Attr("input#code", "value") != tt.typed {
			t.Errorf("%s: %d, want %q in\n%s", tt.name, got.Status, tt.says, got.HTML)
		}
	}
	if hashes != 0 {
		t.Errorf("%d tries", hashes)
	}
	if got := page.Submit("form#recovery", url.Values{"code": {"x"}, "language": {"zh-Hans"}}); got.Status != 200 || got.Attr("html", "lang") != "zh-Hans" || got.Attr("input#code", "value") != "x" {
		t.Errorf("in another language: %d", got.Status)
	}
	unknown := keyturn.NewRecoveryCode().String()
	for range 2 {
		if got := page.Submit("form#recovery", url.Values{"code": {unknown}, "language": {""}}); got.Status != http.StatusForbidden || !strings.Contains(got.HTML, `class="ref"`) {
			t.Errorf("unknown: %d\n%s", got.Status, got.HTML)
		}
	}
	if got := page.Submit("form#recovery", url.Values{"code": {codes[0]}}); got.Status != http.StatusTooManyRequests {
		t.Errorf("the third: %d", got.Status)
	}
	if got := w.Browser().Post("/sign-in/recovery", url.Values{"code": {codes[0]}, "request": {b.Get("/sign-in/wait").Request()}}); got.Status != http.StatusNotFound {
		t.Errorf("A62: a code without the password: %d", got.Status)
	}
}

// other is another symbol of the alphabet.
func other(symbol string) string {
	if symbol == "7" {
		return "8"
	}
	return "7"
}

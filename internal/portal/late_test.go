package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keyturn/internal/keyturntest"
)

// A41: whoever knew the password before the account had a phone keeps nothing of
// the session once the person has set one up: neither the phones nor their names,
// and no request that a phone would show.
func TestA41SessionFromBeforeThePhone(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	thief := w.Browser()
	thief.SignIn(ada)
	own := ada.SetUp("7Kq#2")
	device := ada.Phone.Accounts()[0].Device
	for _, tt := range []struct {
		name string
		call func() *keyturntest.Page
		want int
	}{
		{"phones are not shown", func() *keyturntest.Page { return thief.Get("/phones") }, http.StatusNotFound},
		{"nothing is added", func() *keyturntest.Page { return thief.Post("/phones/add", nil) }, http.StatusNotFound},
		{"nothing is removed", func() *keyturntest.Page { return thief.Post("/phones/remove", url.Values{"device": {device}}) }, http.StatusNotFound},
		{"no question before it either", func() *keyturntest.Page { return thief.Get("/phones/remove?device=" + device) }, http.StatusNotFound},
		{"nothing is renamed", func() *keyturntest.Page {
			return thief.Post("/phones/rename", url.Values{"device": {device}, "name": {"Old phone"}})
		}, http.StatusNotFound},
		{"no recovery codes", func() *keyturntest.Page { return thief.Post("/recovery-codes", nil) }, http.StatusNotFound},
		{"the way in is the sign-in", func() *keyturntest.Page { return thief.Get("/") }, http.StatusOK},
		{"the set-up says that somebody has a phone", func() *keyturntest.Page { return thief.Get("/phones/activation") }, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.call(); got.Status != tt.want || got.Attr("body", "data-proven") != "" {
				t.Errorf("got %d, want %d without a session\n%s", got.Status, tt.want, got.HTML)
			}
		})
	}
	if n := ada.Waits(); n != 0 {
		t.Errorf("%d requests wait for the phone", n)
	}
	if page := own.Get("/phones"); page.Status != http.StatusOK || !strings.Contains(page.HTML, "Pixel 9") {
		t.Errorf("the person's own session: %d\n%s", page.Status, page.HTML)
	}
}

// A session that can't have recovery codes costs no hash, or whoever knows one
// password could keep everyone from signing in.
func TestRefusedCodesCostNoHash(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	b.SignIn(ada)
	hashes := 0
	w.Accounts.Hashed = func() { hashes++ }
	if page := b.Post("/recovery-codes", nil); page.Status != http.StatusConflict {
		t.Errorf("status %d", page.Status)
	}
	if hashes != 0 {
		t.Errorf("%d hashes", hashes)
	}
}

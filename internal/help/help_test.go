package help_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn"
	"keyturn/internal/help"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/locale"
	"keyturn/web"
)

// usual are the settings of a fresh installation.
func usual() help.Settings {
	return help.Settings{Limits: policy.Defaults(), PIN: keyturn.PINRules{Min: 4, Max: 6},
		Unlocks: []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform}, CheckCode: true, Push: true}
}

// open is the help of a server of that name and those settings.
func open(t *testing.T, name string, s help.Settings) *help.Help {
	t.Helper()
	pages, err := page.New(web.Files, "https://auth.example.com", name, "portal", "help")
	if err != nil {
		t.Fatal(err)
	}
	h, err := help.Open(web.Files, pages, s)
	if err != nil {
		t.Fatal(err)
	}
	h.Log = slog.New(slog.DiscardHandler)
	return h
}

// ask sends a request; more are pairs of header and value.
func ask(h *help.Help, method, address string, more ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	for i := 0; i < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	w := httptest.NewRecorder()
	h.Routes().ServeHTTP(w, r)
	return w
}

func TestGuides(t *testing.T) {
	h := open(t, "Harbor Lane", usual())
	for _, lang := range locale.Languages() {
		for _, slug := range []string{"activate-iphone-qr", "approve"} {
			w := ask(h, "GET", "/help/"+lang+"/"+slug)
			if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "**") || strings.Contains(body, "{") {
				t.Errorf("%s in %s: %d\n%s", slug, lang, w.Code, body)
			}
		}
	}
}

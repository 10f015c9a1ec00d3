package door_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"testing"

	"keyturn/internal/config"
	"keyturn/internal/door"
	"keyturn/internal/keyturntest"
)

// A browser that went away while it was waiting is no failure of the server.
func TestBrowserGone(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	var log bytes.Buffer
	p, out := &door.Door{Log: slog.New(slog.NewTextHandler(&log, nil))}, httptest.NewRecorder()
	p.Fail(out, httptest.NewRequestWithContext(gone, "POST", "/sign-in", nil), fmt.Errorf("check password: %w", gone.Err()))
	if log.Len() > 0 || out.Body.Len() > 0 {
		t.Errorf("logged: %s, answered: %s", log.String(), out.Body)
	}
}

// The first language of the setting is that of everybody who asks for none of them, in the
// portal, its errors and the help.
func TestFirstLanguageOfTheSetting(t *testing.T) {
	for _, tt := range []struct {
		offered []string
		header  string
		want    string
	}{
		{[]string{"zh-Hans", "en"}, "", "zh-Hans"},
		{[]string{"zh-Hans", "en"}, "fr-FR,fr;q=0.9", "zh-Hans"},
		{[]string{"zh-Hans", "en"}, "!!!, en-GB;q=0.9", "en"},
		{[]string{"zh-Hans"}, "en-GB", "zh-Hans"},
		{[]string{"en"}, "zh-CN", "en"},
	} {
		w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Languages = tt.offered }))
		b := w.Browser()
		b.Header.Set("Accept-Language", tt.header)
		for _, path := range []string{"/", "/nothing/here", "/help/", "/help/nothing/here"} {
			if got := b.Get(path).Attr("html", "lang"); got != tt.want {
				t.Errorf("%v offered, %q asked: %s is in %s, want %s", tt.offered, tt.header, path, got, tt.want)
			}
		}
	}
}

// Whoever loads an address that only takes a form, by reloading the answer to a refused one,
// comes to the page that the form is on, and nothing is done.
func TestFormsLeadToTheirPage(t *testing.T) {
	var source []byte
	for _, file := range []string{"../portal/portal.go", "../signin/signin.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, text...)
	}
	w := keyturntest.Start(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, post := range regexp.MustCompile(`"POST (/[a-z/-]+)"`).FindAllSubmatch(source, -1) {
		path := string(post[1])
		if bytes.Contains(source, []byte(`"GET `+path+`"`)) {
			continue
		}
		a, err := client.Get(w.Origin + path)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close() // nothing to read
		to := a.Header.Get("Location")
		if a.StatusCode != http.StatusSeeOther || to != "/" && !bytes.Contains(source, []byte(`"GET `+to+`"`)) {
			t.Errorf("GET %s: %d to %q", path, a.StatusCode, to)
		}
	}
}

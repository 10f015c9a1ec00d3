package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/server"
)

// A30: what a stranger writes into a header changes no link, no cookie and no text
// that is signed.
func TestA30HostAndForwarded(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	for name, value := range map[string]string{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
		"Forwarded": "host=evil.example", "X-Original-Url": "/admin", "X-Forwarded-For": "8.8.8.8"} {
		b.Header.Set(name, value)
	}
	b.Host = "evil.example"
	page := b.SignIn(ada)
	if page.Path != "/phones/activation" || strings.Contains(page.HTML, "evil.example") {
		t.Errorf("%s says evil.example, or is another page", page.Path)
	}
	ada.SetUp("7Kq#2")
	page = b.SignIn(ada)
	r := ada.Phone.Waiting()
	if r.Challenge.Origin != w.Origin || r.Challenge.IP != "127.0.0.1" {
		t.Errorf("the phone is shown %s and %s, want %s and the peer's address", r.Challenge.Origin, r.Challenge.IP, w.Origin)
	}
	if strings.Contains(page.HTML, "evil.example") {
		t.Error("the waiting page says evil.example")
	}
}

func TestRequestsAreBounded(t *testing.T) {
	w := keyturntest.Start(t)
	for _, tt := range []struct {
		name   string
		header string
		body   int
		want   int
	}{
		{"a usual one", "", 10, http.StatusUnprocessableEntity},
		{"a header of 20 KB, as many cookies make", strings.Repeat("x", 20_000), 10, http.StatusRequestHeaderFieldsTooLarge},
		{"a header of 100 KB", strings.Repeat("x", 100_000), 10, http.StatusRequestHeaderFieldsTooLarge},
		{"a form of 100 KB", "", 100_000, http.StatusBadRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest("POST", w.Origin+"/sign-in", strings.NewReader("name="+strings.Repeat("x", tt.body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Long", tt.header)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != tt.want {
				t.Errorf("%s, want %d", answer.Status, tt.want)
			}
		})
	}
}

// A65: after people have set up phones, signed in, failed and gone, no secret is in
// the log, and no name.
func TestA65NothingSecretInTheLog(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	phone := w.Phone("7Kq#2")
	b := w.Browser()
	page := b.SignIn(ada)
	code := page.Text("#activation-code")
	set := phone.Activate(code)
	page = page.Reload().Submit("form#check-code", url.Values{"code": {"000000"}})
	page.Browser.Get("/phones/activation").Submit("form#check-code", url.Values{"code": {set.Check}})
	if err := set.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = b.Post("/sign-in", url.Values{"name": {"ada"}, "password": {"hunter2 in the wrong field"}})
	_ = b.Post("/sign-in", url.Values{"name": {"hunter2 in the wrong field"}, "password": {"x"}})
	page = w.Browser().SignIn(ada)
	number := page.Text("#number")
	_, _ = phone.Answer(t.Context(), phone.Waiting(), "approve", number, "0000")
	phone.Approve(number)
	page.Reload().Submit("form#redeem", nil)
	_ = w.Browser().Get("/nowhere")
	for what, secret := range map[string]string{
		"activation code": code, "its symbols": strings.ReplaceAll(code, "-", ""), "check code": set.Check, "number": number,
		"password": ada.Password, "a password typed as a name": "hunter2", "PIN": "7Kq#2", "session cookie": b.Cookie("keyturn_session"),
		"browser cookie": page.Browser.Cookie("keyturn_browser"), "private key": phone.Keeper.State.Devices[0].Key.String(),
	} {
		if secret == "" {
			t.Errorf("the test has no %s", what)
		} else if strings.Contains(w.Log(), secret) {
			t.Errorf("the %s is in the log:\n%s", what, w.Log())
		}
	}
}

func TestRefusesToStart(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*config.Config)
		want  string
	}{
		{"a plain public address", func(c *config.Config) { c.PublicURL = "http://auth.example.com" }, "public_url: is plain http"},
		{"plain http for everyone", func(c *config.Config) { c.PublicURL, c.Listen = "https://auth.example.com", ":8443" }, "listen: would be plain http for everyone"},
		{"a language without words", func(c *config.Config) { c.Languages = []string{"fr"} }, `languages: there are no words in "fr"`},
		{"a key that is none", func(c *config.Config) { c.Seal.Key = "hunter2" }, "seal: not a Tink keyset"},
		{"another database", func(c *config.Config) { c.Storage.URL = "mysql:x" }, "storage.url: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config.Default()
			c.PublicURL, c.Listen, c.Storage.URL = "http://localhost:1", "127.0.0.1:1", "sqlite::memory:"
			tt.spoil(&c)
			_, err := server.Open(t.Context(), c, server.With{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("Open: %v, want %s", err, tt.want)
			}
		})
	}
}

// Whose browser sends too many cookies of other programs is told what to do, in words.
func TestTooManyCookies(t *testing.T) {
	w := keyturntest.Start(t)
	for lang, want := range map[string]string{"en": "too many cookies", "zh-Hans": "Cookie 过多"} {
		b := w.Browser()
		b.Header.Set("Accept-Language", lang)
		b.Header.Set("X-Long", strings.Repeat("x", 20_000))
		page := b.Get("/")
		if page.Status != http.StatusRequestHeaderFieldsTooLarge || !strings.Contains(page.HTML, want) {
			t.Errorf("%s: %d\n%s", lang, page.Status, page.HTML)
		}
	}
}

// A proxy that names no browser is told of once, not at each request.
func TestSilentProxy(t *testing.T) {
	behind := keyturntest.Set(func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} })
	w := keyturntest.Start(t, behind)
	_ = w.Browser().Get("/")
	if strings.Contains(w.Log(), "X-Forwarded-For") {
		t.Error("a monitor that only looks makes a line")
	}
	for range 3 {
		_ = w.Browser().Post("/sign-in", url.Values{"name": {"ada"}, "password": {"wrong password"}})
	}
	if n := strings.Count(w.Log(), "a trusted proxy names no browser"); n != 1 || !strings.Contains(w.Log(), "proxy=127.0.0.1") {
		t.Errorf("%d lines, want one with the proxy's address:\n%s", n, w.Log())
	}
	named := keyturntest.Start(t, behind)
	for _, name := range []string{"192.0.2.7", "127.0.0.1"} { // an operator tries it on the proxy's own machine
		b := named.Browser()
		b.Header.Set("X-Forwarded-For", name)
		_ = b.Post("/sign-in", url.Values{"name": {"ada"}, "password": {"wrong password"}})
	}
	if strings.Contains(named.Log(), "names no browser") {
		t.Errorf("a proxy that names them is told of:\n%s", named.Log())
	}
}

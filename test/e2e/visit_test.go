package e2e

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/test/browser"
)

// A reader looks at pages in a browser of one kind or the other.
type reader interface {
	Open(url string)
	Press(text string)
	Type(field, text string)
	Tap(what string)
	Sees(what string)
}

// A site is that of an application, on another origin than the server.
type site struct {
	*httptest.Server
	asked chan string // what browsers have come with
}

func newSite(t *testing.T) *site {
	s := &site{asked: make(chan string, 10)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/answer" {
			s.asked <- r.URL.RawQuery + " " + r.Header.Get("Referer")
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>Wiki</title><h1 id=wiki>Wiki</h1>"))
	}))
	t.Cleanup(s.Close)
	return s
}

// arrived waits for a browser. It brings nothing but the answer: no address of ours either.
func (s *site) arrived(t *testing.T, answer string) {
	t.Helper()
	select {
	case got := <-s.asked:
		if got != answer+" " {
			t.Errorf("it came with %q, want %q", got, answer)
		}
	case <-time.After(time.Minute):
		t.Fatal("no browser comes to the application")
	}
}

// blindly does something again until a browser comes: one without scripts doesn't tell
// whether a field has the focus yet.
func blindly(t *testing.T, s *site, does func()) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); len(s.asked) == 0; {
		if time.Now().After(end) {
			t.Fatal("no browser comes to the application")
		}
		does()
		for wait := time.Now().Add(5 * time.Second); len(s.asked) == 0 && time.Now().Before(wait); {
			<-time.After(25 * time.Millisecond)
		}
	}
}

// A sign-in leads on to the application in real browsers, which hold what follows a form to
// the policy of the page before: with scripts after the phone has approved, and without
// them after a password in days of grace. Going back leads to none of our forms.
func TestVisitLeadsOn(t *testing.T) {
	for name, open := range map[string]struct {
		scripts bool
		open    func(t *testing.T) reader
	}{
		"Chromium": {true, func(t *testing.T) reader { return browser.NewDesktop(t, "en") }},
		"Chromium without scripts": {false, func(t *testing.T) reader {
			d := browser.NewDesktop(t, "en")
			d.NoScripts()
			return d
		}},
		"Firefox": {true, func(t *testing.T) reader {
			return browser.NewFirefox(t, "en", browser.NewShade(t), browser.NewAutopush(t))
		}},
		"Firefox without scripts": {false, func(t *testing.T) reader {
			return browser.NewFirefox(t, "en", browser.NewShade(t), browser.NewAutopush(t), browser.NoScripts)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			browser.Needed(t)
			s := newSite(t)
			w := keyturntest.Start(t, keyturntest.Joins(keyturntest.App{Name: "Wiki", Next: s.URL + "/answer"}),
				keyturntest.Set(func(c *config.Config) {
					c.Number, c.Activation.Grace = "never", config.Duration{Duration: 72 * time.Hour}
				}))
			ada := w.Person("ada")
			b := open.open(t)
			if !open.scripts {
				blindly(t, s, func() {
					b.Open(w.Origin + keyturntest.AppPath)
					b.Press("ada\t" + ada.Password + "\r")
				})
				s.arrived(t, "acr=urn%3Akeyturn%3Aaal1&who=ada")
				return
			}
			ada.SetUp(pin)
			b.Open(w.Origin + keyturntest.AppPath)
			b.Type("#name", "ada")
			b.Type("#password", ada.Password)
			b.Tap("signin.go")
			b.Sees("#cancel")
			ada.Phone.Approve("")
			s.arrived(t, "acr=urn%3Akeyturn%3Aaal2-known&who=ada")
			b.Sees("#wiki")
			b.Open(w.Origin + keyturntest.AppPath) // in the session: at once
			s.arrived(t, "acr=urn%3Akeyturn%3Aaal2-known&who=ada")
		})
	}
}

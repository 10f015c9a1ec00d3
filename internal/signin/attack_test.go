package signin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// cookies are those that prove something.
var cookies = []string{"keyturn_session", "keyturn_browser", "keyturn_pending"}

// waitingPaths are the POSTs of the waiting page.
var waitingPaths = []string{"/sign-in/prolong", "/sign-in/cancel", "/sign-in/again", "/sign-in/redeem",
	"/sign-in/qr", "/sign-in/offline", "/sign-in/response"}

// A20 A85: cookies that were planted before a sign-in differ after it and are
// worth nothing.
func TestA20A85PlantedCookies(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	planted := map[string]string{}
	attacker := ada.SetUp(pin)
	for _, name := range cookies {
		planted[name] = attacker.Cookie(name)
	}
	planted["keyturn_browser"] = keyturn.Bytes(make([]byte, 32)).String()

	b := w.Browser()
	b.SignIn(ada) // has a pending cookie
	b.SetCookie("keyturn_session", planted["keyturn_session"])
	b.SetCookie("keyturn_browser", planted["keyturn_browser"])
	ada.Approve(b)
	for _, name := range []string{"keyturn_session", "keyturn_browser"} {
		if got := b.Cookie(name); got == "" || got == planted[name] {
			t.Errorf("%s after the sign-in: %q", name, got)
		}
	}
	if b.Cookie("keyturn_pending") != "" {
		t.Error("the pending cookie is still there")
	}
	old := w.Browser()
	old.SetCookie("keyturn_session", planted["keyturn_session"])
	if page := old.Get("/phones"); page.Status != 404 {
		t.Errorf("the planted session: %d, want 404", page.Status)
	}
	old.SetCookie("keyturn_browser", planted["keyturn_browser"])
	if page := old.SignIn(ada); !page.Has("#number") {
		t.Error("the planted browser is known")
	}
}

// A21: the request's id gives nothing without its cookie.
func TestA21WithoutThePendingCookie(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	victim := w.Browser()
	page := victim.SignIn(ada)
	id := page.Request()
	ada.Phone.Approve(page.Text("#number"))

	for _, cookie := range []string{"", "x", keyturn.Bytes(make([]byte, 32)).String()} {
		thief := w.Browser()
		thief.SetCookie("keyturn_pending", cookie)
		for _, path := range waitingPaths {
			if got := thief.Post(path, url.Values{"request": {id}}); got.Status != 404 || got.Path != path {
				t.Errorf("cookie %q, POST %s: %d at %s, want 404", cookie, path, got.Status, got.Path)
			}
		}
		for _, path := range []string{"/sign-in/wait", "/sign-in/wait?request=" + id, "/sign-in/events?request=" + id,
			"/sign-in/qr", "/sign-in/qr?request=" + id, "/sign-in/offline"} {
			if got := thief.Get(path); got.Status != 404 || strings.Contains(got.HTML, "ada") {
				t.Errorf("cookie %q, GET %s: %d, want 404", cookie, path, got.Status)
			}
		}
	}
	if home := page.Reload().Submit("form#redeem", nil); home.Attr("body", "data-account") != "ada" {
		t.Error("the person can't go on any more")
	}
}

// A22: two tabs redeem at once: one session. After 120 seconds nobody does.
func TestA22RedeemedOnceAndInTime(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	page := b.SignIn(ada)
	ada.Phone.Approve(page.Text("#number"))

	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	sessions := make(chan string, 2)
	var tabs sync.WaitGroup
	for range 2 {
		tabs.Go(func() {
			form := strings.NewReader("request=" + page.Request())
			r, _ := http.NewRequest("POST", w.Origin+"/sign-in/redeem", form) // well-formed
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(&http.Cookie{Name: w.CookieName("keyturn_pending"), Value: b.Cookie("keyturn_pending")})
			a, err := client.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer a.Body.Close() // nothing to read
			if a.StatusCode != 303 || a.Header.Get("Location") != "/" {
				t.Errorf("a tab gets %d to %s", a.StatusCode, a.Header.Get("Location"))
			}
			for _, c := range a.Cookies() {
				if c.Name == w.CookieName("keyturn_session") && c.Value != "" {
					sessions <- c.Value
				}
			}
		})
	}
	tabs.Wait()
	if len(sessions) != 1 {
		t.Errorf("%d sessions", len(sessions))
	}

	late := w.Browser()
	page = late.SignIn(ada)
	ada.Phone.Approve(page.Text("#number"))
	clock.Move(121 * time.Second)
	page = late.Post("/sign-in/redeem", url.Values{"request": {page.Request()}})
	if page.Path != "/sign-in/wait" || !strings.Contains(page.HTML, "Approved, but this page was away too long") || !strings.Contains(page.HTML, "for 2 minutes") || late.Cookie("keyturn_session") != "" {
		t.Errorf("121 s after the approval: %s\n%s", page.Path, page.HTML)
	}
}

// A23: an account that is stopped between approval and redemption isn't signed in.
func TestA23StoppedBeforeRedemption(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	page := b.SignIn(ada)
	ada.Phone.Approve(page.Text("#number"))
	if err := w.Accounts.Disable(t.Context(), ada.ID); err != nil {
		t.Fatal(err)
	}
	page = b.Post("/sign-in/redeem", url.Values{"request": {page.Request()}})
	if b.Cookie("keyturn_session") != "" || b.Get("/").Attr("body", "data-account") != "" {
		t.Errorf("signed in: %s", page.Path)
	}
}

// A26: an event stream is its browser's alone, has only states, and another site
// can't even ask for it.
func TestA26EventStream(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	page := b.SignIn(ada)
	path := "/sign-in/events?request=" + page.Request()

	foreign := w.Browser()
	foreign.SetCookie("keyturn_pending", b.Cookie("keyturn_pending"))
	for name, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
		foreign.Header = http.Header{name: {value}}
		if got := foreign.Get(path); got.Status != 403 {
			t.Errorf("%s %s: %d, want 403", name, value, got.Status)
		}
		if got := foreign.Get("/phones/activation/events"); got.Status != 403 {
			t.Errorf("%s %s, activation: %d, want 403", name, value, got.Status)
		}
	}
	events := b.Follow(path)
	seen := <-events
	ada.Phone.Approve(page.Text("#number"))
	seen += <-events
	for _, secret := range []string{page.Text("#number"), b.Cookie("keyturn_pending"), "ada"} {
		if strings.Contains(seen, secret) {
			t.Errorf("%s is in %s", secret, seen)
		}
	}
	if !strings.Contains(seen, `"state":"waiting"`) || !strings.Contains(seen, `"state":"approved"`) {
		t.Errorf("states: %s", seen)
	}
}

// A27: pages that are loaded, asked for their head, or loaded ahead make nothing.
func TestA27GetsMakeNothing(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	before := ada.Waits()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range append(waitingPaths, "/", "/sign-in", "/sign-in/wait", "/phones", "/phones/activation", "/phones/activation/check",
		"/phones/activation/cancel", "/phones/add", "/phones/move", "/phones/lost", "/phones/remove", "/phones/rename", "/phones/test",
		"/phones/notifications", "/recovery-codes", "/recovery-codes/new", "/recovery-codes/file", "/recovery-codes/check", "/password",
		"/password/ask", "/browsers/forget", "/activity", "/activity.csv", "/activity/report", "/accessibility", "/language", "/sign-in/recovery",
		"/sign-out") {
		for _, method := range []string{"GET", "HEAD"} {
			r, _ := http.NewRequest(method, w.Origin+path, nil) // well-formed
			r.Header.Set("Sec-Purpose", "prefetch")
			for _, name := range cookies {
				r.AddCookie(&http.Cookie{Name: w.CookieName(name), Value: b.Cookie(name)})
			}
			a, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			a.Body.Close()
			if len(a.Cookies()) > 0 {
				t.Errorf("%s %s sets %v", method, path, a.Cookies())
			}
		}
	}
	if got := ada.Waits(); got != before {
		t.Errorf("%d requests wait, were %d", got, before)
	}
	if b.Get("/").Attr("body", "data-account") != "ada" {
		t.Error("signed out by a page load")
	}
}

// reference is what each refusal has of its own.
var reference = regexp.MustCompile(`Ref <strong>[0-9A-Z]{4}-[0-9A-Z]{4}`)

// A29: an unknown name, a disabled account and a wrong password get the same page.
func TestA29SamePage(t *testing.T) {
	w := keyturntest.Start(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	ada.SetUp(pin)
	if err := w.Accounts.Disable(t.Context(), bob.ID); err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, form := range []url.Values{
		{"name": {"ada"}, "password": {"wrong"}}, {"name": {"bob"}, "password": {bob.Password}}, {"name": {"eve"}, "password": {"wrong"}},
	} {
		page := w.Browser().Post("/sign-in", form)
		html := reference.ReplaceAllString(page.HTML, "Ref")
		pages[strings.ReplaceAll(html, form.Get("name"), "NAME")] = true
		if page.Status != 403 {
			t.Errorf("%s: %d", form.Get("name"), page.Status)
		}
	}
	if len(pages) != 1 {
		t.Errorf("%d different pages", len(pages))
	}
}

// A86: every form and stream of an older tab is told that it was replaced, and
// the newer request is unchanged.
func TestA86OlderTab(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	older := b.SignIn(ada).Request()
	page := b.SignIn(ada)
	number, left := page.Text("#number"), page.Attr("#wait", "data-left")
	for _, path := range waitingPaths {
		for _, id := range []string{older, "", "req_x"} {
			if got := b.Post(path, url.Values{"request": {id}}); got.Status != 409 || !strings.Contains(got.HTML, "another tab") {
				t.Errorf("POST %s with %q: %d", path, id, got.Status)
			}
		}
	}
	for _, path := range []string{"/sign-in/events?request=" + older, "/sign-in/events", "/sign-in/wait?request=" + older,
		"/sign-in/qr?request=" + older, "/sign-in/offline?request=" + older} {
		if got := b.Get(path); got.Status != 409 {
			t.Errorf("GET %s: %d", path, got.Status)
		}
	}
	if page = page.Reload(); page.Text("#number") != number || left == "" {
		t.Errorf("the newer request changed: %s", page.HTML)
	}
	ada.Approve(b)
}

// Forms of other sites are refused before anything is looked at.
func TestForeignForms(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	b.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, path := range append(waitingPaths, "/sign-in", "/sign-out", "/language", "/phones/activation", "/phones/activation/check",
		"/phones/activation/cancel", "/phones/add", "/phones/move", "/phones/lost", "/phones/remove", "/phones/rename", "/phones/test",
		"/phones/notifications", "/recovery-codes", "/recovery-codes/new", "/recovery-codes/file", "/recovery-codes/check", "/password",
		"/password/ask", "/browsers/forget", "/accessibility", "/activity/report", "/sign-in/recovery") {
		if got := b.Post(path, url.Values{"name": {ada.Name}, "password": {ada.Password}}); got.Status != 403 || got.Path != path {
			t.Errorf("POST %s: %d at %s, want 403", path, got.Status, got.Path)
		}
	}
	b.Header.Del("Sec-Fetch-Site")
	if b.Get("/").Attr("body", "data-account") != "ada" {
		t.Error("signed out from another site")
	}
}

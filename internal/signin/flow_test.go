package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/keyturntest"
)

const pin = "7Kq#2"

// The hooks of spec/portal.md: what scripts rely on.
func TestHooks(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()

	set := b.SignIn(ada)
	if set.Path != "/phones/activation" {
		t.Fatalf("without a phone: %s, want /phones/activation", set.Path)
	}
	code := set.Text("#activation-code")
	if len(code) != 19 || strings.Count(code, "-") != 3 || !set.Has("#activation-qr") {
		t.Errorf("code %q, QR %v", code, set.Has("#activation-qr"))
	}
	if !strings.Contains(set.HTML, `<noscript><meta http-equiv="refresh" content="3"></noscript>`) {
		t.Error("the set-up page doesn't reload without JavaScript")
	}
	if again := set.Reload().Text("#activation-code"); again != code {
		t.Errorf("a refresh shows %q", again)
	}
	if home := b.Get("/"); home.Attr("body", "data-account") != "ada" || home.Attr("body", "data-proven") != "urn:keyturn:aal1" {
		t.Errorf("a password session: %q, %q", home.Attr("body", "data-account"), home.Attr("body", "data-proven"))
	}

	ada.Phone = w.Phone(pin)
	activation := ada.Phone.Activate(code)
	check := set.Reload()
	if strings.Contains(check.HTML, `http-equiv="refresh"`) {
		t.Error("a page with a field reloads by itself")
	}
	done := check.Submit("form#check-code", url.Values{"code": {activation.Check}})
	if err := activation.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if done.Path != "/phones/activation" || !strings.Contains(done.HTML, "Pixel 9") {
		t.Fatalf("after the check code: %s\n%s", done.Path, done.HTML)
	}

	b.Get("/").Submit("form#sign-out", nil)
	if home := b.Get("/"); home.Attr("body", "data-account") != "" {
		t.Error("still signed in")
	}
	wait := b.SignIn(ada)
	number := wait.Text("#number")
	if wait.Path != "/sign-in/wait" || len(number) != 6 || wait.Has("form#redeem") {
		t.Fatalf("with a phone: %s, number %q, redeem %v", wait.Path, number, wait.Has("form#redeem"))
	}
	if !strings.Contains(wait.HTML, `<noscript><meta http-equiv="refresh" content="3`) {
		t.Error("the waiting page doesn't reload without JavaScript")
	}
	ada.Phone.Approve(number)
	home := wait.Reload().Submit("form#redeem", nil)
	if home.Path != "/" || home.Attr("body", "data-account") != "ada" || home.Attr("body", "data-proven") != "urn:keyturn:aal2" {
		t.Errorf("signed in at %s as %q with %q", home.Path, home.Attr("body", "data-account"), home.Attr("body", "data-proven"))
	}
}

// POST /sign-in answers 303, and says nothing else than where to go.
func TestSignInStatuses(t *testing.T) {
	w := keyturntest.Start(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	ada.SetUp(pin)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, tt := range []struct {
		does, name, password string
		status               int
		to                   string
	}{
		{"account with a phone", ada.Name, ada.Password, 303, "/sign-in/wait"},
		{"account without a phone", bob.Name, bob.Password, 303, "/phones/activation"},
		{"name in capitals", "  BOB ", bob.Password, 303, "/phones/activation"},
		{"wrong password", ada.Name, "wrong", 403, ""},
		{"unknown name", "eve", "wrong", 403, ""},
		{"no password", ada.Name, "", 422, ""},
		{"nothing", "", "", 422, ""},
	} {
		t.Run(tt.does, func(t *testing.T) {
			a, err := client.PostForm(w.Origin+"/sign-in", url.Values{"name": {tt.name}, "password": {tt.password}})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close() // nothing to read
			if a.StatusCode != tt.status || a.Header.Get("Location") != tt.to {
				t.Errorf("%d to %q, want %d to %q", a.StatusCode, a.Header.Get("Location"), tt.status, tt.to)
			}
		})
	}
}

// A browser that keeps no cookies is told so before a password is looked at or a phone
// rings; once it does, the same form goes through.
func TestCookiesAreNeeded(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	blocked := w.Blocked()
	for range 7 { // more often than a wrong password may be typed
		page := blocked.Get("/").Submit("form#form", url.Values{"name": {ada.Name}, "password": {ada.Password}})
		if page.Status != http.StatusUnprocessableEntity || !page.Has("a#load") || page.Attr("input#name", "value") != "ada" {
			t.Fatalf("without cookies: %d\n%s", page.Status, page.HTML)
		}
	}
	if n := len(ada.Events(audit.RequestBegun)); n != 0 {
		t.Errorf("%d requests", n)
	}
	b := w.Browser()
	page := b.Get("/").Submit("form#form", url.Values{"name": {ada.Name}, "password": {ada.Password}})
	if page.Path != "/sign-in/wait" || !page.Has("#wait") {
		t.Errorf("with cookies: %d at %s", page.Status, page.Path)
	}
}

// Two servers of one host, on two ports, share a browser's cookies: signing in to one,
// known browsers and signing out are nothing to the other.
func TestTwoServersOfOneHost(t *testing.T) {
	one, two := keyturntest.Start(t), keyturntest.Start(t)
	b := one.Person("ada").SetUp(pin)
	ada := two.Person("ada")
	ada.SetUp(pin)
	there := b.At(two)
	there.SignIn(ada)
	ada.Approve(there)
	for name, page := range map[string]*keyturntest.Page{"first": b.Get("/"), "second": there.Get("/")} {
		if page.Attr("body", "data-account") != "ada" {
			t.Errorf("signed out of the %s server", name)
		}
	}
	there.Get("/").Submit("form#sign-out", nil)
	if b.Get("/").Attr("body", "data-account") != "ada" || there.Get("/").Attr("body", "data-account") != "" {
		t.Error("signing out of one server isn't signing out of that alone")
	}
}

func TestWrongPasswordKeepsTheName(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	page := b.Post("/sign-in", url.Values{"name": {"Ada <3"}, "password": {"secret words"}})
	if page.Attr("input#name", "value") != "Ada <3" || strings.Contains(page.HTML, "secret words") || !strings.Contains(page.HTML, "Ref ") {
		t.Errorf("the form comes back as\n%s", page.HTML)
	}
	page = b.Post("/sign-in", url.Values{"name": {"Ada <3"}, "language": {"zh-Hans"}})
	if page.Status != 200 || page.Attr("html", "lang") != "zh-Hans" || page.Attr("input#name", "value") != "Ada <3" {
		t.Errorf("switching the language: %d, %q", page.Status, page.Attr("html", "lang"))
	}
	for range 5 {
		b.Post("/sign-in", url.Values{"name": {ada.Name}, "password": {"wrong"}})
	}
	if page = b.SignIn(ada); page.Status != http.StatusTooManyRequests || !strings.Contains(page.HTML, "15 分钟") {
		t.Errorf("the sixth try: %d\n%s", page.Status, page.HTML)
	}
}

func TestCancelAndAgain(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	page := b.SignIn(ada)
	first := page.Request()

	page = b.Post("/sign-in/cancel", url.Values{"request": {first}})
	if page.Path != "/" || page.Attr("input#name", "value") != "ada" {
		t.Errorf("cancelled: %s, name %q", page.Path, page.Attr("input#name", "value"))
	}
	if page = b.Get("/sign-in/wait"); !strings.Contains(page.HTML, "Sign-in cancelled") {
		t.Errorf("the waiting page of a cancelled request:\n%s", page.HTML)
	}

	page = b.SignIn(ada)
	second := page.Request()
	clock.Move(119 * time.Second)
	page = b.Post("/sign-in/prolong", url.Values{"request": {second}})
	if page.Path != "/sign-in/wait" || page.Attr("#wait", "data-left") != "121" || page.Text("#longer") != "Extended by 2 minutes." {
		t.Errorf("prolonged: %s, %s seconds left\n%s", page.Path, page.Attr("#wait", "data-left"), page.HTML)
	}
	if page = b.Get("/sign-in/wait"); page.Has("#longer") {
		t.Error("that it was prolonged is said again")
	}
	clock.Move(122 * time.Second)
	page = b.Get("/sign-in/wait")
	if !strings.Contains(page.HTML, "The request timed out") {
		t.Fatalf("after its time:\n%s", page.HTML)
	}
	page = b.Post("/sign-in/again", url.Values{"request": {second}})
	if page.Path != "/sign-in/wait" || page.Request() == second || !page.Has("#number") {
		t.Errorf("again: %s", page.Path)
	}
	third := page.Request()
	clock.Move(11 * time.Minute)
	page = b.Post("/sign-in/again", url.Values{"request": {third}})
	if page.Has("#wait") || page.Attr("input#name", "value") != "ada" {
		t.Errorf("again after 15 minutes: %s, name %q", page.Path, page.Attr("input#name", "value"))
	}
}

// Denied and reported look the same in the browser that asked.
func TestDeniedAndReportedLookAlike(t *testing.T) {
	w := keyturntest.Start(t)
	pages := map[keyturn.Decision]string{}
	for _, decision := range []keyturn.Decision{keyturn.Deny, keyturn.Report} {
		p := w.Person("ada" + string(decision))
		p.SetUp(pin)
		b := w.Browser()
		page := b.SignIn(p)
		if _, err := p.Phone.Answer(t.Context(), p.Phone.Waiting(), decision, "", ""); err != nil {
			t.Fatal(err)
		}
		ended := page.Reload()
		html := strings.ReplaceAll(ended.HTML, page.Request(), "ID")
		html = strings.ReplaceAll(html, ended.Text("strong"), "REFERENCE")
		pages[decision] = strings.ReplaceAll(html, p.Name, "NAME")
	}
	if pages[keyturn.Deny] != pages[keyturn.Report] || !strings.Contains(pages[keyturn.Deny], "Not approved") {
		t.Errorf("denied:\n%s\nreported:\n%s", pages[keyturn.Deny], pages[keyturn.Report])
	}
}

// Digits are asked for once a phone has used the code, and a response once there is a challenge
// code: a form that comes sooner, with whatever in it, leads to where things stand.
func TestFormsBeforeTheirPage(t *testing.T) {
	w := keyturntest.Start(t)
	ada, ben := w.Person("ada"), w.Person("ben")
	b := w.Browser()
	b.SignIn(ada)
	for _, typed := range []string{"", "12", "123456"} {
		page := b.Post("/phones/activation/check", url.Values{"code": {typed}})
		if page.Status != 200 || page.Path != "/phones/activation" || !page.Has("#activation-code") {
			t.Errorf("digits %q before a phone has any: %d at %s\n%s", typed, page.Status, page.Path, page.HTML)
		}
	}
	ben.SetUp(pin)
	wait := w.Browser().SignIn(ben)
	for _, typed := range []string{"", "12", "12345678"} {
		page := wait.Press("/sign-in/response", "response", typed)
		if page.Status != 200 || page.Path != "/sign-in/wait" {
			t.Errorf("response %q before there is a challenge code: %d at %s\n%s", typed, page.Status, page.Path, page.HTML)
		}
	}
}

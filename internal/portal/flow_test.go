package portal_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

const pin = "7Kq#2"

// signedIn signs a person in who has a phone, in a new browser.
func signedIn(t *testing.T, w *keyturntest.World, p *keyturntest.Person) *keyturntest.Browser {
	t.Helper()
	b := w.Browser()
	b.SignIn(p)
	approve(t, b, p)
	return b
}

// approve approves what a browser waits for, and lets it go on.
func approve(t *testing.T, b *keyturntest.Browser, p *keyturntest.Person) *keyturntest.Page {
	t.Helper()
	page := b.Get("/sign-in/wait")
	number := ""
	if page.Has("#number") {
		number = page.Text("#number")
	}
	p.Phone.Approve(number)
	return page.Reload().Submit("form#redeem", nil)
}

// request is the id of the request that a page shows.
func request(page *keyturntest.Page) string { return page.Attr("#wait", "data-request") }

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
	source, err := os.ReadFile("portal.go")
	if err != nil {
		t.Fatal(err)
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
	if n := len(events(t, w, ada, audit.RequestBegun)); n != 0 {
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
	approve(t, there, ada)
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
	first := request(page)

	page = b.Post("/sign-in/cancel", url.Values{"request": {first}})
	if page.Path != "/" || page.Attr("input#name", "value") != "ada" {
		t.Errorf("cancelled: %s, name %q", page.Path, page.Attr("input#name", "value"))
	}
	if page = b.Get("/sign-in/wait"); !strings.Contains(page.HTML, "Sign-in cancelled") {
		t.Errorf("the waiting page of a cancelled request:\n%s", page.HTML)
	}

	page = b.SignIn(ada)
	second := request(page)
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
	if page.Path != "/sign-in/wait" || request(page) == second || !page.Has("#number") {
		t.Errorf("again: %s", page.Path)
	}
	third := request(page)
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
		html := strings.ReplaceAll(ended.HTML, request(page), "ID")
		html = strings.ReplaceAll(html, ended.Text("strong"), "REFERENCE")
		pages[decision] = strings.ReplaceAll(html, p.Name, "NAME")
	}
	if pages[keyturn.Deny] != pages[keyturn.Report] || !strings.Contains(pages[keyturn.Deny], "Not approved") {
		t.Errorf("denied:\n%s\nreported:\n%s", pages[keyturn.Deny], pages[keyturn.Report])
	}
}

// A code of mine has ended: the page knows why, and a new one is one press away.
func TestNewCode(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	old := page.Text("#activation-code")
	form := url.Values{"activation": {between(page.HTML, `name="activation" value="`)}}
	page = b.Post("/phones/activation", form)
	fresh := page.Text("#activation-code")
	if fresh == old {
		t.Error("no new code")
	}
	if page = b.Post("/phones/activation", form); page.Text("#activation-code") != fresh {
		t.Error("the same form twice made two codes")
	}
	if _, err := w.Phone(pin).Phone.Activate(t.Context(), must(keyturn.ParseCode(w.Origin, old)), "Pixel 9", pin); err == nil {
		t.Error("the older code is still good")
	}
	if page = page.Reload(); !strings.Contains(page.HTML, "An older code was tried on a phone") {
		t.Error("the page doesn't say that an older code was tried")
	}
	clock.Move(10*time.Minute + time.Second)
	if page = page.Reload(); !strings.Contains(page.HTML, "This code has expired") || page.Has("#activation-code") {
		t.Errorf("after its time:\n%s", page.HTML)
	}
	page.Submit("form#next", nil)
	page = b.Post("/phones/activation/cancel", nil)
	if !strings.Contains(page.HTML, "Set-up was cancelled") {
		t.Errorf("cancelled:\n%s", page.HTML)
	}
}

// Three wrong check codes cancel; one that isn't six digits costs no try.
func TestCheckCode(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	set := w.Phone(pin).Activate(page.Text("#activation-code"))
	wrong := "000000"
	if set.Check == wrong {
		wrong = "000001"
	}
	for _, tt := range []struct{ typed, says string }{
		{"12345", "That&#39;s 5 digits"}, {"１２３", "That&#39;s 3 digits"}, {"", "That&#39;s 0 digits"},
		{wrong, "2 tries left"}, {wrong[:3] + " " + wrong[3:], "1 try left"},
	} {
		page = b.Post("/phones/activation/check", url.Values{"code": {tt.typed}})
		if page.Status != 422 || !strings.Contains(page.HTML, tt.says) || page.Attr("input#code", "value") != tt.typed {
			t.Errorf("%q: %d, want %s\n%s", tt.typed, page.Status, tt.says, page.HTML)
		}
	}
	page = b.Post("/phones/activation/check", url.Values{"code": {wrong}})
	if page.Status != 200 || !strings.Contains(page.HTML, "Nothing was activated. Get a new code") {
		t.Errorf("the third wrong one: %d\n%s", page.Status, page.HTML)
	}
	page = b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if !strings.Contains(page.HTML, "Set-up was cancelled") {
		t.Error("the right one counts after three wrong ones")
	}
	if page = page.Submit("form#next", nil); !page.Has("#activation-code") {
		t.Errorf("no new code without signing out: %s", page.Path)
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
		page := press(wait, "/sign-in/response", "response", typed)
		if page.Status != 200 || page.Path != "/sign-in/wait" {
			t.Errorf("response %q before there is a challenge code: %d at %s\n%s", typed, page.Status, page.Path, page.HTML)
		}
	}
}

// The codes are in one answer only. The page's own list is what the check compares with.
func TestRecoveryCodes(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	list := b.Get("/phones/activation").Submit("form#next", nil)
	codes := all(list.HTML, `name="listed" value="`)
	if list.Status != 200 || len(codes) != 24 { // the check's, the file's and the language switch's
		t.Fatalf("%d with %d codes\n%s", list.Status, len(codes), list.HTML)
	}
	if again := b.Post("/recovery-codes", nil); again.Status != 409 || strings.Contains(again.HTML, codes[0]) {
		t.Errorf("a second time: %d", again.Status)
	}
	form := url.Values{"listed": codes[:8], "code": {codes[0]}}
	if page := b.Post("/recovery-codes/check", form); page.Status != 422 || !strings.Contains(page.HTML, codes[7]) {
		t.Errorf("another code than the fourth: %d", page.Status)
	}
	form.Set("language", "zh-Hans")
	if page := b.Post("/recovery-codes/check", form); page.Status != 200 || page.Attr("html", "lang") != "zh-Hans" || !strings.Contains(page.HTML, codes[7]) {
		t.Errorf("in another language: %d", page.Status)
	}
	form.Del("language")
	form.Set("code", strings.ToLower(strings.ReplaceAll(codes[3], "-", " ")))
	if page := b.Post("/recovery-codes/check", form); page.Path != "/" {
		t.Errorf("the fourth code: %d at %s", page.Status, page.Path)
	}
	form["listed"] = []string{"<script>"}
	if page := b.Post("/recovery-codes/check", form); page.Status != 404 {
		t.Errorf("no codes: %d", page.Status)
	}
	if home := b.Get("/"); !strings.Contains(home.HTML, "8 个") && !strings.Contains(home.HTML, "8") {
		t.Errorf("home:\n%s", home.HTML)
	}
}

// A phone is added and removed after an approval.
func TestPhones(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)

	page := b.Post("/phones/add", nil)
	if page.Path != "/sign-in/wait" || !strings.Contains(page.HTML, "Add a phone") {
		t.Fatalf("adding leads to %s\n%s", page.Path, page.HTML)
	}
	page = approve(t, b, ada)
	if page.Path != "/phones/activation" {
		t.Fatalf("after the approval: %s\n%s", page.Path, page.HTML)
	}
	second := w.Phone(pin)
	set := second.Activate(page.Text("#activation-code"))
	page = b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if strings.Contains(page.HTML, `action="/recovery-codes"`) {
		t.Error("a further phone gets recovery codes")
	}

	page = b.Get("/phones")
	ids := all(page.HTML, `href="/phones/remove?device=`)
	if len(ids) != 2 {
		t.Fatalf("%d phones\n%s", len(ids), page.HTML)
	}
	page = b.Post("/phones/rename", url.Values{"device": {ids[0]}, "name": {"  Ada's <new> phone "}})
	if page.Path != "/phones" || !strings.Contains(page.HTML, "Ada&#39;s &lt;new&gt; phone") {
		t.Errorf("renamed: %s\n%s", page.Path, page.HTML)
	}
	if page = b.Post("/phones/rename", url.Values{"device": {ids[0]}, "name": {"a\nb"}}); page.Status != 422 {
		t.Errorf("a name with a line feed: %d", page.Status)
	}

	page = b.Get("/phones/remove?device=" + ids[0])
	if !strings.Contains(page.HTML, "Remove Ada&#39;s &lt;new&gt; phone?") || strings.Contains(page.HTML, "no other phone") {
		t.Errorf("the question:\n%s", page.HTML)
	}
	page = b.Post("/phones/remove", url.Values{"device": {ids[0]}})
	if page.Path != "/sign-in/wait" || !strings.Contains(page.HTML, "Remove Ada&#39;s &lt;new&gt; phone") {
		t.Errorf("removing: %s\n%s", page.Path, page.HTML)
	}
	page = approve(t, b, ada)
	if page.Path != "/phones" || !strings.Contains(page.HTML, "was removed") || len(all(page.HTML, `href="/phones/remove?device=`)) != 1 {
		t.Errorf("removed: %s\n%s", page.Path, page.HTML)
	}
	if page = b.Get("/phones/remove?device=" + ids[1]); !strings.Contains(page.HTML, "no other phone") {
		t.Error("the last phone is like any other")
	}
}

func TestCancelledChangeChangesNothing(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	page := b.Post("/phones/add", nil)
	page = b.Post("/sign-in/cancel", url.Values{"request": {request(page)}})
	if page.Path != "/phones" {
		t.Errorf("cancelled: %s", page.Path)
	}
	page = b.Post("/phones/add", nil)
	if _, err := ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), keyturn.Deny, "", ""); err != nil {
		t.Fatal(err)
	}
	if page = page.Reload(); !strings.Contains(page.HTML, "Not approved") || !strings.Contains(page.HTML, `href="/phones"`) {
		t.Errorf("denied:\n%s", page.HTML)
	}
}

// With the check code off, a phone is ready as soon as it has finished.
func TestWithoutCheckCode(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Activation.CheckCode = "off" }))
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	w.Phone(pin).Activate(page.Text("#activation-code"))
	if page = page.Reload(); !strings.Contains(page.HTML, `action="/recovery-codes"`) {
		t.Errorf("not done:\n%s", page.HTML)
	}
}

// On a phone's own browser the QR code is a link.
func TestOnAPhone(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36")
	page := b.SignIn(w.Person("ada"))
	code := strings.ReplaceAll(page.Text("#activation-code"), "-", "")
	if page.Has("#activation-qr") || !strings.Contains(page.HTML, `href="`+w.Origin+"/p/#"+code+`"`) {
		t.Errorf("on a phone:\n%s", page.HTML)
	}
}

func between(html, before string) string {
	if found := all(html, before); len(found) > 0 {
		return found[0]
	}
	return ""
}

// all returns what stands between before and the next quotation mark.
func all(html, before string) (found []string) {
	for _, rest := range strings.Split(html, before)[1:] {
		value, _, _ := strings.Cut(rest, `"`)
		found = append(found, value)
	}
	return found
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

package keyturntest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
)

var wiki = keyturntest.App{Name: "Wiki", Next: "https://wiki.example.org/answer"}

// visit comes from the application with what it demands.
func visit(b *keyturntest.Browser, demand url.Values) *keyturntest.Page {
	return b.Get(keyturntest.AppPath + "?" + demand.Encode())
}

func acr(class policy.ACR) url.Values { return url.Values{"acr": {string(class)}} }

// typed sends the sign-in form of a page.
func typed(p *keyturntest.Page, who *keyturntest.Person, password string) *keyturntest.Page {
	return p.Submit("form#form", url.Values{"name": {who.Name}, "password": {password}})
}

// approved approves what waits and goes on.
func approved(p *keyturntest.Page, who *keyturntest.Person) *keyturntest.Page {
	number := ""
	if p.Has("#number") {
		number = p.Text("#number")
	}
	who.Phone.Approve(number)
	return p.Browser.Get("/sign-in/wait").Submit("form#redeem", nil)
}

// arrived fails the test unless a page leads to the application with an answer.
func arrived(t *testing.T, p *keyturntest.Page, answer string) {
	t.Helper()
	if p.Status != http.StatusOK || p.Attr("#onward", "href") != wiki.Next+"?"+answer {
		t.Errorf("%d %s leads to %s, want ?%s", p.Status, p.Path, p.Attr("#onward", "href"), answer)
	}
}

const strong, known = "acr=urn%3Akeyturn%3Aaal2&who=ada", "acr=urn%3Akeyturn%3Aaal2-known&who=ada"

// Whatever happens on the way, a sign-in that an application asked for goes on to it, with
// what its person has shown, in each language and without JavaScript.
func TestVisit(t *testing.T) {
	for _, tt := range []struct {
		says string
		walk func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, clock *keyturntest.Clock)
	}{
		{"it names the application, and fills in the name that it expects", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			form := visit(b, url.Values{"name": {"ada"}})
			if !strings.Contains(form.Text("h1"), "Wiki") || form.Attr("#name", "value") != "ada" || form.Attr("#signin", "data-app") != "Wiki" {
				t.Errorf("the form says %q, of %q", form.Text("h1"), form.Attr("#name", "value"))
			}
			wait := typed(form, ada, ada.Password)
			if r := ada.Phone.Waiting(); r.Challenge.App != "Wiki" {
				t.Errorf("the phone is asked for %q", r.Challenge.App)
			}
			arrived(t, approved(wait, ada), strong)
		}},
		{"wrong passwords, an empty form, and the form sent twice", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			form := typed(visit(b, nil), ada, "not this")
			form = typed(form, ada, "")
			typed(form, ada, ada.Password)
			arrived(t, approved(typed(form, ada, ada.Password), ada), strong)
		}},
		{"the language switched before and after a wrong password, and while it waits", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			form := typed(switched(visit(b, nil), "zh-Hans"), ada, "not this")
			form = switched(form, "en")
			wait := switched(typed(form, ada, ada.Password), "zh-Hans")
			if !strings.Contains(wait.HTML, `lang="zh-Hans"`) {
				t.Error("it isn't switched")
			}
			arrived(t, approved(wait, ada), strong)
		}},
		{"the language that the application asks for", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			b.Header.Set("Accept-Language", "en")
			form := visit(b, url.Values{"language": {"zh-Hans"}})
			if got := form.Header["Content-Language"][0]; got != "zh-Hans" {
				t.Errorf("the form is in %s", got)
			}
			wait := typed(form, ada, ada.Password)
			if got := wait.Header["Content-Language"][0]; got != "zh-Hans" {
				t.Errorf("what follows is in %s", got)
			}
			switched(wait, "en")
			if got := visit(b, url.Values{"language": {"zh-Hans"}}).Header["Content-Language"][0]; got != "en" {
				t.Errorf("what the person has chosen is followed by %s", got)
			}
		}},
		{"two applications in two tabs don't meet", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			one, two := visit(b, nil), visit(b, acr(policy.AAL2))
			arrived(t, approved(typed(one, ada, ada.Password), ada), strong)
			arrived(t, b.Get("/sign-in?visit="+two.Values(`name="visit" value="`)[0]), strong)
		}},
		{"a reload of each page leads to where it stands", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			form := visit(b, nil)
			id := form.Values(`name="visit" value="`)[0]
			typed(b.Get("/sign-in?visit="+id), ada, ada.Password)
			b.Get("/sign-in?visit=" + id)
			arrived(t, approved(b.Get("/sign-in/wait"), ada), strong)
			if end := b.Get("/sign-in?visit=" + id); end.Status != http.StatusConflict || !strings.Contains(end.Text("h1"), "Wiki") {
				t.Errorf("afterwards: %d %s", end.Status, end.Text("h1"))
			}
		}},
		{"a redemption sent twice", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			wait := typed(visit(b, nil), ada, ada.Password)
			ada.Phone.Approve(wait.Text("#number"))
			page := b.Get("/sign-in/wait")
			arrived(t, page.Submit("form#redeem", nil), strong)
			if again := page.Submit("form#redeem", nil); again.Has("#onward") {
				t.Error("it has its answer twice")
			}
		}},
		{"a known browser that the application wants a number from, also when it is asked again", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			arrived(t, approved(typed(visit(b, nil), ada, ada.Password), ada), strong)
			b.Get("/").Submit("form#sign-out", nil)
			if typed(visit(b, acr(policy.AAL2Known)), ada, ada.Password).Has("#number") {
				t.Error("a number without need")
			}
			typed(visit(b, acr(policy.AAL2)), ada, ada.Password)
			deny(t, ada)
			wait := b.Get("/sign-in/wait").Submit("form#next", nil)
			if !wait.Has("#number") {
				t.Fatal("asked again: no number")
			}
			arrived(t, approved(wait, ada), strong)
		}},
		{"a session that is enough", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			approved(b.SignIn(ada), ada)
			for _, demand := range []url.Values{nil, acr(policy.AAL1), acr(policy.AAL2), {"silent": {""}}} {
				arrived(t, visit(b, demand), strong)
			}
		}},
		{"a session that isn't enough, and its phone is asked again", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			approved(b.SignIn(ada), ada)
			b.Get("/").Submit("form#sign-out", nil)
			approved(b.SignIn(ada), ada)
			arrived(t, visit(b, acr(policy.AAL2Known)), known)
			wait := visit(b, acr(policy.AAL2)).Submit("form#ask", nil)
			cancelled := wait.Submit("form#go", nil)
			if !cancelled.Has("form#ask") || b.Get("/").Attr("body", "data-proven") != string(policy.AAL2Known) {
				t.Fatalf("cancelled: %s\n%s", cancelled.Path, cancelled.HTML)
			}
			arrived(t, approved(cancelled.Submit("form#ask", nil), ada), strong)
		}},
		{"a session that is too old: the password is typed again", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, clock *keyturntest.Clock) {
			approved(b.SignIn(ada), ada)
			clock.Move(time.Minute)
			form := visit(b, url.Values{"login": {""}})
			if !form.Has("#password") {
				t.Fatalf("on %s", form.Path)
			}
			arrived(t, approved(typed(form, ada, ada.Password), ada), known)
		}},
		{"nobody is asked where nothing may be", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			arrived(t, visit(b, url.Values{"silent": {""}}), "error=refused")
			arrived(t, visit(b, url.Values{"acr": {"urn:example:gold"}}), "error=refused")
		}},
		{"a response from a phone without a network is enough, or the phone is asked again", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			page := respond(t, typed(visit(b, acr(policy.AAL2Offline)), ada, ada.Password), ada)
			arrived(t, page, "acr=urn%3Akeyturn%3Aaal2-offline&who=ada")
			arrived(t, approved(visit(b, acr(policy.AAL2Known)).Submit("form#ask", nil), ada), strong)
		}},
		{"whoever goes back is where the application said", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, _ *keyturntest.Clock) {
			form := visit(b, nil)
			arrived(t, form.Submit("form#leave", nil), "error=left")
			if late := typed(form, ada, ada.Password); late.Status != http.StatusConflict || late.Has("#wait") {
				t.Errorf("the form afterwards: %d %s", late.Status, late.Path)
			}
		}},
		{"an hour later the application has to be opened again", func(t *testing.T, b *keyturntest.Browser, ada *keyturntest.Person, clock *keyturntest.Clock) {
			form := visit(b, nil)
			clock.Move(time.Hour)
			if late := typed(form, ada, ada.Password); late.Status != http.StatusConflict {
				t.Errorf("%d %s", late.Status, late.Path)
			}
		}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			clock := keyturntest.NewClock()
			w := keyturntest.Start(t, keyturntest.Joins(wiki), keyturntest.At(clock))
			ada := w.Person("ada")
			ada.SetUp(pin)
			tt.walk(t, w.Browser(), ada, clock)
		})
	}
}

// In its days of grace an account goes on to an application for which a password is enough,
// and sets up its phone first for any other one.
func TestVisitInGrace(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Joins(wiki), keyturntest.Set(func(c *config.Config) { c.Activation.Grace = config.Duration{Duration: 72 * time.Hour} }))
	ada := w.Person("ada")
	arrived(t, typed(visit(w.Browser(), acr(policy.AAL1)), ada, ada.Password), "acr=urn%3Akeyturn%3Aaal1&who=ada")
	b := w.Browser()
	set := typed(visit(b, acr(policy.AAL2Offline)), ada, ada.Password)
	if set.Path != "/phones/activation" {
		t.Fatalf("on %s", set.Path)
	}
	if later := set.Submit("form#leave", nil); later.Path != "/phones/activation" {
		t.Errorf("later leads to %s: the application is waiting", later.Path)
	}
	if home := b.Get("/"); home.Attr("#visit", "href") == "" {
		t.Error("home doesn't lead on to the application")
	}
}

// A127: a visit's id is worth nothing in another browser: neither its application nor its
// person is named there, nothing goes on, and nothing ends.
func TestA127VisitOfAnotherBrowser(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Joins(wiki))
	ada, eve := w.Person("ada"), w.Person("eve")
	ada.SetUp(pin)
	eve.SetUp(pin)
	mine := w.Browser()
	form := visit(mine, url.Values{"name": {"ada"}})
	id := form.Values(`name="visit" value="`)[0]
	others := map[string]*keyturntest.Browser{"one that was never here": w.Browser(), "one with a visit of its own": w.Browser()}
	visit(others["one with a visit of its own"], nil)
	for who, b := range others {
		for _, get := range []string{"/sign-in?visit=" + id, keyturntest.AppPath + "/answer?visit=" + id} {
			if page := b.Get(get); page.Status != http.StatusNotFound || strings.Contains(page.HTML, "Wiki") {
				t.Errorf("%s, %s: %d\n%s", who, get, page.Status, page.HTML)
			}
		}
		for _, post := range []string{"/sign-in", "/sign-in/ask", "/sign-in/leave"} {
			page := b.Post(post, url.Values{"visit": {id}, "name": {"eve"}, "password": {eve.Password}})
			if page.Status != http.StatusNotFound {
				t.Errorf("%s, %s: %d", who, post, page.Status)
			}
		}
	}
	// Who has signed in here with the link of another browser's visit gives that one nothing.
	if page := mine.Get("/sign-in?visit=" + id); !page.Has("#password") {
		t.Errorf("the browser that began is at %s", page.Path)
	}
	arrived(t, approved(typed(form, ada, ada.Password), ada), strong)
}

// deny denies what waits.
func deny(t *testing.T, p *keyturntest.Person) {
	t.Helper()
	if _, err := p.Phone.Answer(t.Context(), p.Phone.Waiting(), keyturn.Deny, "", p.Phone.PIN); err != nil {
		t.Fatal(err)
	}
}

// respond types the response to a challenge code of the page that waits.
func respond(t *testing.T, wait *keyturntest.Page, p *keyturntest.Person) *keyturntest.Page {
	t.Helper()
	page := wait.Browser.Post("/sign-in/offline", url.Values{"request": {wait.Attr("#wait", "data-request")}})
	response, err := p.Phone.Respond(p.Phone.Accounts()[0].Device, strings.ReplaceAll(page.Text("#challenge"), " ", ""), p.Phone.PIN)
	if err != nil {
		t.Fatal(err)
	}
	return page.Submit("form#respond", url.Values{"response": {response}})
}

// switched switches the language of a page.
func switched(p *keyturntest.Page, lang string) *keyturntest.Page {
	return p.Submit("form.language", url.Values{"language": {lang}})
}

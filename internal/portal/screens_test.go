package portal_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/keyturntest"
)

// "Always give me more time": every request of that person begins with the longest life,
// WCAG 2.2.1. That it was asked for is in the record, once.
func TestMoreTime(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	left := func(page *keyturntest.Page) int {
		n, err := strconv.Atoi(page.Attr("#wait", "data-left"))
		if err != nil {
			t.Fatalf("%v in\n%s", err, page.HTML)
		}
		return n
	}
	for range 2 {
		if page := b.Post("/accessibility", url.Values{"more_time": {"yes"}}); page.Path != "/" || !strings.Contains(page.HTML, `name="more_time" value="no"`) {
			t.Fatalf("%d at %s\n%s", page.Status, page.Path, page.HTML)
		}
	}
	if n := len(ada.Events(audit.MoreTimeOn)); n != 1 {
		t.Errorf("%d events of one change", n)
	}
	wait := w.Browser().SignIn(ada)
	if n := left(wait); n < 590 {
		t.Errorf("a sign-in begins with %d s", n)
	}
	if wait.Has("#more") {
		t.Error("the page offers more time than there can be")
	}
	ada.Phone.Refuse(keyturn.Deny)
	if n := left(wait.Press("/sign-in/again")); n < 590 {
		t.Errorf("the next one begins with %d s", n)
	}
	if n := left(b.Post("/phones/add", nil)); n < 590 {
		t.Errorf("a change begins with %d s", n)
	}
	b.Post("/accessibility", nil)
	if n := left(w.Browser().SignIn(ada)); n > 120 {
		t.Errorf("after it was switched off: %d s", n)
	}
	if page := w.Browser().Post("/accessibility", nil); page.Status != http.StatusNotFound {
		t.Errorf("without a session: %d", page.Status)
	}
}

// What was done is said on the page that it leads to, and how a sign-in ended has the
// reference that the help desk looks up.
func TestDoneIsSaid(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	codes := ada.SetUpWithCodes(pin)
	b := ada.SignedIn()
	form := url.Values{"listed": codes, "code": {codes[3]}}
	if page := b.Post("/recovery-codes/check", form); page.Path != "/" || !page.Has("#saved") || b.Get("/").Has("#saved") {
		t.Errorf("saved: %s\n%s", page.Path, page.HTML)
	}
	id := ada.Phone.Accounts()[0].Device
	page := b.Post("/phones/rename", url.Values{"device": {id}, "name": {"Kitchen"}})
	if !strings.Contains(page.HTML, "now called Kitchen") || strings.Contains(b.Get("/phones").HTML, "now called") {
		t.Errorf("renamed:\n%s", page.HTML)
	}
	clock.Move(40 * 24 * time.Hour)
	if page := recovered(t, w, ada, codes[0]).Browser.Get("/phones"); !strings.Contains(page.HTML, "Not used for 40 days") {
		t.Errorf("a phone that may be forgotten:\n%s", page.HTML)
	}
	if page := ada.SignedIn().Get("/phones"); strings.Contains(page.HTML, "Not used for") {
		t.Errorf("just used:\n%s", page.HTML)
	}
	b = w.Browser()
	wait := b.SignIn(ada)
	ref := wait.Text("#desk")[len("Ask your help desk. Reference "):]
	ada.Phone.Refuse(keyturn.Deny)
	if page := wait.Reload(); !strings.Contains(page.HTML, "<strong>"+ref+"</strong>") {
		t.Errorf("no reference %s on\n%s", ref, page.HTML)
	}
}

// On a phone there is nothing to scan: a link, which leaves the page where the check code
// is typed, and the steps for that phone.
func TestSetUpOnThePhone(t *testing.T) {
	w := keyturntest.Start(t)
	for agent, guide := range map[string]string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1": "activate-iphone-typed",
		"Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile Safari/537.36":                   "activate-android-typed",
	} {
		b := w.Browser()
		b.Header.Set("User-Agent", agent)
		page := b.SignIn(w.Person(guide))
		if page.Has("#activation-qr") || page.Attr("a#here", "target") != "_blank" || !strings.HasSuffix(page.Attr("a#here", "href"), strings.ReplaceAll(page.Text("#activation-code"), "-", "")) {
			t.Errorf("%s", page.HTML)
		}
		if strings.Count(page.HTML, "/help/en/activate-") != 1 || !strings.Contains(page.HTML, "/help/en/"+guide+`"`) {
			t.Errorf("guides of %s:\n%s", agent, page.HTML)
		}
	}
}

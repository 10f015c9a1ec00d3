package signin_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
)

// respond is what a phone shows for the challenge code of a page.
func respond(t *testing.T, p *keyturntest.Phone, page *keyturntest.Page, pin string) string {
	t.Helper()
	challenge := strings.ReplaceAll(page.Text("#challenge"), " ", "")
	response, err := p.Respond(p.Accounts()[0].Device, challenge, pin)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// From second 0 every way stands on the waiting page, for one and the same request,
//
func TestLadder(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	wait := w.Browser().SignIn(ada)
	for _, rung := range []string{"button#qr", "button#offline", "button#cancel", "button#more", "#desk"} {
		if !wait.Has(rung) {
			t.Errorf("there is no %s:\n%s", rung, wait.HTML)
		}
	}
	qr := wait.Press("/sign-in/qr")
	offline := wait.Press("/sign-in/offline")
	if qr.Request() != wait.Request() || offline.Request() != wait.Request() {
		t.Error("the rungs are about other requests")
	}
	if wait = wait.Reload(); !wait.Has("a#qr") || !wait.Has("a#offline") {
		t.Error("the way back to the codes makes new ones")
	}
	if again := wait.Browser.Get("/sign-in/qr"); again.Attr("#signin-qr", "data-link") != qr.Attr("#signin-qr", "data-link") {
		t.Error("a refresh shows another QR code")
	}
	if again := wait.Browser.Get("/sign-in/offline"); again.Text("#challenge") != offline.Text("#challenge") {
		t.Error("a refresh shows another challenge code")
	}
}

// scanned inside the app there is nothing to type, and the browser is known
// afterwards.
func TestQRSignIn(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	qr := b.SignIn(ada).Press("/sign-in/qr")
	if qr.Path != "/sign-in/qr" || !strings.Contains(qr.HTML, "Waiting for a scan") {
		t.Fatalf("the page of the code: %s\n%s", qr.Path, qr.HTML)
	}
	r, err := ada.Phone.Scan(t.Context(), qr.Attr("#signin-qr", "data-link"))
	if err != nil {
		t.Fatal(err)
	}
	if err := ada.Phone.Seen(t.Context(), r, "scanned"); err != nil {
		t.Fatal(err)
	}
	if qr = qr.Reload(); !strings.Contains(qr.Text("#say"), "Scanned by Pixel 9") {
		t.Errorf("after the scan: %q", qr.Text("#say"))
	}
	if state, err := ada.Phone.Answer(t.Context(), r, keyturn.Approve, "", ada.Phone.PIN); err != nil || state != "approved" {
		t.Fatal(state, err)
	}
	home := qr.Reload().Submit("form#redeem", nil)
	if home.Attr("body", "data-account") != "ada" || home.Attr("body", "data-proven") != "urn:keyturn:aal2" {
		t.Errorf("signed in as %q with %q", home.Attr("body", "data-account"), home.Attr("body", "data-proven"))
	}
	home.Submit("form#sign-out", nil)
	if wait := b.SignIn(ada); wait.Has("#number") {
		t.Error("the browser isn't known")
	}
}

// The phone without a network. The wrong response costs a try, the
// right one signs in at once.
func TestOfflineSignIn(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	page := w.Browser().SignIn(ada).Press("/sign-in/offline")
	if page.Path != "/sign-in/offline" || strings.Contains(page.HTML, `http-equiv="refresh"`) {
		t.Fatalf("the page of the challenge: %s\n%s", page.Path, page.HTML)
	}
	page = page.Submit("form#respond", url.Values{"response": {"1234"}})
	if page.Status != 422 || !strings.Contains(page.HTML, "4 digits") {
		t.Errorf("four digits: %d\n%s", page.Status, page.HTML)
	}
	page = page.Submit("form#respond", url.Values{"response": {respond(t, ada.Phone, page, "9zzz")}})
	if page.Status != 422 || !strings.Contains(page.Text("#problem"), "4 tries left") || !strings.Contains(page.Text("#problem"), "PIN") {
		t.Errorf("a wrong PIN: %d\n%s", page.Status, page.HTML)
	}
	right := respond(t, ada.Phone, page, pin)
	home := page.Submit("form#respond", url.Values{"response": {right[:4] + " " + right[4:]}})
	if home.Path != "/" || home.Attr("body", "data-proven") != "urn:keyturn:aal2-offline" {
		t.Fatalf("signed in at %s with %q", home.Path, home.Attr("body", "data-proven"))
	}
	home.Submit("form#sign-out", nil)
	if wait := home.Browser.SignIn(ada); !wait.Has("#number") {
		t.Error("an offline response makes the browser known")
	}
}

// Ten wrong responses in a row switch challenge codes off; the page says so, and the
// approval of a security change switches them on again.
func TestOfflineOff(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	for range 2 {
		page := b.SignIn(ada).Press("/sign-in/offline")
		for range 4 {
			page = page.Submit("form#respond", url.Values{"response": {wrong(t, ada.Phone, page)}})
		}
		page = page.Submit("form#respond", url.Values{"response": {wrong(t, ada.Phone, page)}})
		if !strings.Contains(page.HTML, "Too many wrong responses") {
			t.Fatalf("after five: %s", page.HTML)
		}
	}
	wait := b.SignIn(ada)
	if !wait.Has("#off") || wait.Has("#offline") {
		t.Errorf("challenge codes are off: %s", wait.HTML)
	}
	if page := wait.Press("/sign-in/offline"); page.Path != "/sign-in/offline" || !page.Has("#off") || page.Has("#respond") {
		t.Errorf("asked for all the same: %s\n%s", page.Path, page.HTML)
	}
	ada.Approve(b)
	if wait = w.Browser().SignIn(ada); wait.Has("#offline") {
		t.Error("a sign-in switches challenge codes on again: ten guesses more for a thief")
	}
	b.Post("/password/ask", nil)
	// A102: nor will a change have one when they are on.
	if page := b.Get("/sign-in/offline"); page.Path != "/sign-in/wait" || !page.Has("#online") {
		t.Errorf("for a change: %s\n%s", page.Path, page.HTML)
	}
	ada.Approve(b)
	if wait = w.Browser().SignIn(ada); !wait.Has("#offline") {
		t.Error("a security change doesn't switch challenge codes on again")
	}
}

// A102: a change of phones, codes or password shows no challenge code, whatever is asked
// for, and says which ways are left. The phone that has a network still approves it.
func TestA102ChangesHaveNoChallenge(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	for _, path := range []string{"/phones/add", "/password/ask", "/recovery-codes/new"} {
		wait := b.Post(path, nil)
		for _, page := range []*keyturntest.Page{wait, wait.Press("/sign-in/qr")} {
			if page.Has("#offline") || !strings.Contains(page.Text("#online"), "open Keyturn or use the QR code") {
				t.Errorf("%s, %s: no word of the ways that are left:\n%s", path, page.Path, page.HTML)
			}
		}
		for _, page := range []*keyturntest.Page{
			wait.Press("/sign-in/offline"), wait.Press("/sign-in/response", "response", "12345678"), b.Get("/sign-in/offline"),
		} {
			if page.Path != "/sign-in/wait" || !page.Has("#online") || page.Has("#challenge") {
				t.Errorf("%s, asked for all the same: %s\n%s", path, page.Path, page.HTML)
			}
		}
		ada.Approve(b)
	}
	if wait := b.SignIn(ada); !wait.Has("#offline") || wait.Has("#online") {
		t.Errorf("a sign-in has lost it:\n%s", wait.HTML)
	}
}

// wrong is a response that isn't the phone's.
func wrong(t *testing.T, p *keyturntest.Phone, page *keyturntest.Page) string {
	t.Helper()
	right := []byte(respond(t, p, page, pin))
	right[0] = '0' + ('9'-right[0])%10
	if string(right) == respond(t, p, page, pin) {
		right[0] = '0' + (right[0]-'0'+1)%10
	}
	return string(right)
}

// The page of the QR code when its time is over: the same code in sight, and the
// next one a button away.
func TestQRRenewed(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	ada.SetUp(pin)
	qr := w.Browser().SignIn(ada).Press("/sign-in/qr")
	seen := map[string]bool{qr.Attr("#signin-qr", "data-link"): true}
	for range 4 {
		qr = qr.Press("/sign-in/qr")
		seen[qr.Attr("#signin-qr", "data-link")] = true
	}
	if len(seen) != 5 || qr.Has("#renew") {
		t.Errorf("%d codes, another one: %v", len(seen), qr.Has("#renew"))
	}
	if sixth := qr.Press("/sign-in/qr"); !seen[sixth.Attr("#signin-qr", "data-link")] {
		t.Error("there is a sixth code")
	}
	clock.Move(3 * time.Minute)
	over := qr.Reload()
	if over.Path != "/sign-in/qr" || over.Has("#signin-qr") || !strings.Contains(over.Text("#say"), "This code has ended") {
		t.Fatalf("when time is over: %s\n%s", over.Path, over.HTML)
	}
	next := over.Press("/sign-in/again", "way", "qr")
	if next.Path != "/sign-in/qr" || next.Request() == qr.Request() || !next.Has("#signin-qr") {
		t.Errorf("renewed: %s\n%s", next.Path, next.HTML)
	}
}

// What the phone got wrong stands on the waiting page.
func TestWrongOnThePhone(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	wait := w.Browser().SignIn(ada)
	r := ada.Phone.Waiting()
	if _, err := ada.Phone.Answer(t.Context(), r, keyturn.Approve, wait.Text("#number"), "9zzz"); err == nil {
		t.Fatal("a wrong PIN approves")
	}
	if say := wait.Reload().Text("#say"); !strings.Contains(say, "wrong PIN") {
		t.Errorf("a wrong PIN: %q", say)
	}
	other := "000000"
	if wait.Text("#number") == other {
		other = "000001"
	}
	if _, err := ada.Phone.Answer(t.Context(), r, keyturn.Approve, other, pin); err == nil {
		t.Fatal("a wrong number approves")
	}
	if say := wait.Reload().Text("#say"); !strings.Contains(say, "2 tries left") {
		t.Errorf("a wrong number: %q", say)
	}
}

// The page of the QR code hears which code counts and whether a phone has read it,
// and never what it holds.
func TestQRStream(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	qr := b.SignIn(ada).Press("/sign-in/qr")
	link := qr.Attr("#signin-qr", "data-link")
	events := b.Follow("/sign-in/events?way=qr&request=" + qr.Request())
	seen := <-events
	if !strings.Contains(seen, `"scan":1`) || !strings.Contains(seen, "Waiting for a scan") {
		t.Errorf("at first: %s", seen)
	}
	r, err := ada.Phone.Scan(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if err := ada.Phone.Seen(t.Context(), r, "scanned"); err != nil {
		t.Fatal(err)
	}
	scanned := <-events
	if !strings.Contains(scanned, `"read":true`) || !strings.Contains(scanned, "Scanned by Pixel 9") {
		t.Errorf("scanned: %s", scanned)
	}
	qr.Press("/sign-in/qr")
	renewed := <-events
	if !strings.Contains(renewed, `"scan":2`) || strings.Contains(renewed, `"read"`) {
		t.Errorf("renewed: %s", renewed)
	}
	if secret := link[strings.LastIndex(link, ".")+1:]; strings.Contains(seen+scanned+renewed, secret) {
		t.Error("the secret is in the stream")
	}
}

package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

const fresh = "another password of ada"

// askPassword has the change of the password approved, in a browser that is signed in.
func askPassword(t *testing.T, b *keyturntest.Browser, p *keyturntest.Person) *keyturntest.Page {
	t.Helper()
	if page := b.Get("/password"); page.Has("form#password") || !page.Has("form#ask") {
		t.Fatalf("before an approval:\n%s", page.HTML)
	}
	if page := b.Get("/password").Submit("form#ask", nil); page.Path != "/sign-in/wait" {
		t.Fatalf("asking leads to %s", page.Path)
	}
	page := p.Approve(b)
	if page.Path != "/password" || !page.Has("form#password") {
		t.Fatalf("after the approval: %s\n%s", page.Path, page.HTML)
	}
	return page
}

func typed(present, fresh, again string) url.Values {
	return url.Values{"present": {present}, "new": {fresh}, "again": {again}}
}

// A23: a new password ends what the old one opened: other sessions, known browsers,
// requests that wait, and those that could be made without it. The session stays.
func TestA23NewPassword(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	other, b := ada.SignedIn(), ada.SignedIn()
	thief := w.Browser()
	id := thief.SignIn(ada).Request()
	if _, err := ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), keyturn.Deny, "", ""); err != nil {
		t.Fatal(err)
	}
	page := askPassword(t, b, ada)
	waits := w.Browser()
	waitsID := waits.SignIn(ada).Request()
	if page = page.Submit("form#password", typed(ada.Password, fresh, fresh)); page.Path != "/password" || page.Has("form#password") {
		t.Fatalf("after the change: %s\n%s", page.Path, page.HTML)
	}
	if b.Get("/").Attr("body", "data-account") != "ada" {
		t.Error("the session that changed it has ended")
	}
	if other.Get("/").Attr("body", "data-account") != "" {
		t.Error("another session goes on")
	}
	if page := waits.Get("/sign-in/wait"); page.Has("#wait") {
		t.Error("a request still waits")
	}
	for name, by := range map[string]struct {
		b  *keyturntest.Browser
		id string
	}{"one that was denied": {thief, id}, "one that waited": {waits, waitsID}} {
		if page := by.b.Post("/sign-in/again", url.Values{"request": {by.id}}); page.Has("#wait") {
			t.Errorf("%s: a request without the new password", name)
		}
	}
	ada.Password = fresh
	if page := b.SignIn(ada); !page.Has("#number") {
		t.Error("the browser is still known")
	}
	if len(ada.Events(audit.PasswordChanged)) != 1 {
		t.Error("the record doesn't have one change")
	}
}

// A33: whoever knows a new password, even one that the operator has set, still meets
// the phone.
func TestA33NewPasswordMeetsThePhone(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	if err := w.Accounts.SetPassword(t.Context(), ada.ID, fresh); err != nil {
		t.Fatal(err)
	}
	if b.Get("/").Attr("body", "data-account") != "" {
		t.Error("a session outlives the operator's change")
	}
	if page := w.Browser().SignIn(ada); page.Status != http.StatusForbidden {
		t.Errorf("the old password: %d", page.Status)
	}
	ada.Password = fresh
	if page := w.Browser().SignIn(ada); page.Path != "/sign-in/wait" || !page.Has("#number") {
		t.Errorf("the new password: %s", page.Path)
	}
}

// What can't be a new password is said at its field, and the approval stays.
func TestPasswordForm(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	askPassword(t, b, ada)
	for _, tt := range []struct {
		name   string
		in     url.Values
		status int
	}{
		{"no present one", typed("", fresh, fresh), http.StatusUnprocessableEntity},
		{"two different ones", typed(ada.Password, fresh, fresh+"x"), http.StatusUnprocessableEntity},
		{"too short", typed(ada.Password, "1234567", "1234567"), http.StatusUnprocessableEntity},
		{"too long", typed(ada.Password, strings.Repeat("x", 257), strings.Repeat("x", 257)), http.StatusUnprocessableEntity},
		{"a common one", typed(ada.Password, "iloveyou", "iloveyou"), http.StatusUnprocessableEntity},
		{"the account's name and a year", typed(ada.Password, "ada-2026", "ada-2026"), http.StatusUnprocessableEntity},
		{"what nobody can type", typed(ada.Password, fresh+"\ufeff", fresh+"\ufeff"), http.StatusUnprocessableEntity},
		{"the same again", typed(ada.Password, ada.Password, ada.Password), http.StatusUnprocessableEntity},
		{"a wrong present one", typed("wrong password", fresh, fresh), http.StatusForbidden},
	} {
		page := b.Post("/password", tt.in)
		if page.Status != tt.status || !page.Has("#problem") || !page.Has("form#password") {
			t.Errorf("%s: %d\n%s", tt.name, page.Status, page.HTML)
		}
		for _, values := range tt.in {
			if len(values[0]) > 7 && strings.Contains(page.HTML, values[0]) {
				t.Errorf("%s: what was typed comes back", tt.name)
			}
		}
	}
	if page := b.Post("/password", typed(ada.Password, fresh, fresh)); page.Path != "/password" || page.Status != http.StatusOK {
		t.Errorf("in the end: %d\n%s", page.Status, page.HTML)
	}
	if page := b.Post("/password", typed(fresh, "a third password", "a third password")); page.Status != http.StatusConflict {
		t.Errorf("a second change by one approval: %d", page.Status)
	}
}

// A guess at the present password is counted like any other.
func TestPasswordTries(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	askPassword(t, b, ada)
	statuses := map[int]int{}
	for range 7 {
		statuses[b.Post("/password", typed("wrong password", fresh, fresh)).Status]++
	}
	if statuses[http.StatusForbidden] != 5 || statuses[http.StatusTooManyRequests] != 2 {
		t.Errorf("statuses %v", statuses)
	}
}

// Without a fresh approval of this session nothing is changed: none, an old one, one of
// another session, one for something else.
func TestPasswordNeedsItsApproval(t *testing.T) {
	clock := keyturntest.NewClock()
	w := keyturntest.Start(t, keyturntest.At(clock))
	ada := w.Person("ada")
	ada.SetUp(pin)
	b, other := ada.SignedIn(), ada.SignedIn()
	change := func(b *keyturntest.Browser) int { return b.Post("/password", typed(ada.Password, fresh, fresh)).Status }
	if got := change(b); got != http.StatusConflict {
		t.Errorf("without an approval: %d", got)
	}
	askPassword(t, b, ada)
	if got := change(other); got != http.StatusConflict {
		t.Errorf("with another session's: %d", got)
	}
	clock.Move(5*time.Minute + time.Second)
	if got := change(b); got != http.StatusConflict {
		t.Errorf("with an old one: %d", got)
	}
	b.Post("/phones/add", nil)
	ada.Approve(b)
	if got := change(b); got != http.StatusConflict {
		t.Errorf("with one for a phone: %d", got)
	}
	if page := w.Browser().SignIn(ada); page.Path != "/sign-in/wait" {
		t.Errorf("the password has changed: %d", page.Status)
	}
	if got := w.Browser().Get("/password").Status; got != http.StatusNotFound {
		t.Errorf("without a session: %d", got)
	}
}

// Of fifty forms with one approval one changes the password.
func TestPasswordRace(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	askPassword(t, b, ada)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { b.Post("/password", typed(ada.Password, fresh, fresh)) })
	}
	wg.Wait()
	if n := len(ada.Events(audit.PasswordChanged)); n != 1 {
		t.Errorf("%d changes", n)
	}
}

// After a report the password can be changed at once, with an approval; phones can't.
func TestPasswordAfterAReport(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := ada.SignedIn()
	w.Browser().SignIn(ada)
	if _, err := ada.Phone.Answer(t.Context(), ada.Phone.Waiting(), "report", "", ""); err != nil {
		t.Fatal(err)
	}
	if page := b.Get("/"); !page.Has("#reports") {
		t.Error("the security home doesn't say that notifications are off")
	}
	page := askPassword(t, b, ada)
	if page = page.Submit("form#password", typed(ada.Password, fresh, fresh)); page.Status != http.StatusOK {
		t.Errorf("after a report: %d", page.Status)
	}
}

// A23: a sign-in that a phone has approved and no browser has redeemed yet ends with a
// new password, the person's or the operator's, a report and an alarm, and the page
// says so.
func TestA23ApprovedSignInEnds(t *testing.T) {
	for name, end := range map[string]func(*keyturntest.World, *keyturntest.Person, *keyturntest.Browser){
		"the person's new password": func(_ *keyturntest.World, p *keyturntest.Person, b *keyturntest.Browser) {
			page := askPassword(t, b, p).Submit("form#password", typed(p.Password, fresh, fresh))
			if page.Status != http.StatusOK {
				t.Fatalf("the change: %d", page.Status)
			}
		},
		"the operator's new password": func(w *keyturntest.World, p *keyturntest.Person, _ *keyturntest.Browser) {
			if err := w.Accounts.SetPassword(t.Context(), p.ID, fresh); err != nil {
				t.Fatal(err)
			}
		},
		"a report": func(w *keyturntest.World, p *keyturntest.Person, _ *keyturntest.Browser) {
			w.Browser().SignIn(p)
			if _, err := p.Phone.Answer(t.Context(), p.Phone.Waiting(), keyturn.Report, "", pin); err != nil {
				t.Fatal(err)
			}
		},
		"an alarm": func(w *keyturntest.World, p *keyturntest.Person, _ *keyturntest.Browser) {
			b := w.Browser()
			b.SignIn(p)
			b.Get("/sign-in/recovery").Submit("form#recovery", url.Values{"code": {keyturn.NewRecoveryCode().String()}})
			all, err := p.Phone.Notices(t.Context())
			if err != nil || len(all) == 0 {
				t.Fatalf("%d notices, %v", len(all), err)
			}
			if err := p.Phone.Alarm(t.Context(), all[0], pin); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := keyturntest.Start(t)
			ada := w.Person("ada")
			ada.SetUp(pin)
			mine, thief := ada.SignedIn(), w.Browser()
			page := thief.SignIn(ada)
			id := page.Request()
			ada.Phone.Approve(page.Text("#number"))
			end(w, ada, mine)
			page = thief.Post("/sign-in/redeem", url.Values{"request": {id}})
			if thief.Cookie("keyturn_session") != "" || thief.Get("/").Attr("body", "data-account") != "" {
				t.Error("signed in")
			}
			if page.Status != http.StatusOK || !strings.Contains(page.HTML, "Sign-in cancelled") {
				t.Errorf("%d %s\n%s", page.Status, page.Path, page.HTML)
			}
		})
	}
}

// A33: a change that is being judged doesn't overwrite the operator's.
func TestA33OperatorsPasswordStays(t *testing.T) {
	for name, n := range map[string]int{"while the present one is compared": 1, "while the new one is hashed": 2} {
		t.Run(name, func(t *testing.T) {
			w := keyturntest.Start(t)
			ada := w.Person("ada")
			ada.SetUp(pin)
			b := ada.SignedIn()
			page := askPassword(t, b, ada)
			ada.Reset(n, "the operator's password")
			page = page.Submit("form#password", typed(ada.Password, fresh, fresh))
			if page.Has("form#password") || strings.Contains(page.Path, "changed") || b.Get("/").Attr("body", "data-account") != "" {
				t.Errorf("%d %s\n%s", page.Status, page.Path, page.HTML)
			}
			for password, status := range map[string]int{"the operator's password": http.StatusOK, fresh: http.StatusForbidden} {
				ada.Password = password
				if page := w.Browser().SignIn(ada); page.Status != status {
					t.Errorf("%s: %d", password, page.Status)
				}
			}
		})
	}
}

// A33: a set-up code of a session that a new password ends is worth nothing, also where
// no check code is asked for.
func TestA33CodeEndsWithItsSession(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Activation.CheckCode = "off" }))
	ada := w.Person("ada")
	page := w.Browser().SignIn(ada)
	if err := w.Accounts.SetPassword(t.Context(), ada.ID, fresh); err != nil {
		t.Fatal(err)
	}
	phone := w.Phone(pin)
	code, err := keyturn.ParseCode(phone.Origin(), page.Text("#activation-code"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := phone.Phone.Activate(t.Context(), code, "Pixel 9", phone.PIN); err == nil {
		t.Error("a phone was set up by it")
	}
	ada.Password = fresh
	if page := w.Browser().SignIn(ada); !page.Has("#activation-code") {
		t.Errorf("the new password: %d %s", page.Status, page.Path)
	}
}

package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/keyturntest"
)

const day = 24 * time.Hour

// graceful is a server with fourteen days of grace, and its clock.
func graceful(t *testing.T) (*keyturntest.World, *keyturntest.Clock) {
	clock := keyturntest.NewClock()
	return keyturntest.Start(t, keyturntest.At(clock), keyturntest.Set(func(c *config.Config) { c.Activation.Grace.Duration = 14 * day })), clock
}

// Days of grace: a banner that counts them and leads to the set-up, which can be put
// off; after them the set-up at once. Counted from when the account was added.
func TestDaysOfGrace(t *testing.T) {
	w, clock := graceful(t)
	ada := w.Person("ada")
	for _, tt := range []struct {
		name   string
		after  time.Duration
		days   string
		en, zh string
	}{
		{"the first day", 0, "14", "14 days are left. After that", "还剩 14 天，之后"},
		{"nobody came before", 12 * day, "2", "2 days are left.", "还剩 2 天"},
		{"the last but one has begun", time.Second, "2", "2 days are left.", "还剩 2 天"},
		{"the last", day - time.Second, "1", "Less than a day is left.", "剩余不足一天"},
	} {
		clock.Move(tt.after)
		b := w.Browser()
		home := b.SignIn(ada)
		if home.Path != "/" || home.Attr("body", "data-proven") != "urn:keyturn:aal1" || home.Attr("#grace", "data-days") != tt.days || !strings.Contains(home.HTML, tt.en) {
			t.Fatalf("%s: at %s\n%s", tt.name, home.Path, home.HTML)
		}
		home = b.Post("/language", url.Values{"language": {"zh-Hans"}, "back": {"/"}})
		if !strings.Contains(home.HTML, tt.zh) || !strings.Contains(home.HTML, "用手机保护登录安全，只需两分钟。") {
			t.Errorf("%s, in Chinese:\n%s", tt.name, home.HTML)
		}
	}
	clock.Move(day)
	late := w.Browser()
	page := late.SignIn(ada)
	if page.Path != "/phones/activation" || !page.Has("#activation-code") || strings.Contains(page.HTML, "Not now") || !strings.Contains(page.HTML, "Cancel set-up") {
		t.Errorf("after them: at %s\n%s", page.Path, page.HTML)
	}
	if home := late.Get("/"); home.Has("#grace") || !home.Has("#no-phone") {
		t.Errorf("the security home after them:\n%s", home.HTML)
	}
}

// "Not now" ends the code and leads back; the set-up goes on as ever otherwise.
func TestNotNow(t *testing.T) {
	w, _ := graceful(t)
	ada := w.Person("ada")
	b := w.Browser()
	b.SignIn(ada)
	if page := b.Get("/phones/activation"); page.Status != http.StatusNotFound || page.Has("#activation-code") {
		t.Errorf("a code that nobody asked for: %d", page.Status)
	}
	page := b.Get("/").Submit("form#set-up", nil)
	code := page.Text("#activation-code")
	if page.Path != "/phones/activation" || !strings.Contains(page.HTML, "Not now") {
		t.Fatalf("the set-up: at %s\n%s", page.Path, page.HTML)
	}
	for range 2 { // the button of a second tab, too
		if page = page.Submit("form#leave", nil); page.Path != "/" || !page.Has("#grace") {
			t.Fatalf("not now leads to %s\n%s", page.Path, page.HTML)
		}
		page = b.Get("/phones/activation")
		if !strings.Contains(page.HTML, "Set-up was cancelled") {
			t.Errorf("the set-up that was put off:\n%s", page.HTML)
		}
		page = b.Get("/").Submit("form#set-up", nil)
	}
	if _, err := w.Phone(pin).Phone.Activate(t.Context(), must(keyturn.ParseCode(w.Origin, code)), "Pixel 9", pin); err == nil {
		t.Error("the code of a set-up that was put off is good")
	}
	ada.SetUp(pin)
	if page := w.Browser().SignIn(ada); page.Path != "/sign-in/wait" {
		t.Errorf("with a phone: at %s", page.Path)
	}
}

// A41: in the days of grace too a password alone changes nothing but the first phone,
// and when there is one it opens nothing any more, whenever it was typed.
func TestA41GraceOpensNoMore(t *testing.T) {
	w, _ := graceful(t)
	ada := w.Person("ada")
	idle, busy := w.Browser(), w.Browser()
	idle.SignIn(ada)
	begun := busy.SignIn(ada).Submit("form#set-up", nil)
	for _, path := range []string{"/phones/add", "/recovery-codes", "/recovery-codes/new", "/password/ask"} {
		if page := idle.Post(path, nil); page.Status != http.StatusConflict {
			t.Errorf("POST %s: %d at %s", path, page.Status, page.Path)
		}
	}
	if page := idle.Post("/password", url.Values{"present": {ada.Password}, "new": {"another long password"}, "again": {"another long password"}}); page.Status != http.StatusConflict {
		t.Errorf("a new password: %d at %s", page.Status, page.Path)
	}
	if idle.Cookie("keyturn_browser") != "" || busy.Cookie("keyturn_pending") != "" {
		t.Error("the browser has a cookie that outlives the days of grace")
	}
	ada.SetUp(pin)
	for name, thief := range map[string]*keyturntest.Browser{"idle": idle, "busy": busy} {
		if page := thief.Get("/"); page.Attr("body", "data-account") != "" || !page.Has("#signin") {
			t.Errorf("%s still sees\n%s", name, page.HTML)
		}
		for _, path := range []string{"/phones", "/activity", "/activity.csv", "/recovery-codes", "/password"} {
			if page := thief.Get(path); page.Status != http.StatusNotFound {
				t.Errorf("%s: GET %s: %d", name, path, page.Status)
			}
		}
		for _, path := range []string{"/accessibility", "/browsers/forget", "/phones/add"} {
			if page := thief.Post(path, nil); page.Status != http.StatusNotFound {
				t.Errorf("%s: POST %s: %d", name, path, page.Status)
			}
		}
		if page := thief.Post("/phones/activation", nil); page.Status != http.StatusConflict {
			t.Errorf("%s gets a code: %d", name, page.Status)
		}
		if page := thief.SignIn(ada); page.Path != "/sign-in/wait" {
			t.Errorf("%s comes in again at %s", name, page.Path)
		}
	}
	if _, err := w.Phone(pin).Phone.Activate(t.Context(), must(keyturn.ParseCode(w.Origin, begun.Text("#activation-code"))), "Pixel 9", pin); err == nil {
		t.Error("a set-up begun before is still good")
	}
}

// A43: an account that had a phone and lost it has no days of grace left, whoever took
// the phone away.
func TestA43NoGraceAfterAPhone(t *testing.T) {
	w, _ := graceful(t)
	ada, ben := w.Person("ada"), w.Person("ben")
	ada.SetUp(pin)
	ben.SetUp(pin)
	if err := w.Devices.Remove(t.Context(), ada.Phone.Accounts()[0].Device, device.ReasonRemoved); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.Reset(t.Context(), ben.ID); err != nil {
		t.Fatal(err)
	}
	if page := w.Browser().SignIn(ada); page.Path != "/sign-in/wait" {
		t.Errorf("its phone was removed: at %s", page.Path)
	}
	b := w.Browser()
	if page := b.SignIn(ben); page.Path != "/phones/activation" || strings.Contains(page.HTML, "Not now") {
		t.Errorf("it was reset: at %s\n%s", page.Path, page.HTML)
	}
	if page := b.Get("/"); page.Has("#grace") {
		t.Errorf("it was reset, and its home says\n%s", page.HTML)
	}
}

// A33: a password that is changed while it is being compared is a wrong one: it makes
// no request, no session and no code.
func TestA33ChangedWhileCompared(t *testing.T) {
	for name, phone := range map[string]bool{"with a phone": true, "without one": false} {
		t.Run(name, func(t *testing.T) {
			w := keyturntest.Start(t)
			ada := w.Person("ada")
			if phone {
				ada.SetUp(pin)
			}
			ada.Reset(1, "the operator's password")
			b := w.Browser()
			page := b.SignIn(ada)
			if page.Status != http.StatusForbidden || b.Cookie("keyturn_session") != "" || b.Cookie("keyturn_pending") != "" {
				t.Errorf("%d %s\n%s", page.Status, page.Path, page.HTML)
			}
			if len(ada.Events(audit.SignInRefused)) != 1 {
				t.Error("the record doesn't have it")
			}
			ada.Password = "the operator's password"
			if page := w.Browser().SignIn(ada); page.Status != http.StatusOK {
				t.Errorf("the new one: %d", page.Status)
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/keyturntest"
	"keyturn/internal/push/pushtest"
)

// D9: how a phone hears of requests, a test, and the switch, R-041.
func TestPhoneNotifications(t *testing.T) {
	clock, service := keyturntest.NewClock(), pushtest.Start(t)
	w := keyturntest.Start(t, keyturntest.At(clock), keyturntest.Push(service))
	ada, bob := w.Person("ada"), w.Person("bob")
	ada.SetUp(pin)
	bobs := bob.SetUp(pin)
	b := w.Browser()
	wait := b.SignIn(ada)
	ada.Phone.Approve(wait.Text("#number"))
	wait.Reload().Submit("form#redeem", nil)
	id := ada.Phone.Accounts()[0].Device
	post := func(path string, on string, status int) *keyturntest.Page {
		t.Helper()
		page := b.Post(path, url.Values{"device": {id}, "on": {on}})
		if page.Status != status {
			t.Errorf("POST %s %s: %d, want %d", path, on, page.Status, status)
		}
		return page
	}
	has := func(page *keyturntest.Page, words string, test, notifications bool) {
		t.Helper()
		if !strings.Contains(page.HTML, words) || strings.Contains(page.HTML, `"/phones/test"`) != test || strings.Contains(page.HTML, `"/phones/notifications"`) != notifications {
			t.Errorf("not %q, %t, %t:\n%s", words, test, notifications, page.HTML)
		}
	}
	has(b.Get("/phones"), "Notifications off", false, false)
	post("/phones/test", "", 409)
	post("/phones/notifications", "yes", 404)

	phone := ada.Phone.Subscribe(service)
	has(b.Get("/phones"), "Notifications on", true, true)
	has(b.Get("/"), "Notifications on", false, false)
	has(post("/phones/test", "", 200), "Sent. Look at your phone.", true, true)
	phone.Next()
	has(post("/phones/test", "", 429), "You can send another test in 20 seconds.", true, true)
	clock.Move(20 * time.Second)
	service.Refuse(503)
	has(post("/phones/test", "", 503), "Try again in a minute.", true, true)
	service.Answer(nil)

	has(post("/phones/notifications", "no", 200), "Notifications off", false, true)
	// The app starts.
	if state, err := ada.Phone.Register(t.Context(), id, phone.Subscription()); state != "off" || err != nil {
		t.Errorf("a start of the app: %s, %v", state, err)
	}
	if wait := w.Browser().SignIn(ada); !wait.Has("#nopush") {
		t.Error("the waiting page doesn't say that they are off")
	}
	ada.Phone.Waiting() // the app shows it all the same
	has(post("/phones/notifications", "yes", 200), "Notifications on", true, true)
	if len(phone.Came()) != 1 {
		t.Error("a notification came while they were off")
	}

	for _, path := range []string{"/phones/test", "/phones/notifications"} {
		if page := bobs.Post(path, url.Values{"device": {id}}); page.Status != 404 {
			t.Errorf("another person's %s: %d", path, page.Status)
		}
	}
	phone.Forget()
	clock.Move(20 * time.Second)
	has(post("/phones/test", "", 409), "Notifications lost on this phone.", false, false)
}

// A95: what can be switched without a phone is switched so often, and no more is written
// into the record.
func TestA95SwitchesAreBounded(t *testing.T) {
	service := pushtest.Start(t)
	w := keyturntest.Start(t, keyturntest.Push(service))
	ada := w.Person("ada")
	b := ada.SetUp(pin)
	ada.Phone.Subscribe(service)
	id := ada.Phone.Accounts()[0].Device
	for path, kinds := range map[string][]audit.Kind{"/accessibility": {audit.MoreTimeOn, audit.MoreTimeOff}, "/phones/notifications": {audit.PushOff, audit.PushOn}} {
		status := 0
		for i := range 12 {
			now := []string{"yes", "no"}[i%2]
			status = b.Post(path, url.Values{"more_time": {now}, "device": {id}, "on": {now}}).Status
		}
		n := len(ada.Events(kinds[0])) + len(ada.Events(kinds[1]))
		if most := w.Accounts.Limits.Changes.Most; status != http.StatusTooManyRequests || n == 0 || n > most {
			t.Errorf("%s: %d in the end, and %d events, want at most %d", path, status, n, most)
		}
	}
	for range 12 { // what isn't there is counted nowhere: whoever makes up ids would fill the tries instead
		if page := b.Post("/phones/notifications", url.Values{"device": {"dev_made_up"}}); page.Status != http.StatusNotFound {
			t.Fatalf("a phone that isn't there: %d", page.Status)
		}
	}
}

package signin_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/place/placetest"
	"keyturn/internal/push/pushtest"
)

// The waiting page follows the phone: opened, unlocking, approved; then the stream ends.
func TestWaitEvents(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	page := b.SignIn(ada)
	events := b.Follow("/sign-in/events?request=" + page.Request())
	if got := keyturntest.Next(t, events); got.State != "waiting" || got.Page != "wait" || got.Say != "Waiting for your phone" || got.Left < 100 {
		t.Errorf("at first: %+v", got)
	}
	if err := ada.Phone.Seen(t.Context(), ada.Phone.Waiting(), "opened"); err != nil {
		t.Fatal(err)
	}
	const opened = "Pixel 9 has the request open"
	if got := keyturntest.Next(t, events); got.Say != opened || page.Reload().Text("#say") != opened {
		t.Errorf("opened: %+v", got)
	}
	ada.Phone.Approve(page.Text("#number"))
	got := keyturntest.Next(t, events)
	for got.State == "waiting" { // the number's try may be seen before the decision
		got = keyturntest.Next(t, events)
	}
	if got.State != "approved" || got.Page != "approved" {
		t.Errorf("approved: %+v", got)
	}
	page.Reload().Submit("form#redeem", nil)
	if got := keyturntest.Next(t, events); got.State != "redeemed" {
		t.Errorf("redeemed: %+v", got)
	}
	if more, open := <-events; open {
		t.Errorf("after the end: %s", more)
	}
}

// The waiting page says which phones get no notification, when it may be sent again,
// and until when there are none. Loading it sends nothing.
func TestWaitNotifications(t *testing.T) {
	clock, service := keyturntest.NewClock(), pushtest.Start(t)
	w := keyturntest.Start(t, keyturntest.At(clock), keyturntest.Push(service))
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	wait := b.SignIn(ada)
	if !wait.Has("#nopush") || wait.Has("#again") || wait.Has("#paused") {
		t.Errorf("a phone without notifications:\n%s", wait.HTML)
	}
	wait.Press("/sign-in/cancel")

	phone := ada.Phone.Subscribe(service)
	wait = b.SignIn(ada)
	phone.Next()
	if wait.Has("#nopush") || wait.Attr("#sent", "data-again") != "20" || wait.Text("#sent") != "" || !wait.Has("#again") {
		t.Errorf("a phone with notifications:\n%s", wait.HTML)
	}
	clock.Move(20 * time.Second)
	if wait = wait.Reload(); wait.Attr("#sent", "data-again") != "0" || wait.Text("#again") != "Send again" {
		t.Errorf("20 s later:\n%s", wait.HTML)
	}
	wait = wait.Press("/sign-in/again")
	phone.Next()
	if got := wait.Text("#sent"); got != "Sent again. You can send again in 20 seconds." {
		t.Errorf("sent again: %q", got)
	}
	wait.Press("/sign-in/cancel")
	if got := b.SignIn(ada).Text("#sent"); got != "You can send again in 20 seconds." {
		t.Errorf("a request too soon for a notification of its own: %q", got)
	}

	for range 2 {
		clock.Move(20 * time.Second)
		b.SignIn(ada)
		phone.Next()
		ada.Phone.Refuse(keyturn.Deny)
	}
	if wait = b.SignIn(ada); !wait.Has("#paused") || wait.Has("#again") || wait.Has("#nopush") {
		t.Errorf("after three in a row:\n%s", wait.HTML)
	}
	paused := wait.Text("#paused")
	clock.Move(time.Hour)
	wait = b.SignIn(ada)
	if phone.Next(); wait.Has("#paused") {
		t.Errorf("an hour later:\n%s", wait.HTML)
	}
	ada.Phone.Refuse(keyturn.Report)
	wait = b.SignIn(ada)
	if got := wait.Text("#paused"); got[:24] != paused[:24] || wait.Has("#again") {
		t.Errorf("what was reported is told: %q", got)
	}
	if home := b.Get("/sign-in/wait"); home.Status != 200 || len(phone.Came()) != 5 {
		t.Errorf("%d notifications", len(phone.Came()))
	}
}

// Why there is a number is said where it is true: not where one is always asked for.
func TestWhyThereIsANumber(t *testing.T) {
	for number, want := range map[string][2]bool{"new_browser": {true, true}, "always": {false, false}, "never": {false, false}} {
		w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Number = number }))
		ada := w.Person("ada")
		ada.SetUp(pin)
		b := w.Browser()
		first := b.SignIn(ada)
		ada.Approve(b)
		again := b.SignIn(ada)
		if got := [2]bool{first.Has("#why"), strings.Contains(again.HTML, "used this browser before")}; got != want {
			t.Errorf("%s: says why, and why not: %v, want %v", number, got, want)
		}
	}
}

// The place of a browser is in what the phone shows, in the person's language.
func TestPlaces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "places.mmdb")
	placetest.Write(t, file, placetest.Place{Network: "203.0.113.0/24", City: "Lyon", Country: "France", CityZH: "里昂", CountZH: "法国"})
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) {
		c.Place.Database, c.TrustedProxies = file, []string{"127.0.0.1"}
	}))
	ada := w.Person("ada")
	ada.SetUp(pin)
	for lang, want := range map[string]string{"en": "Lyon, France", "zh-CN": "法国里昂"} {
		b := w.Browser()
		b.Header.Set("X-Forwarded-For", "203.0.113.9")
		b.Header.Set("Accept-Language", lang)
		b.SignIn(ada)
		if got := ada.Phone.Waiting().Challenge.Place; got != want {
			t.Errorf("%s: the phone shows %q, want %q", lang, got, want)
		}
	}
}

package portal_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
	"keyturn/internal/portal"
)

// An event is what a page is told.
type event struct {
	State, Page, Say string
	Left             int
}

func next(t *testing.T, events <-chan string) (ev event) {
	t.Helper()
	if err := json.Unmarshal([]byte(<-events), &ev); err != nil {
		t.Fatal(err)
	}
	return ev
}

// proven is what a session rests on that only a password began.
func proven(p *keyturntest.Person) policy.Proven {
	return policy.Proven{Account: p.ID, Way: policy.ByPassword, Password: true, Revision: 1, At: time.Now()}
}

// The waiting page follows the phone: opened, unlocking, approved; then the stream ends.
func TestWaitEvents(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	ada.SetUp(pin)
	b := w.Browser()
	page := b.SignIn(ada)
	events := b.Follow("/sign-in/events?request=" + request(page))
	if got := next(t, events); got.State != "waiting" || got.Page != "wait" || got.Say != "Waiting for your phone" || got.Left < 100 {
		t.Errorf("at first: %+v", got)
	}
	if err := ada.Phone.Seen(t.Context(), ada.Phone.Waiting(), "opened"); err != nil {
		t.Fatal(err)
	}
	const opened = "Pixel 9 has the request open"
	if got := next(t, events); got.Say != opened || page.Reload().Text("#say") != opened {
		t.Errorf("opened: %+v", got)
	}
	ada.Phone.Approve(page.Text("#number"))
	got := next(t, events)
	for got.State == "waiting" { // the number's try may be seen before the decision
		got = next(t, events)
	}
	if got.State != "approved" || got.Page != "approved" {
		t.Errorf("approved: %+v", got)
	}
	page.Reload().Submit("form#redeem", nil)
	if got := next(t, events); got.State != "redeemed" {
		t.Errorf("redeemed: %+v", got)
	}
	if more, open := <-events; open {
		t.Errorf("after the end: %s", more)
	}
}

// The set-up page follows the phone: opened, check code, done.
func TestActivationEvents(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	b := w.Browser()
	page := b.SignIn(ada)
	events := b.Follow("/phones/activation/events")
	if got := next(t, events); got.State != "waiting" || got.Page != "setup" || got.Left < 500 {
		t.Errorf("at first: %+v", got)
	}
	set := w.Phone(pin).Activate(page.Text("#activation-code"))
	states := map[string]bool{}
	for got := next(t, events); ; got = next(t, events) {
		states[got.State] = true
		if got.Page == "check" {
			break
		}
	}
	page = b.Post("/phones/activation/check", url.Values{"code": {set.Check}})
	if got := next(t, events); got.State != "active" || got.Page != "done" {
		t.Errorf("done: %+v after %v\n%s", got, states, page.HTML)
	}
	if more, open := <-events; open {
		t.Errorf("after the end: %s", more)
	}
}

// Get a new code in another tab: the older page loads itself again.
func TestActivationEventsOfAnOlderCode(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	events := b.Follow("/phones/activation/events")
	next(t, events)
	b.Post("/phones/activation", nil)
	if got := next(t, events); got.State != "replaced" || got.Page == "setup" {
		t.Errorf("the older page is told %+v", got)
	}
}

// A110: who signs out leaves neither a code that is good nor a stream that tells of it.
func TestA110SignedOut(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	page := b.SignIn(w.Person("ada"))
	code, err := keyturn.ParseCode(w.Origin, page.Text("#activation-code"))
	if err != nil {
		t.Fatal(err)
	}
	events := b.Follow("/phones/activation/events")
	next(t, events)
	cookie := b.Cookie("keyturn_session")
	b.Post("/sign-out", nil)
	for told := range events {
		t.Errorf("after signing out: %s", told)
	}
	if looked, err := w.Phone(pin).Look(t.Context(), code); err == nil {
		t.Errorf("the code is still good: %+v", looked)
	}
	b.SetCookie("keyturn_session", cookie)
	if page := b.Get("/phones/activation/events"); page.Status != 404 {
		t.Errorf("a stream without its session: %d", page.Status)
	}
}

// Where streams don't arrive, the page asks: one state, as JSON.
func TestEventsAsJSON(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	b.Header.Set("Accept", "application/json")
	page := b.Get("/phones/activation/events")
	var ev event
	if err := json.Unmarshal([]byte(page.HTML), &ev); err != nil || ev.State != "waiting" {
		t.Errorf("%q, %v", page.HTML, err)
	}
}

// A stream says how soon to come back, isn't kept by anyone on the way, and ends
// when the server stops.
func TestStreamsEndWithTheServer(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	r, _ := http.NewRequest("GET", w.Origin+"/phones/activation/events", nil) // well-formed
	r.AddCookie(&http.Cookie{Name: w.CookieName("keyturn_session"), Value: b.Cookie("keyturn_session")})
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close() // it is read
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	lines := bufio.NewScanner(a.Body)
	if lines.Scan(); lines.Text() != "retry: 1000" {
		t.Errorf("begins with %q", lines.Text())
	}
	if lines.Scan(); !strings.HasPrefix(lines.Text(), "data: {") {
		t.Errorf("goes on with %q", lines.Text())
	}
	go w.Stop()
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("while the server stops: %q", lines.Text())
		}
	}
}

// What stands between closes a stream that is silent, nginx after a minute: so none is,
// for half of one. Nothing is looked up for it, and no message is sent.
func TestStreamsAreKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, began := httptest.NewRecorder(), time.Now()
		if err := (&portal.Portal{Draining: t.Context()}).FollowStill(out, httptest.NewRequest("GET", "/", nil), 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		said := strings.Split(strings.TrimSpace(out.Body.String()), "\n\n")
		if comments := strings.Count(out.Body.String(), "\n:\n"); comments < 20 || len(said) != comments+1 || time.Since(began) < 10*time.Minute {
			t.Errorf("in %s: %q", time.Since(began), said)
		}
	})
}

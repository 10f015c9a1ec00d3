package e2e

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/push/pushtest"
	"keyturn/locale"
	"keyturn/test/browser"
)

// look is what every push says.
const look = `{"type": "look"}`

// registered is true in a page of the app once it has told the server of its
// subscription, since it was opened or since it was made to forget.
const (
	registered = `performance.getEntriesByType("resource").some(({ name, responseEnd }) => name.endsWith("/v1/push") && responseEnd > 0)`
	forget     = `performance.clearResourceTimings() ?? true`
)

// The server's real messages, decrypted as a browser does, reach the real service
// worker of a Chromium; the system shows what they show, and is really tapped.
func TestA03A71PushChromium(t *testing.T) {
	c := newChromium(t, "zh-Hans")
	c.activates()
	if asked := c.phone.Asked(); len(asked) > 0 {
		t.Errorf("asked for notifications %s before anybody wanted them", asked)
	}
	c.turnsOn()
	if asked := c.phone.Asked(); len(asked) != 1 || asked[0] != "in a tap" {
		t.Errorf("asked for notifications %s", asked)
	}
	c.wakes()
}

// Pushes that are blocked, forged, lost or not wanted: the request is in the app all
// the same, and what can be put right is put right.
func TestA72A73PushChromium(t *testing.T) {
	c := newChromium(t, "en")
	c.activates()
	c.blocked()
	c.forged()
	c.lost()
	c.off()
}

// A real subscription of a Firefox at a push service that the operator added, real
// delivery, a real tap; and a push service that forgets its browser.
func TestA71A73PushFirefox(t *testing.T) {
	service := browser.NewAutopush(t)
	s := newSleeper(t, "en", keyturntest.Set(func(c *config.Config) {
		c.Push.Contact, c.Push.Hosts = "mailto:it@example.com", []string{service.Origin}
	}))
	phone := browser.NewFirefox(t, "en", s.shade, service)
	s.appliance, s.allow, s.carry = phone, phone.Allow, func() {}
	s.Open(s.w.Origin + "/p/")
	s.Tap("land.desk.use")
	s.activates()
	s.turnsOn()
	s.wakes()

	s.Open(s.w.Origin + "/p/")
	s.Awaits(registered)
	s.Awaits(forget)
	service.Forget()
	s.Awaits(registered) // the browser has told the worker, the worker the app
	s.asks()
	s.shown()
	for _, h := range service.Posted() {
		checkHeaders(t, service.Origin, h, s.clock.Now())
	}
}

// checkHeaders is what a push service sees.
func checkHeaders(t *testing.T, origin string, h http.Header, now time.Time) {
	t.Helper()
	ttl, err := strconv.Atoi(h.Get("TTL"))
	if err != nil || ttl < 0 || ttl > 600 || h.Get("Urgency") != "high" || len(h.Get("Topic")) != 24 || h.Get("Content-Encoding") != "aes128gcm" {
		t.Errorf("headers of a push: %v", h)
	}
	if _, _, err := pushtest.Authorized(h.Get("Authorization"), origin, now); err != nil {
		t.Error(err)
	}
}

// An appliance is a phone's browser with its notifications, whichever it is.
type appliance interface {
	Open(url string)
	Close()  // no page of the app is left
	Opened() // a page opens by itself
	Tap(what string)
	Type(field, text string)
	Sees(what string)
	Misses(what string)
	Attr(selector, name string) string
	Awaits(js string) // until an expression of the page is true
}

// A sleeper is a person whose phone is woken by pushes.
type sleeper struct {
	appliance
	t     *testing.T
	lang  string
	w     *keyturntest.World
	clock *keyturntest.Clock
	ada   *keyturntest.Person
	shade *browser.Shade
	allow func() // answers the browser's question
	carry func() // brings a push that the server has sent to the worker
}

func newSleeper(t *testing.T, lang string, more keyturntest.Option) *sleeper {
	t.Helper()
	s := &sleeper{t: t, lang: lang, clock: keyturntest.NewClock(), shade: browser.NewShade(t)}
	s.w = keyturntest.Start(t, keyturntest.At(s.clock), more)
	s.ada = s.w.Person("ada")
	return s
}

// activates sets the phone up, up to the question whether notifications are wanted.
func (s *sleeper) activates() {
	s.t.Helper()
	page := s.w.Browser().SignIn(s.ada)
	s.Tap("first.type")
	s.Type("#code", page.Text("#activation-code"))
	s.Tap("type.go")
	s.Tap("confirm.go")
	s.Type("#pin", pin)
	s.Type("#pin-again", pin)
	s.Tap("unlock.go")
	digits := s.Attr("#check-code", "data-digits")
	page.Reload().Submit("form#check-code", url.Values{"code": {digits}})
	s.Sees("[data-screen=notify]")
}

// turnsOn turns notifications on; the test arrives and is measured.
func (s *sleeper) turnsOn() {
	s.t.Helper()
	s.Tap("notify.on")
	s.allow()
	s.carry()
	s.shown()
	s.Sees("active.notif.on")
	s.Tap("active.done")
	s.Sees("[data-screen=home]")
}

// asks signs in with a browser that was never here, when a push may be sent again.
func (s *sleeper) asks() *keyturntest.Page {
	s.t.Helper()
	s.clock.Move(11 * time.Minute) // spec §13.4
	return s.w.Browser().SignIn(s.ada)
}

// wakes signs in twice: the app is closed, then open on another screen. Each time
// the notification comes, and its tap opens the request.
func (s *sleeper) wakes() {
	s.t.Helper()
	s.Close()
	page := s.asks()
	s.carry()
	s.shown().Tap()
	s.Opened()
	s.approves(page)

	s.Open(s.w.Origin + "/p/")
	s.Tap("page.menu")
	s.Tap("settings.title")
	s.Sees("[data-screen=settings]")
	page = s.asks()
	s.carry()
	s.shown().Tap()
	s.approves(page)
}

// shown is the one notification that there is.
func (s *sleeper) shown() browser.Notification {
	s.t.Helper()
	n := s.shade.Next()
	words := locale.For(s.lang)
	if n.Title != words.T("push.title") || !strings.HasSuffix(n.Body, words.T("push.body")) || len(n.Buttons) > 0 {
		s.t.Errorf("the system shows %q, %q, buttons %q", n.Title, n.Body, n.Buttons)
	}
	return n
}

// approves answers the request that has opened by itself, and the browser goes on.
func (s *sleeper) approves(page *keyturntest.Page) {
	s.t.Helper()
	s.Sees("[data-screen=request]")
	s.Type("#number", page.Text("#number"))
	s.Tap("request.approve")
	s.Type("#pin", pin)
	s.Tap("request.approve")
	s.Sees("[data-outcome=approved]")
	if home := page.Reload().Submit("form#redeem", nil); home.Attr("body", "data-account") != "ada" {
		s.t.Errorf("after the approval:\n%s", home.HTML)
	}
}

// A chromium is a phone whose subscriptions are those of a push service that can
// open what it gets.
type chromium struct {
	*sleeper
	phone *browser.Phone
	all   []*pushtest.Browser // subscriptions, in the order in which the phone takes them
	now   int                 // the one that it has
}

func newChromium(t *testing.T, lang string) *chromium {
	t.Helper()
	browser.Needed(t)
	service := pushtest.Start(t)
	c := &chromium{sleeper: newSleeper(t, lang, keyturntest.Push(service))}
	var given []any
	for range 4 {
		b := service.Subscribe()
		s := b.Subscription()
		c.all = append(c.all, b)
		given = append(given, map[string]any{"endpoint": s.Endpoint, "keys": map[string]any{"p256dh": s.P256DH, "auth": s.Auth}})
	}
	c.phone = browser.NewAndroid(t, lang, c.w.Origin, c.shade.Under())
	c.phone.Asks()
	c.phone.Subscribes(given...)
	c.appliance, c.allow, c.carry = c.phone, func() { c.phone.Allow("notifications", true) }, c.carried
	c.Open(c.w.Origin + "/p/")
	c.Tap("land.and.skip")
	return c
}

// carried brings the push that the subscription gets to the service worker.
func (c *chromium) carried() {
	c.t.Helper()
	p := c.all[c.now].Next()
	if p.Text != look || p.Urgency != "high" || p.TTL > 600 {
		c.t.Errorf("pushed: %+v", p)
	}
	c.phone.Push(p.Text)
}

// blocked says no at first. Nothing is red, the request is in the app; later the
// system's settings allow it, and the check list puts right what is left.
func (c *chromium) blocked() {
	c.t.Helper()
	c.Tap("notify.on")
	c.phone.Allow("notifications", false)
	c.Sees("notify.denied")
	c.Tap("notify.continue")
	c.Sees("active.notif.off")
	c.Tap("active.done")
	page := c.asks()
	c.Tap("home.review")
	c.approves(page)
	c.Tap("answered.done")

	c.Tap("home.notif.off.go")
	c.Sees("[data-check=perm][data-look=info]")
	c.phone.Allow("notifications", true)
	c.Awaits(`document.dispatchEvent(new Event("visibilitychange"))`) // back from the settings
	c.Sees("[data-check=perm][data-look=ok]")
	c.Sees("[data-check=sub][data-look=bad]")
	c.repaired()
}

// repaired taps Repair in the check list; the test arrives.
func (c *chromium) repaired() {
	c.t.Helper()
	c.Tap("notify.repair")
	c.carry()
	c.shown()
	c.Tap("notify.seen.yes")
	c.Sees("notify.ok")
}

// forged brings a push that nobody sent, with words in it. It shows what every push
// shows, and its tap shows that nothing waits.
func (c *chromium) forged() {
	c.t.Helper()
	c.phone.Push(`{"type": "look", "title": "Approve", "request": "req_1"}`)
	c.Close()
	c.shown().Tap()
	c.Opened()
	c.Sees("home.none")
	c.Misses(".banner")
}

// lost ends the subscription at the push service. The app says so while it is open,
// and repairs it at its next start without a word.
func (c *chromium) lost() {
	c.t.Helper()
	c.Open(c.w.Origin + "/p/")
	c.Awaits(registered)
	c.all[c.now].Forget()
	c.now++
	c.asks()
	c.Tap("home.notif.lost.go") // the server has got 410
	c.carry()
	c.shown()
	c.Tap("notify.seen.yes")

	c.all[c.now].Forget()
	c.now++
	c.asks()
	c.Open(c.w.Origin + "/p/")
	c.Awaits(registered)
	c.asks()
	c.carry()
	c.shown()
}

// off turns notifications off: nothing is pushed, and the request is in the app.
func (c *chromium) off() {
	c.t.Helper()
	c.Open(c.w.Origin + "/p/")
	c.Tap("page.menu")
	c.Tap("settings.title")
	c.Awaits(forget)
	c.Tap("settings.notif")
	c.Awaits(registered) // that there is none
	c.Awaits(`!document.querySelector("#notif").checked`)
	before := len(c.all[c.now].Came())
	c.Close()
	c.clock.Move(time.Hour) // the requests before have ended
	page := c.w.Browser().SignIn(c.ada)
	c.Open(c.w.Origin + "/p/")
	c.approves(page) // the only one opens by itself
	if after := len(c.all[c.now].Came()); after != before {
		c.t.Errorf("%d pushes came although they are off", after-before)
	}
}

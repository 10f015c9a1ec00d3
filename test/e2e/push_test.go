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

// registered is true in a page of the app once it has told the server of its
// subscription, since it was opened or since it was made to forget.
const (
	registered = `performance.getEntriesByType("resource").some(({ name, responseEnd }) => name.endsWith("/v1/push") && responseEnd > 0)`
	forget     = `performance.clearResourceTimings() ?? true`
)

// The server's real messages, decrypted as a browser does, reach the real service
// worker of a Chromium; the system shows what they show, and is really tapped.
func TestA03A71PushChromium(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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

// A private window of a Firefox keeps a key as any other, until it closes: it is known to be
// one, and says so before there is a key.
func TestPrivateWindow(t *testing.T) {
	w := keyturntest.Start(t)
	phone := browser.NewFirefox(t, "zh-Hans", browser.NewShade(t), browser.NewAutopush(t), browser.PrivateWindows)
	phone.Open(w.Origin + "/p/")
	phone.Sees("page.private")
	phone.Tap("land.desk.use")
	phone.Sees("first.scan")
	phone.Sees("page.private")
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
	s.once()

	s.Open(s.w.Origin + "/p/")
	s.Tap("page.menu")
	s.Tap("settings.title")
	s.Sees("[data-screen=settings]")
	page = s.asks()
	s.carry()
	s.shown().Tap()
	s.approves(page)
	s.once()
}

// once: a browser that shows by itself what was pushed, and has a worker that shows it,
// shows one of the two.
func (s *sleeper) once() {
	s.t.Helper()
	if n := s.shade.More(); n > 0 {
		s.t.Errorf("%d notifications more than pushes", n)
	}
}

// shown is the one notification that there is.
func (s *sleeper) shown() browser.Notification { s.t.Helper(); return shown(s.t, s.shade, s.lang) }

// shown is the next notification, which says what every one says.
func shown(t *testing.T, shade *browser.Shade, lang string) browser.Notification {
	t.Helper()
	n := shade.Next()
	words := locale.For(lang)
	if n.Title != words.T("push.title") || !strings.HasSuffix(n.Body, words.T("push.body")) || len(n.Buttons) > 0 {
		t.Errorf("the system shows %q, %q, buttons %q", n.Title, n.Body, n.Buttons)
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

package e2e

import (
	"testing"
	"time"

	"keyturn/internal/keyturntest"
	"keyturn/internal/push/pushtest"
	"keyturn/test/browser"
)

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
		c.all = append(c.all, b)
		given = append(given, subscription(b))
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
	if p.Text != keyturntest.PushSays(c.w.Origin, c.lang) || p.Urgency != "high" || p.TTL > 600 {
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
	c.phone.Push(`{"web_push": 8030, "notification": {"title": "Approve", "body": "req_1", "navigate": "https://evil.example/"}}`)
	c.Open(c.w.Origin + "/") // the portal, which is not the app
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

// subscription is what the browser says of it, as PushSubscription.toJSON does.
func subscription(b *pushtest.Browser) any {
	s := b.Subscription()
	return map[string]any{"endpoint": s.Endpoint, "keys": map[string]any{"p256dh": s.P256DH, "auth": s.Auth}}
}

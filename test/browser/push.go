package browser

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// pushManager is a script of the page: the browser's push service is none that a
// test could reach, so subscriptions are those that the test holds the keys of. A
// page keeps its own over a reload, and gets the next one after it ended one.
const pushManager = `((given) => {
  if (!globalThis.PushManager || !location.pathname.startsWith("/p/")) return;
  const read = () => JSON.parse(localStorage.getItem("test-push") ?? '{"n": 0, "key": null}');
  const write = (now) => localStorage.setItem("test-push", JSON.stringify(now));
  const current = () => {
    const { n, key } = read();
    return key && { options: { applicationServerKey: new Uint8Array(key).buffer }, toJSON: () => given[n],
      unsubscribe: async () => (write({ n: (n + 1) % given.length, key: null }), true) };
  };
  PushManager.prototype.getSubscription = async () => current();
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    if (Notification.permission !== "granted") throw new DOMException("no permission", "NotAllowedError");
    if (!current()) write({ ...read(), key: [...applicationServerKey] });
    return current();
  };
})`

// question is a script of the page: the browser without a screen can't show its
// question, so it is open until the test has answered it. What was asked for is
// written down, with whether it was in a tap.
const question = `(() => {
  if (!globalThis.Notification) return;
  globalThis.asked = [];
  const real = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = async () => {
    asked.push(navigator.userActivation.isActive ? "in a tap" : "at once");
    while (Notification.permission === "default") await new Promise((go) => setTimeout(go, 20));
    return real();
  };
})()`

// Subscribes makes the phone's browser subscribe to these, one after the other:
// each is what PushSubscription.toJSON returns.
func (p *Phone) Subscribes(subscriptions ...any) {
	p.t.Helper()
	given, err := json.Marshal(subscriptions)
	if err != nil {
		p.t.Fatal(err)
	}
	p.BeforeEachPage(pushManager + "(" + string(given) + ")")
}

// Asks makes the browser ask the person whether a page may notify them: the answer
// is [Phone.Allow]. It begins with the next page.
func (p *Phone) Asks() {
	p.t.Helper()
	p.permission("notifications", browser.PermissionSettingPrompt)
	p.BeforeEachPage(question)
}

// Asked is how often the page has asked since it was opened: "in a tap", or not.
func (p *Phone) Asked() []string {
	p.t.Helper()
	return Eval[[]string](&p.Window, `globalThis.asked ?? []`)
}

// Push hands a push to the service worker of the phone app, as the browser does
// with one that it has decrypted.
func (p *Phone) Push(text string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
		Origin: p.origin, RegistrationID: p.worker(), Data: text})
	if err != nil {
		p.failed("push: %v", err)
	}
}

// worker is the registration of the phone app's service worker, which DevTools name
// when they are first asked.
func (p *Phone) worker() serviceworker.RegistrationID {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	events := chromedp.Events(ctx, serviceworker.WorkerRegistrationUpdated)
	if _, err := chromedp.Call(ctx, serviceworker.Enable, struct{}{}); err != nil {
		p.failed("service worker: %v", err)
	}
	if p.registration != "" {
		return p.registration
	}
	for event, err := range events {
		if err != nil {
			p.failed("service worker: %v", err)
		}
		for _, r := range event.Registrations {
			if r.ScopeURL == p.origin+"/p/" && !r.IsDeleted {
				p.registration = serviceworker.RegistrationID(r.RegistrationID)
				return p.registration
			}
		}
	}
	p.failed("no service worker")
	return ""
}

// Close leaves the app: the browser runs, with no page of it.
func (p *Phone) Close() {
	p.t.Helper()
	p.Open("about:blank")
}

package phoneapp_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// The worker keeps the app's files, turns every push into the one notification,
// and starts the app when the server is gone.
func TestWorker(t *testing.T) {
	var gone atomic.Bool
	var asked sync.Map // paths, when it is gone
	routes := app(t).Routes()
	origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gone.Load() {
			asked.Store(r.URL.Path, true)
			panic(http.ErrAbortHandler) // as a network that is gone looks like
		}
		routes.ServeHTTP(w, r)
	}))
	ctx := chromium(t)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	registrations := chromedp.Events(ctx, serviceworker.WorkerRegistrationUpdated)
	must(t)(chromedp.Call(ctx, serviceworker.Enable, struct{}{}))
	must(t)(chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: "granted", Origin: origin}))
	run(ctx, t, origin+"/p/test/?only=worker")

	var id serviceworker.RegistrationID
	for event, err := range registrations {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range event.Registrations {
			id = serviceworker.RegistrationID(r.RegistrationID)
		}
		if id != "" {
			break
		}
	}
	must(t)(chromedp.Call(ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
		Origin: origin, RegistrationID: id, Data: `{"web_push": 8030, "notification": {"title": "evil", "navigate": "https://evil.example/"}}`}))
	evaluate[bool](ctx, t, until(`window.heard.includes("push")`))
	got := evaluate[string](ctx, t, `navigator.serviceWorker.ready.then(async (w) => {
		let all = [];
		while (all.length === 0) all = await w.getNotifications(); // it is told of before it is shown
		return all.map((n) => [n.title, n.body, n.tag, n.actions.length].join("|")).join("\n"); })`)
	if want := "Keyturn|Open to see what is waiting.|request|0"; got != want {
		t.Errorf("notification is %q, want %q", got, want)
	}
	ringsInTime(t, inside(ctx, t))

	evaluate[bool](ctx, t, `navigator.serviceWorker.ready.then((w) => (w.active.postMessage("keep"), true))`)
	evaluate[bool](ctx, t, `(async () => { while (!await caches.match("/p/view/request.js")) await new Promise((go) => setTimeout(go, 50)); return true; })()`)
	gone.Store(true)
	if err := chromedp.Do(ctx, chromedp.Navigate(origin+"/p/")); err != nil {
		t.Fatal(err)
	}
	if got := evaluate[string](ctx, t, `document.title`); !strings.Contains(got, "Keyturn") {
		t.Errorf("without a server the page is %q", got)
	}
	asked.Range(func(path, _ any) bool {
		if path != "/p/sw.js" && path != "/p/shell.js" && path != "/p/manifest.webmanifest" { // is there a newer one?
			t.Errorf("opened again, the app asks for %s", path)
		}
		return true
	})
	if got := evaluate[string](ctx, t, `import("/p/lib/code.js").then((m) => m.show("0QTC13462CXD2PHN"))`); got != "0QTC-1346-2CXD-2PHN" {
		t.Errorf("without a server a module says %q", got)
	}
	if got := evaluate[string](ctx, t, `fetch("/v1/server").then(() => "answered", () => "gone")`); got != "gone" {
		t.Errorf("without a server a call is %q", got)
	}
}

// inside is a context of the service worker's own scope.
func inside(ctx context.Context, t *testing.T) context.Context {
	t.Helper()
	all, err := chromedp.Targets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if one.Type == "service_worker" {
			worker, leave := chromedp.NewContext(ctx, chromedp.WithTargetID(one.TargetID))
			t.Cleanup(leave)
			return worker
		}
	}
	t.Fatal("no worker runs")
	return nil
}

// ringsInTime: whatever hangs or fails in the worker, a push is over before the system
// ends it, and the worker shows what every push shows; what it can't show is left to
// the browser, which shows what was pushed: that is what a rejection tells it, and an
// end without a notification. Where the browser has a notification of its own, ours says
// where a tap leads, or it would not be taken.
func ringsInTime(t *testing.T, worker context.Context) {
	t.Helper()
	for _, tt := range []struct{ name, spoil, event, want string }{
		{"all is well", `{}`, `{}`, `fulfilled: Open to see what is waiting. tap: undefined`},
		{"a declarative push", `{}`, `{notification: {title: "Keyturn"}}`, `fulfilled: Open to see what is waiting. tap: SCOPE`},
		{"the language can't be looked up", `{match: never}`, `{}`, `fulfilled: Open to see what is waiting. tap: undefined`},
		{"there is no storage", `{match: fails}`, `{}`, `fulfilled: Open to see what is waiting. tap: undefined`},
		{"the pages can't be told", `{matchAll: never}`, `{}`, `fulfilled: Open to see what is waiting. tap: undefined`},
		{"the system doesn't say that it is shown", `{showNotification: never}`, `{notification: {}}`, `fulfilled: none`},
		{"it can't be shown", `{showNotification: fails}`, `{notification: {}}`, `rejected: none`},
	} {
		got := evaluate[string](worker, t, `(async () => {
			const never = () => new Promise(() => {}), fails = async () => { throw new Error("no"); };
			const { match, matchAll } = { match: caches.match, matchAll: clients.matchAll, ...`+tt.spoil+` };
			let shown = "none", held;
			const { showNotification } = { showNotification: async (title, { body, navigate }) => void (shown = body + " tap: " + navigate), ...`+tt.spoil+` };
			const own = [[CacheStorage.prototype, "match", match], [Clients.prototype, "matchAll", matchAll],
				[ServiceWorkerRegistration.prototype, "showNotification", showNotification]].map(([where, name, to]) => {
				const was = where[name];
				where[name] = to;
				return () => (where[name] = was);
			});
			self.dispatchEvent(Object.assign(new Event("push"), { waitUntil: (promise) => (held = promise) }, `+tt.event+`));
			const late = new Promise((go) => setTimeout(go, 8000, [{ status: "late" }]));
			const [{ status }] = await Promise.race([Promise.allSettled([held]), late]);
			own.forEach((back) => back());
			return status + ": " + shown.replace(registration.scope, "SCOPE");
		})()`)
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func must(t *testing.T) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

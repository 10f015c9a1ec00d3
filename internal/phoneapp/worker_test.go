package phoneapp_test

import (
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
		Origin: origin, RegistrationID: id, Data: `{"type": "look", "title": "evil"}`}))
	evaluate[bool](ctx, t, until(`window.heard.includes("push")`))
	got := evaluate[string](ctx, t, `navigator.serviceWorker.ready.then((w) => w.getNotifications())
		.then((all) => all.map((n) => [n.title, n.body, n.tag, n.actions.length].join("|")).join("\n"))`)
	if want := "Keyturn|Open to see what is waiting.|request|0"; got != want {
		t.Errorf("notification is %q, want %q", got, want)
	}

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

func must(t *testing.T) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

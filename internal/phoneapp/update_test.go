package phoneapp_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/phoneapp"
	"keyturn/locale"
	"keyturn/test/browser"
)

// versioned is the app with one module that says which version it is.
func versioned(t *testing.T, version string) http.Handler {
	t.Helper()
	web := fstest.MapFS{}
	for _, folder := range []string{"phone", "shared"} {
		err := fs.WalkDir(source, folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(source, name)
			if name == "phone/flow/live.js" { // of the first screen
				text = append(text, "\nglobalThis.versionHere = \""+version+"\";\nsessionStorage.setItem(\"starts\", Number(sessionStorage.getItem(\"starts\")) + 1);\n"...)
			}
			web[name] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := phoneapp.Open(web, locale.Files, "en")
	if err != nil {
		t.Fatal(err)
	}
	return a.Routes()
}

// releases is a server whose app has one version after the other.
type releases struct {
	all map[string]http.Handler
	now atomic.Value
	old atomic.Value // a path that a node of version 1 still answers
}

func newReleases(t *testing.T) *releases {
	t.Helper()
	r := &releases{all: map[string]http.Handler{}}
	for _, version := range []string{"1", "2", "3", "4"} {
		r.all[version] = versioned(t, version)
	}
	r.now.Store("1")
	r.old.Store("")
	return r
}

func (r *releases) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	version := r.now.Load().(string)
	if request.URL.Path == "/v1/server" {
		fmt.Fprintf(w, `{"name": "Harbor Lane", "version": "%s.0.0"}`, version)
		return
	}
	if request.URL.Path == r.old.Load() {
		version = "1"
	}
	r.all[version].ServeHTTP(w, request)
}

// open starts the app of version 1, with its worker.
func (r *releases) open(ctx context.Context, t *testing.T) (origin string) {
	t.Helper()
	origin = serve(t, r)
	must(t)(nil, chromedp.Do(ctx, chromedp.Navigate(origin+"/p/")))
	evaluate[bool](ctx, t, until(`navigator.serviceWorker.controller`)+".then(() => true)")
	runs(ctx, t, "1")
	return origin
}

// comes brings a newer version, which waits.
func (r *releases) comes(ctx context.Context, t *testing.T, version string) {
	t.Helper()
	r.now.Store(version)
	if !evaluate[bool](ctx, t, `import("/p/lib/worker.js").then((m) => m.bringNewer())`) {
		t.Errorf("version %s doesn't wait", version)
	}
}

// runs waits until a screen of that version is there. It asks anew each time: the page may load
// itself again.
func runs(ctx context.Context, t *testing.T, version string) {
	t.Helper()
	const here = `new Promise((go) => setTimeout(go, 50)).then(() => document.querySelector("[data-screen]") ? globalThis.versionHere : "")`
	for got := ""; got != version; {
		if ctx.Err() != nil {
			t.Fatalf("version %s doesn't begin, there is %q", version, got)
		}
		if now, err := ask[string](ctx, here); err == nil {
			got = now
		}
	}
}

// again loads the page again until its first screen is of that version: the page of before may let go of its lock too
// late for the one that is loaded. Of one that shows no screen for long it says how it stands, and does what the person
// would do.
func again(ctx context.Context, t *testing.T, version string) {
	t.Helper()
	const loaded = `new Promise((go) => setTimeout(go, 50)).then(() => !globalThis.leaves && document.querySelector("[data-screen]") ? globalThis.versionHere ?? "" : "")`
	const reload = `(globalThis.leaves = true, location.reload(), "")`
	began := time.Now()
	for step, got := reload, ""; got != version; {
		if ctx.Err() != nil {
			t.Fatalf("loaded again, version %s doesn't begin", version)
		}
		if time.Since(began) > long {
			state, err := ask[string](ctx, stands)
			t.Logf("loaded again, it shows nothing for %s: %s %v", long, state, err)
			step, began = reload, time.Now()
		}
		now, err := ask[string](ctx, step)
		if step = loaded; err == nil && now != "" && now != version {
			step = reload
		}
		got = now
	}
}

// long is longer than a start takes that waits for all that it may wait for.
const long = time.Minute

// stands tells what a start depends on.
const stands = `(async () => JSON.stringify({
	leaves: globalThis.leaves, here: globalThis.versionHere, ready: document.readyState, at: location.href, page: document.documentElement.dataset.version,
	shows: document.body.innerText.slice(0, 300), taken: sessionStorage.getItem("keyturn.taken"), locks: await navigator.locks.query(), shells: await caches.keys(),
	workers: (await navigator.serviceWorker.getRegistrations()).map((r) => [r.active?.state, r.waiting?.state, r.installing?.state]),
}))()`

// alone waits until no other window is open, nor the page of before.
func alone(ctx context.Context, t *testing.T) {
	t.Helper()
	evaluate[bool](ctx, t, `(async () => {
		const windows = async () => (await navigator.locks.query()).held.filter(({ name }) => name === "keyturn window").length;
		while (await windows() !== 1) await new Promise((go) => setTimeout(go, 20));
		return true;
	})()`)
}

// typed is what is typed and not sent; real keys come with events of their own.
const typed = `(() => { const code = document.querySelector("#code"); code.value = "0QTC"; code.dispatchEvent(new Event("input", { bubbles: true })); return true; })()`

// A newer version is brought when the person says so in the settings, which name the
// server's; it never takes away what is being typed.
func TestUpdate(t *testing.T) {
	r, ctx := newReleases(t), chromium(t)
	r.open(ctx, t)
	look := func(want string) {
		t.Helper()
		tap(ctx, t, "settings.update")
		sees(ctx, t, want)
		if got := evaluate[string](ctx, t, `document.querySelector("[data-screen=settings]").innerText`); !strings.Contains(got, r.now.Load().(string)+".0.0") {
			t.Errorf("the server's version isn't in %q", got)
		}
	}
	tap(ctx, t, "land.desk.use")
	tap(ctx, t, "page.menu")
	tap(ctx, t, "settings.title")
	look("settings.update.newest")
	r.now.Store("2")
	look("settings.update.ready")

	evaluate[bool](ctx, t, `(history.back(), true)`)
	tap(ctx, t, "first.type")
	sees(ctx, t, "#code")
	evaluate[bool](ctx, t, typed)
	r.comes(ctx, t, "2")
	if got := evaluate[string](ctx, t, `document.querySelector("#code").value + globalThis.versionHere`); got != "0QTC1" {
		t.Errorf("what was typed, and the version, is %q", got)
	}
}

// A newer version that waits begins with the next start, one by loading the page again too: but
// not under another window, and not before what the app was opened with.
func TestTakeOver(t *testing.T) {
	r, ctx := newReleases(t), chromium(t)
	origin := r.open(ctx, t)
	tap(ctx, t, "land.desk.use")
	tap(ctx, t, "first.type")
	sees(ctx, t, "#code")
	evaluate[bool](ctx, t, typed)
	r.comes(ctx, t, "2")

	other, leave := chromedp.NewContext(ctx)
	must(t)(nil, chromedp.Do(other, chromedp.Navigate(origin+"/p/?other")))
	runs(other, t, "1")
	again(other, t, "1")
	if got := evaluate[string](ctx, t, `document.querySelector("#code").value + globalThis.versionHere`); got != "0QTC1" {
		t.Errorf("with another window, what was typed, and the version, is %q", got)
	}
	leave()
	alone(ctx, t)

	must(t)(nil, chromedp.Do(ctx, chromedp.Navigate(origin+"/p/?opened#0QTC13462CXD2PHN")))
	runs(ctx, t, "1")
	sees(ctx, t, "[data-screen=confirm]")
	alone(ctx, t)
	again(ctx, t, "2")
	const kept = `caches.keys().then((names) => names.filter((name) => name.startsWith("keyturn-shell-")).map((name) => name === "keyturn-shell-" + document.documentElement.dataset.version).join())`
	if got := evaluate[string](ctx, t, kept); got != "true" {
		t.Errorf("the files that are kept are the page's: %q", got)
	}
}

// The other engine lets it begin in the same way.
func TestTakeOverFirefox(t *testing.T) {
	r := newReleases(t)
	phone := browser.NewFirefox(t, "en", browser.NewShade(t), browser.NewAutopush(t))
	origin := serve(t, r)
	here := func(version string) {
		t.Helper()
		phone.Awaits(`document.querySelector("[data-screen]") !== null && globalThis.versionHere === "` + version + `"`)
	}
	phone.Open(origin + "/p/")
	here("1")
	phone.Awaits(`navigator.serviceWorker.controller !== null`)
	r.now.Store("2")
	phone.Awaits(`(import("/p/lib/worker.js").then((m) => m.bringNewer()).then((yes) => (globalThis.came = yes)), true)`)
	phone.Awaits(`globalThis.came === true`)
	here("1")
	phone.Open(origin + "/p/?again")
	here("2")
}

// A version that begins under a page all the same, which no window of the app lets it, takes nothing
// that was typed and mixes no parts; a page that nobody has touched is loaded again.
func TestTakeOverIsLate(t *testing.T) {
	r, ctx := newReleases(t), chromium(t)
	r.open(ctx, t)
	const late = `navigator.serviceWorker.getRegistration().then(({ waiting }) => new Promise((go) => {
		navigator.serviceWorker.addEventListener("controllerchange", () => go(true), { once: true });
		waiting.postMessage("take"); }))`
	tap(ctx, t, "land.desk.use")
	tap(ctx, t, "first.type")
	sees(ctx, t, "#code")
	evaluate[bool](ctx, t, typed)
	r.comes(ctx, t, "2")
	evaluate[bool](ctx, t, late)
	if got := evaluate[string](ctx, t, `document.querySelector("#code").value + globalThis.versionHere`); got != "0QTC1" {
		t.Errorf("what was typed, and the version, is %q", got)
	}
	evaluate[bool](ctx, t, `(history.back(), true)`)
	tap(ctx, t, "page.menu")
	tap(ctx, t, "settings.title") // a part that wasn't loaded before
	sees(ctx, t, "error.unloaded")
	tap(ctx, t, "page.again")
	runs(ctx, t, "2")

	again(ctx, t, "2") // nobody has touched it
	r.comes(ctx, t, "3")
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](strings.Replace(late, "go(true)", "0", 1)+`, true`))
	if err != nil {
		t.Fatal(err)
	}
	runs(ctx, t, "3")
}

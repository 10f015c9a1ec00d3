package phoneapp_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"keyturn/test/browser"
)

// mixed are the paths of which one comes from another version than the rest.
var mixed = []string{"/p/", "/p/view/type.js"}

// tries brings the newer version, by a script whose result is whether it waits.
const tries = `import("/p/lib/worker.js").then((m) => m.bringNewer()).catch(() => false)`

// While the nodes of a server are replaced one by one, a newer version that meets a file of the older one isn't kept,
// and what runs goes on; it is kept as soon as all is of one version.
func TestNodesOfTwoVersions(t *testing.T) {
	r, ctx := newReleases(t), chromium(t)
	r.open(ctx, t)
	for _, path := range mixed {
		r.now.Store("2")
		r.old.Store(path)
		if evaluate[bool](ctx, t, tries) {
			t.Errorf("a newer version waits, whose %s is an older one's", path)
		}
		again(ctx, t, "1")
	}
	r.old.Store("")
	r.comes(ctx, t, "2")
	again(ctx, t, "2")
}

func TestNodesOfTwoVersionsFirefox(t *testing.T) {
	r := newReleases(t)
	phone := browser.NewFirefox(t, "en", browser.NewShade(t), browser.NewAutopush(t))
	origin := serve(t, r)
	phone.Open(origin + "/p/")
	phone.Awaits(`navigator.serviceWorker.controller !== null`)
	r.now.Store("2")
	for _, path := range append(mixed, "") {
		r.old.Store(path)
		phone.Awaits(`(globalThis.came = undefined, ` + tries + `.then((yes) => (globalThis.came = yes)), true)`)
		phone.Awaits(fmt.Sprintf(`globalThis.came === %t`, path == ""))
	}
	phone.Open(origin + "/p/?again")
	phone.Awaits(`document.querySelector("[data-screen]") !== null && globalThis.versionHere === "2"`)
}

// What is kept at its first use is of the version that runs; another is passed on only.
func TestKeepsItsOwnOnly(t *testing.T) {
	r, ctx := newReleases(t), chromium(t)
	r.open(ctx, t)
	const use = `(async (looks) => {
		const [name] = (await caches.keys()).filter((name) => name.startsWith("keyturn-shell-"));
		const cache = await caches.open(name);
		await cache.delete("./");
		const has = async () => Boolean(await cache.match("./"));
		await (await fetch("./")).text();
		// It is kept after it was passed on.
		for (let i = 0; i < looks && !(await has()); i++) await new Promise((go) => setTimeout(go, 20));
		return has();
	})(%d)`
	for _, tt := range []struct {
		version string
		kept    bool
		looks   int
	}{{"2", false, 25}, {"1", true, 9000}} { // nothing says that it won't be kept any more
		r.now.Store(tt.version)
		if kept := evaluate[bool](ctx, t, fmt.Sprintf(use, tt.looks)); kept != tt.kept {
			t.Errorf("the page of version %s is kept: %t", tt.version, kept)
		}
	}
}

// A page that was kept wrongly all the same is loaded again by itself once, not for ever, and the next start has the
// server's.
func TestPageOfAnotherVersion(t *testing.T) {
	r, ctx := newReleases(t), chromium(t)
	origin := r.open(ctx, t)
	const spoil = `(async () => {
		const [name] = (await caches.keys()).filter((name) => name.startsWith("keyturn-shell-"));
		const cache = await caches.open(name);
		const kept = await cache.match("./");
		const text = (await kept.text()).replace(/data-version="\w+"/, 'data-version="another"');
		await cache.put("./", new Response(text, { headers: kept.headers }));
		sessionStorage.setItem("starts", "0");
		return true;
	})()`
	evaluate[bool](ctx, t, spoil)
	must(t)(nil, chromedp.Do(ctx, chromedp.Navigate(origin+"/p/?spoiled")))
	const settled = `new Promise((go) => setTimeout(go, 50)).then(async () => await caches.match("./") ? "" : sessionStorage.getItem("starts"))`
	starts := ""
	for starts == "" && ctx.Err() == nil {
		starts, _ = ask[string](ctx, settled) // the page may be leaving
	}
	if starts != "2" {
		t.Errorf("the page was started %q times, want 2", starts)
	}
	again(ctx, t, "1")
	if got := evaluate[string](ctx, t, `document.documentElement.dataset.version`); got == "another" {
		t.Error("the next start has the page of another version")
	}
	sees(ctx, t, "land.desk.use")
}

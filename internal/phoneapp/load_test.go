package phoneapp_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// A hindrance is what becomes of the paths that it names, once it is there.
type hindrance struct {
	path string
	how  func(w http.ResponseWriter, r *http.Request)
	over atomic.Bool
}

func broken(w http.ResponseWriter, _ *http.Request) { // a module that this browser can't read
	w.Header().Set("Content-Type", "text/javascript")
	_, _ = w.Write([]byte("const a = /(?<=/;"))
}

func another(w http.ResponseWriter, _ *http.Request) { // one of another version
	w.Header().Set("Content-Type", "text/javascript")
	_, _ = w.Write([]byte("export const other = 1;"))
}

func gone(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func faulty(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }

// hindered opens the app under an origin of its own, where its worker never comes.
func hindered(ctx context.Context, t *testing.T, h *hindrance, fragment string) {
	t.Helper()
	routes := app(t).Routes()
	origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/p/sw.js":
			http.NotFound(w, r)
		case !h.over.Load() && strings.HasPrefix(r.URL.Path, h.path):
			h.how(w, r)
		default:
			routes.ServeHTTP(w, r)
		}
	}))
	if err := chromedp.Do(ctx, chromedp.Navigate(origin+"/p/"+fragment)); err != nil {
		t.Fatal(err)
	}
}

// sees waits for a sentence, by its key or by a selector.
func sees(ctx context.Context, t *testing.T, what string) {
	t.Helper()
	evaluate[bool](ctx, t, until(`document.querySelector('`+selector(what)+`') !== null`))
}

func tap(ctx context.Context, t *testing.T, what string) {
	t.Helper()
	sees(ctx, t, what)
	evaluate[bool](ctx, t, `(document.querySelector('`+selector(what)+`').click(), true)`)
}

func selector(what string) string {
	if strings.ContainsAny(what, "#[") {
		return what
	}
	return `[data-t="` + what + `"]`
}

// A part of the app that can't be loaded ends in words that say why, and comes when it can.
func TestModuleThatIsMissing(t *testing.T) {
	ctx := chromium(t)
	for _, row := range []struct {
		name, path string
		how        func(http.ResponseWriter, *http.Request)
		taps       []string
		want       string
	}{
		{"one that this browser can't read, before there is any screen", "/p/flow/landing.js", broken, nil, "error.too_old"},
		{"one of another version", "/p/view/type.js", another, []string{"land.desk.use", "first.type"}, "error.unloaded"},
		{"one that the server can't send", "/p/view/type.js", faulty, []string{"land.desk.use", "first.type"}, "error.unloaded"},
		{"one that needs another that can't be read", "/p/view/type.js", broken, []string{"land.desk.use", "first.type"}, "error.too_old"},
		{"the scanner, which can't be read", "/p/lib/scan.js", broken, []string{"land.desk.use", "first.scan", "scan.on"}, "error.too_old"},
		{"the scanner, which isn't sent", "/p/lib/scan.js", faulty, []string{"land.desk.use", "first.scan", "scan.on"}, "error.unloaded"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := &hindrance{path: row.path, how: row.how}
			hindered(ctx, t, h, "")
			for _, key := range row.taps {
				tap(ctx, t, key)
			}
			sees(ctx, t, row.want)
		})
	}
	t.Run("without a network, which comes back", func(t *testing.T) {
		h := &hindrance{path: "/p/", how: gone}
		h.over.Store(true)
		hindered(ctx, t, h, "")
		sees(ctx, t, "land.desk.use")
		h.over.Store(false)
		tap(ctx, t, "land.desk.use")
		tap(ctx, t, "first.type")
		sees(ctx, t, "error.offline")
		h.over.Store(true)
		tap(ctx, t, "page.again")
		sees(ctx, t, "#code")
	})
}

// Before any word of the catalogue is there, the page itself says why nothing begins; what
// the app was opened with is still there when it does.
func TestAppThatIsMissing(t *testing.T) {
	ctx := chromium(t)
	t.Run("it can't be read here", func(t *testing.T) {
		hindered(ctx, t, &hindrance{path: "/p/lib/keys.js", how: broken}, "")
		sees(ctx, t, "#old:not([hidden])")
		if got := evaluate[string](ctx, t, "document.body.innerText"); !strings.Contains(got, "too old for Keyturn") || !strings.Contains(got, "版本过低") {
			t.Errorf("it says %q", got)
		}
	})
	t.Run("it can't be loaded now", func(t *testing.T) {
		h := &hindrance{path: "/p/lib/", how: faulty}
		hindered(ctx, t, h, "#0QTC13462CXD2PHN")
		sees(ctx, t, "#unloaded:not([hidden])")
		if got := evaluate[string](ctx, t, "location.hash"); got != "" {
			t.Errorf("the address has %q", got)
		}
		h.over.Store(true)
		if got := evaluate[string](ctx, t, "document.body.innerText"); !strings.Contains(got, "couldn't be loaded. Try again") || !strings.Contains(got, "未能加载。重试") {
			t.Errorf("it says %q", got)
		}
		tap(ctx, t, "#unloaded button")
		sees(ctx, t, "[data-screen=land]")
		if got := evaluate[string](ctx, t, "location.hash"); got != "" {
			t.Errorf("the address has %q", got)
		}
	})
}

// Without room for the app's files the worker runs all the same, and passes on what the
// server sends.
func TestWorkerWithoutRoom(t *testing.T) {
	origin := serve(t, app(t).Routes())
	ctx := chromium(t)
	room := func(bytes float64) {
		must(t)(chromedp.Call(ctx, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{Origin: origin, QuotaSize: &bytes}))
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(origin+"/p/test/?only=words")); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		begin float64
	}{{"none from the start", 1}, {"none any more", 1 << 30}} {
		room(row.begin)
		started := evaluate[string](ctx, t, `(async () => {
			for (const old of await navigator.serviceWorker.getRegistrations()) await old.unregister();
			for (const name of await caches.keys()) await caches.delete(name);
			const worker = await (await import("/p/lib/worker.js")).startWorker();
			const one = worker?.installing ?? worker?.waiting ?? worker?.active;
			while (one && !["activated", "redundant"].includes(one.state)) await new Promise((go) => one.addEventListener("statechange", go, { once: true }));
			while (one?.state === "activated" && !navigator.serviceWorker.controller) await new Promise((go) => setTimeout(go, 20));
			return String(one?.state);
		})()`)
		if started != "activated" {
			t.Errorf("%s: the worker is %s", row.name, started)
		}
		room(1)
		got := evaluate[string](ctx, t, `fetch("/p/view/request.js").then((answer) => answer.ok ? answer.text() : "refused", String).then((text) => text.includes("export") ? "passed on" : text)`)
		if got != "passed on" {
			t.Errorf("%s: a screen is %s", row.name, got)
		}
	}
}

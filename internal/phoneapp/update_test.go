package phoneapp_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/chromedp/chromedp"

	"keyturn/internal/phoneapp"
	"keyturn/locale"
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
				text = append(text, "\nglobalThis.versionHere = \""+version+"\";\n"...)
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

// A newer version is brought when its person says so in the settings, which name the
// server's; it never takes away what is being typed.
func TestUpdate(t *testing.T) {
	versions := map[string]http.Handler{"1": versioned(t, "1"), "2": versioned(t, "2")}
	var now atomic.Value
	now.Store("1")
	origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		version := now.Load().(string)
		if r.URL.Path == "/v1/server" {
			fmt.Fprintf(w, `{"name": "Harbor Lane", "version": "%s.0.0"}`, version)
			return
		}
		versions[version].ServeHTTP(w, r)
	}))
	ctx := chromium(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(origin+"/p/")); err != nil {
		t.Fatal(err)
	}
	evaluate[bool](ctx, t, until(`navigator.serviceWorker.controller`)+".then(() => true)")
	look := func(want string) {
		t.Helper()
		tap(ctx, t, "settings.update")
		sees(ctx, t, want)
		if got := evaluate[string](ctx, t, `document.querySelector("[data-screen=settings]").innerText`); !strings.Contains(got, now.Load().(string)+".0.0") {
			t.Errorf("the server's version isn't in %q", got)
		}
	}
	tap(ctx, t, "land.desk.use")
	tap(ctx, t, "page.menu")
	tap(ctx, t, "settings.title")
	look("settings.update.newest")
	now.Store("2")
	look("settings.update.ready")

	evaluate[bool](ctx, t, `(history.back(), true)`)
	tap(ctx, t, "first.type")
	sees(ctx, t, "#code")
	evaluate[bool](ctx, t, `(document.querySelector("#code").value = "0QTC", true)`)
	if waits := evaluate[bool](ctx, t, `import("/p/lib/worker.js").then((m) => m.bringNewer())`); !waits {
		t.Error("the newer version doesn't wait")
	}
	if got := evaluate[string](ctx, t, `document.querySelector("#code").value + globalThis.versionHere`); got != "0QTC1" {
		t.Errorf("what was typed, and the version, is %q", got)
	}
}

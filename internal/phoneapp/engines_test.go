package phoneapp_test

import (
	_ "embed"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/evanw/esbuild/pkg/api"

	"keyturn/web"
)

// oldest are the browsers that spec/phone.md names: the app has to run in them.
var oldest = []api.Engine{
	{Name: api.EngineIOS, Version: "15.4"},
	{Name: api.EngineChrome, Version: "95"},
	{Name: api.EngineFirefox, Version: "100"},
}

// fits reports whether the oldest browsers read a text as it stands: a compiler that
// writes it for them has nothing to change. What it can't change is an error.
func fits(text string, loader api.Loader) (string, bool) {
	// Classes of characters such as \p{L} are read by all of them; only the tables of Unicode differ.
	supported := map[string]bool{"regexp-unicode-property-escapes": true}
	write := func(browsers []api.Engine) api.TransformResult {
		return api.Transform(text, api.TransformOptions{Loader: loader, Engines: browsers, Supported: supported, LogLevel: api.LogLevelSilent})
	}
	old, now := write(oldest), write(nil)
	if len(old.Errors) > 0 {
		return old.Errors[0].Text, false
	}
	return string(old.Code), string(old.Code) == string(now.Code)
}

// Every module and style sheet that is served is one that the oldest browsers can read.
func TestOldestBrowsersReadEveryFile(t *testing.T) {
	looked := 0
	for _, folder := range []string{"phone", "shared"} {
		err := fs.WalkDir(web.Files, folder, func(name string, d fs.DirEntry, err error) error {
			loader, ok := map[string]api.Loader{".js": api.LoaderJS, ".css": api.LoaderCSS}[path.Ext(name)]
			if err != nil || !ok {
				return err
			}
			looked++
			address := "/p/" + strings.TrimPrefix(name, "phone/")
			if rewritten, ok := fits(body(t, get(t, address)), loader); !ok {
				t.Errorf("%s isn't read by the oldest browsers; it would have to be:\n%s", address, rewritten)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 80 {
		t.Errorf("looked at %d files", looked)
	}
}

// What the check above can tell.
func TestFits(t *testing.T) {
	for _, row := range []struct {
		name, text string
		loader     api.Loader
		want       bool
	}{
		{"a private method", "class A { #b() {} c = 1; }", api.LoaderJS, true},
		{"an assignment if nullish", "a ??= b?.c;", api.LoaderJS, true},
		{"a named group and a look ahead", `/(?<a>b)(?!c)\p{L}/u`, api.LoaderJS, true},
		{"a look behind", `/(?<=\w\.)/`, api.LoaderJS, false},
		{"sets in an expression", `/[\p{L}--q]/v`, api.LoaderJS, false},
		{"a static block", "class A { static { f(); } }", api.LoaderJS, false},
		{"an import with its kind", `import a from "./a.json" with { type: "json" }`, api.LoaderJS, false},
		{"a rule inside a rule", ".a { .b { color: red } }", api.LoaderCSS, false},
		{"a rule", ".a .b { inset: 0; color: #0008 }", api.LoaderCSS, true},
	} {
		if got, ok := fits(row.text, row.loader); ok != row.want {
			t.Errorf("%s: %v (%s)", row.name, ok, got)
		}
	}
}

// later is what browsers have learned since the oldest: testdata/later.mjs makes it.
//
//go:embed testdata/later.json
var later string

// forget takes it out of the page that is opened next.
const forget = `(() => {
	const later = LATER;
	for (const [name, members] of Object.entries(later)) {
		const owner = globalThis[name];
		if (!members.length) delete globalThis[name];
		for (const member of members) {
			const own = member.endsWith("_static") ? owner : owner?.prototype ?? owner;
			delete own?.[member.replace("_static", "")];
			if (name === "Window") delete globalThis[member];
		}
	}
})()`

// What an old browser lacks is tested for before it is used: the app's flows and screens in
// one that has forgotten all that came after the oldest, and what any of them hasn't got.
func TestOldestBrowsersRunTheApp(t *testing.T) {
	ctx := chromium(t)
	script := strings.Replace(forget, "LATER", later, 1)
	must(t)(chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}))
	address := serve(t, app(t).Routes()) + "/p/test/?only=words,setup,requests,leave,views,nav,land,enter,home"
	run(ctx, t, address)
	if got := evaluate[string](ctx, t, `[typeof Notification, typeof OffscreenCanvas, typeof AbortSignal.prototype.throwIfAborted, typeof navigator.permissions, typeof AbortController].join(" ")`); got != "undefined undefined undefined undefined function" {
		t.Errorf("it has not forgotten: %s", got)
	}
}

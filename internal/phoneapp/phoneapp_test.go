package phoneapp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"keyturn/internal/phoneapp"
	"keyturn/locale"
	"keyturn/web"
)

// embedded is the phone app as it is embedded, without its tests.
var embedded = sync.OnceValues(func() (http.Handler, error) {
	a, err := phoneapp.Open(web.Files, locale.Files, locale.English)
	if err != nil {
		return nil, err
	}
	return a.Routes(), nil
})

// get asks the app.
func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	routes, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	routes.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Browsers without scripts and styles, such as w3m and lynx, show what is hidden: the page of the
// app says there that it needs JavaScript, and nothing else.
func TestWithoutScripts(t *testing.T) {
	page := body(t, get(t, "/p/"))
	_, main, _ := strings.Cut(page, "<body>")
	shown := strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main, " "))
	if len(shown) == 0 || shown[0] != "Keyturn" || !strings.Contains(strings.Join(shown[:4], " "), "needs JavaScript") || strings.Contains(page, "<button") {
		t.Errorf("it shows %q", shown)
	}
}

// Browsers leave the texts as the app writes them: a translator puts elements of its own in
// their place, and each time that a screen is drawn anew the text stands there once more; an
// iPhone makes links of digits.
func TestTextsAreLeftAlone(t *testing.T) {
	page := body(t, get(t, "/p/"))
	for _, want := range []string{`<html [^>]*translate="no"`, `<meta name="google" content="notranslate">`, `<meta name="format-detection" content="telephone=no">`} {
		if !regexp.MustCompile(want).MatchString(page) {
			t.Errorf("there is no %s", want)
		}
	}
}

// What is embedded is what lies in the folder: no file was forgotten.
func TestEverythingIsEmbedded(t *testing.T) {
	for _, folder := range []string{"phone", "shared"} {
		err := fs.WalkDir(source, folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name == "phone/test" {
					return fs.SkipDir
				}
				return nil
			}
			if _, err := fs.Stat(web.Files, name); err != nil {
				t.Error(err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Every file that the worker keeps exists, from the start or once it was asked
// for, and so does all that a module imports.
func TestShellHasEveryFile(t *testing.T) {
	now, rest, later := shell(t, "FILES"), shell(t, "REST"), shell(t, "LATER")
	imports := regexp.MustCompile(`(from |import\()\s*"(\.[^"]+)"`)
	for _, file := range slices.Concat(now, rest, later) {
		r := get(t, "/p/"+strings.TrimPrefix(file, "./"))
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", file, r.Status)
		}
		if !strings.HasSuffix(file, ".js") {
			continue
		}
		for _, found := range imports.FindAllStringSubmatch(body(t, r), -1) {
			path := join(file, found[2])
			with := now // what is kept when file is
			switch {
			case found[1] == "import(" || slices.Contains(later, file):
				with = slices.Concat(now, rest, later)
			case slices.Contains(rest, file):
				with = slices.Concat(now, rest)
			}
			if !slices.Contains(with, path) {
				t.Errorf("%s imports %s, which the worker doesn't keep with it", file, path)
			}
		}
	}
}

// shell reads a list of shell.js.
func shell(t *testing.T, name string) []string {
	t.Helper()
	list := regexp.MustCompile(`(?m)^const ` + name + ` = (.*);$`).FindStringSubmatch(body(t, get(t, "/p/shell.js")))
	var files []string
	if err := json.Unmarshal([]byte(list[1]), &files); err != nil {
		t.Fatal(err)
	}
	return files
}

// join resolves an import of a file, both as "./a/b.js".
func join(file, path string) string {
	folders := strings.Split(strings.TrimPrefix(file, "./"), "/")
	folders = folders[:len(folders)-1]
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case ".":
		case "..":
			folders = folders[:len(folders)-1]
		default:
			folders = append(folders, part)
		}
	}
	return "./" + strings.Join(folders, "/")
}

func TestSecurityHeaders(t *testing.T) {
	for _, path := range []string{"/p/", "/p/lib/phone.js", "/p/manifest.webmanifest", "/p/nothing"} {
		h := get(t, path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":    "require-trusted-types-for 'script'; trusted-types keyturn-worker",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Permissions-Policy":         "camera=(self)",
		} {
			if got := h.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q, want it to have %q", path, name, got, want)
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy is %q", path, csp)
		}
	}
	for _, path := range []string{"/p/sw.js", "/p/shell.js"} {
		if csp := get(t, path).Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "trusted") {
			t.Errorf("%s: policy is %q", path, csp)
		}
	}
}

// Nothing but the app is served: no tests, no tools' files, no way out.
// A program that escapes the # of a link doesn't lead into nothing, nor anywhere else.
func TestEscapedFragment(t *testing.T) {
	for path, want := range map[string]string{
		"/p/%230QTC-1346-2CXD-2PHN":       "/p/#0QTC-1346-2CXD-2PHN",
		"/p/%23q.req_MB6FRAKRB64YGQSMCVR": "/p/#q.req_MB6FRAKRB64YGQSMCVR",
		"/p/%23":                          "/p/#",
		"/p/%23%0d%0aSet-Cookie:%20a=b":   "/p/",
		"/p/%23%3Cscript%3E":              "/p/",
		"/p/%23evil.example/x":            "/p/",
	} {
		r := get(t, path)
		if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != want || len(r.Header["Set-Cookie"]) > 0 ||
			r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Referrer-Policy") != "no-referrer" || body(t, r) != "" {
			t.Errorf("%s: %s %v", path, r.Status, r.Header)
		}
	}
}

func TestNotFound(t *testing.T) {
	for _, path := range []string{"/p/index.html", "/p/test/index.html", "/p/test/vectors/lines.json", "/p/tsconfig.json", "/p/vendor/vendor.json",
		"/p/vendor/qr/LICENSE-MIT", "/p/vendor/preact.d.ts", "/p/locale/de.json", "/p/lib", "/p/lib/", "/p/shared/base.html", "/p/..%2fembed.go", "/p/KEYTURN"} {
		if r := get(t, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}

func TestCompressedAndAskedOnce(t *testing.T) {
	plain := get(t, "/p/lib/phone.js")
	small := get(t, "/p/lib/phone.js", "Accept-Encoding", "br, gzip")
	if small.Header.Get("Content-Encoding") != "gzip" || len(body(t, small)) >= len(body(t, plain)) {
		t.Error("a module is not compressed")
	}
	for _, r := range []*http.Response{plain, small} {
		again := get(t, "/p/lib/phone.js", "Accept-Encoding", r.Header.Get("Content-Encoding"), "If-None-Match", r.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || again.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s again: %s", r.Header.Get("ETag"), again.Status)
		}
	}
}

func TestManifestSpeaksTheLanguage(t *testing.T) {
	for language, want := range map[string]string{"": "en", "de, en;q=0.5": "en", "zh-CN,zh;q=0.9": "zh-Hans", "zh-TW": "zh-Hans"} {
		var m struct {
			ID, Scope, Lang, Name, Description string
			Start                              string `json:"start_url"`
			Icons                              []struct{ Src, Purpose string }
		}
		r := get(t, "/p/manifest.webmanifest", "Accept-Language", language)
		if err := json.Unmarshal([]byte(body(t, r)), &m); err != nil {
			t.Fatal(err)
		}
		if m.Lang != want || m.Description != locale.For(want).T("app.description") || m.ID != "/p/" || m.Scope != "/p/" || m.Start != "/p/" {
			t.Errorf("for %q: %+v", language, m)
		}
		for i, purpose := range []string{"any", "any", "maskable"} {
			if m.Icons[i].Purpose != purpose || get(t, m.Icons[i].Src).StatusCode != http.StatusOK {
				t.Errorf("icon %d: %+v", i, m.Icons[i])
			}
		}
		if !slices.Contains(r.Header.Values("Vary"), "Accept-Language") {
			t.Error("a cache may mix the languages up")
		}
	}
}

// What a browser loads at the first visit, before the scanner, stays small.
func TestSize(t *testing.T) {
	a, err := phoneapp.Open(web.Files, locale.Files, locale.English)
	if err != nil {
		t.Fatal(err)
	}
	start, all := a.Sizes()
	t.Logf("%d bytes at the first visit, %d in all but the scanner", start, all)
	if start > 60<<10 {
		t.Errorf("the first visit needs %d bytes, want at most %d", start, 60<<10)
	}
}

// The page names each module of the first screen before the browser finds it in
// another, and no module that it may never need.
func TestPreload(t *testing.T) {
	page := body(t, get(t, "/p/"))
	named := regexp.MustCompile(`<link rel="modulepreload" href="([^"]+)">`).FindAllStringSubmatch(page, -1)
	got := []string{"app.js"}
	for _, m := range named {
		got = append(got, m[1])
	}
	seen := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, m := range regexp.MustCompile(`(?m)(?:from|^import)\s*"(\.[^"]+)"`).FindAllStringSubmatch(body(t, get(t, "/p/"+name)), -1) {
			follow(path.Join(path.Dir(name), m[1]))
		}
	}
	follow("app.js")
	follow("flow/start.js")
	slices.Sort(got)
	if want := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("the page names\n%v\nthe first screen needs\n%v", got, want)
	}
}

// Comments and indents stay with the server, and every line keeps its number.
func TestStripped(t *testing.T) {
	source, err := fs.ReadFile(web.Files, "phone/lib/phone.js")
	if err != nil {
		t.Fatal(err)
	}
	served := body(t, get(t, "/p/lib/phone.js"))
	if got, want := strings.Count(served, "\n"), strings.Count(string(source), "\n"); got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	if regexp.MustCompile(`(?m)^\s*(//|/\*|\*)|/\*\* @`).MatchString(served) {
		t.Errorf("a comment is served:\n%s", served)
	}
	if regexp.MustCompile(`(?m)^ | $`).MatchString(served) {
		t.Errorf("spaces around a line are served:\n%s", served)
	}
	if sheet := body(t, get(t, "/p/shared/base.css")); strings.Contains(sheet, "/*") || !strings.HasSuffix(strings.TrimSpace(sheet), "}") {
		t.Errorf("a comment is served, or less than the style sheet:\n%s", sheet)
	}
}

// guide is how a module names a page of the help.
var guide = regexp.MustCompile(`slug="([a-z-]+)"|[a-z]_[a-z]+: "([a-z-]+)"|\["([a-z-]+)", "tips\.`)

// Every page of the help that a screen or an error leads to is there, in every
// language.
func TestGuides(t *testing.T) {
	views, err := fs.Glob(source, "phone/view/*.js")
	if err != nil {
		t.Fatal(err)
	}
	slugs := map[string]bool{}
	for _, name := range append(views, "phone/flow/say.js") {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range guide.FindAllStringSubmatch(string(text), -1) {
			slugs[m[1]+m[2]+m[3]] = true
		}
	}
	if len(slugs) < 9 {
		t.Errorf("found only %v", slugs)
	}
	for slug := range slugs {
		for _, lang := range locale.Languages() {
			if _, err := fs.Stat(source, "help/"+lang+"/"+slug+".md"); err != nil {
				t.Errorf("%s in %s: %v", slug, lang, err)
			}
		}
	}
}

// The app gets the sentences that its modules name; the portal's stay here.
func TestWordsOfTheApp(t *testing.T) {
	for _, lang := range locale.Languages() {
		words := body(t, get(t, "/p/locale/"+lang+".json"))
		if !strings.Contains(words, `"home.`) || strings.Contains(words, `"cli.`) {
			t.Errorf("%s has the wrong parts", lang)
		}
	}
}

// What others wrote is unchanged, and nothing else lies beside it.
func TestVendored(t *testing.T) {
	text, err := fs.ReadFile(source, "phone/vendor/vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var packages []struct {
		Package, Version, Licence string
		Files                     []struct{ File, SHA256 string }
	}
	if err := json.Unmarshal(text, &packages); err != nil {
		t.Fatal(err)
	}
	listed := []string{"vendor.json"}
	for _, p := range packages {
		if p.Package == "" || p.Version == "" || p.Licence == "" {
			t.Errorf("%+v lacks a member", p)
		}
		for _, f := range p.Files {
			listed = append(listed, f.File)
			text, err := fs.ReadFile(source, "phone/vendor/"+f.File)
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != f.SHA256 {
				t.Errorf("%s of %s %s was changed", f.File, p.Package, p.Version)
			}
		}
	}
	err = fs.WalkDir(source, "phone/vendor", func(name string, d fs.DirEntry, err error) error {
		file := strings.TrimPrefix(name, "phone/vendor/")
		// Types are ours.
		if err == nil && !d.IsDir() && !slices.Contains(listed, file) && !strings.HasSuffix(file, ".d.ts") {
			t.Errorf("%s is not listed", file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Without JavaScript, or before a module of ours could be read, there are no words but
// those in the page itself.
func TestNoScript(t *testing.T) {
	served := html.UnescapeString(body(t, get(t, "/p/")))
	for key, place := range map[string]string{"page.noscript": `<noscript>(.*?)</noscript>`, "page.old": `<div id="old" .*?hidden>(.*?)</div>`,
		"page.unloaded": `<div id="unloaded" .*?hidden>(.*?)</div>`, "page.again": `<div id="unloaded" .*?hidden>(.*?)</div>`} {
		found := regexp.MustCompile(`(?s)` + place).FindStringSubmatch(served)
		for _, lang := range locale.Languages() {
			if found == nil || !regexp.MustCompile(`[>"]`+regexp.QuoteMeta(locale.For(lang).T(key))+` ?[<"]`).MatchString(found[1]) {
				t.Errorf("the page doesn't say %s in %s", key, lang)
			}
		}
	}
}

// The app offers every language by its own name.
func TestLanguagesAreListed(t *testing.T) {
	if module := body(t, get(t, "/p/lib/words.js")); !strings.Contains(module, `const LANGUAGES = {"en":"English","zh-Hans":"简体中文"`) {
		t.Error("lib/words.js doesn't list them")
	}
}

// The server's first language is that of whoever asks for none of them: in the manifest,
// in the module that chooses one, and in the worker's notifications.
func TestFirstLanguage(t *testing.T) {
	for _, first := range locale.Languages() {
		a, err := phoneapp.Open(web.Files, locale.Files, first)
		if err != nil {
			t.Fatal(err)
		}
		for path, has := range map[string]string{
			"/p/lib/words.js": `const FIRST = "` + first + `";`, "/p/shell.js": `const LANGUAGE = "` + first + `"`,
			"/p/manifest.webmanifest": `"lang":"` + first + `"`,
		} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("Accept-Language", "fr-FR, not a language;;, *;q=0.1")
			out := httptest.NewRecorder()
			a.Routes().ServeHTTP(out, r)
			if out.Code != 200 || !strings.Contains(out.Body.String(), has) {
				t.Errorf("%s first: %s hasn't %s", first, path, has)
			}
		}
	}
}

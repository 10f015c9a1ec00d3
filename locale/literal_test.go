package locale_test

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What reaches a person comes from the catalogues, or it is a name. Everything below reads
// sources as parsers do (x/net/html, go/ast, and a small one for modules), so that a word is
// found where a person would read it, and a class isn't.
//
// English on purpose, and so not looked for: the help of the command lines (tags and
// examples), errors, the log, the manual of the settings, and what a help desk is handed of a phone. The
// guides are files per language, compared with one another in internal/help.

// names are no words: they are the same in every language.
var names = regexp.MustCompile(`^(Keyturn|keyturn|IP|PIN|UTC|min|JavaScript|Apache|` +
	`Android|iPhone|iPad|HarmonyOS|Windows|ChromeOS|macOS|Linux|` +
	`Edge|Opera|Samsung|Internet|Vivaldi|Huawei|Mi|UC|QQ|Browser|Firefox|Chrome|Safari|WeChat)$`)

// exempt are literals that look as if a person would read them and have another reader, by
// file and how they begin.
var exempt = map[string][]string{
	// What a help desk is handed.
	"../web/phone/flow/settings.js":     {"version ", "in a browser", " push:", "notifications: "},
	"../web/phone/flow/enter.js":        {"other origin"},    // a kind of fault
	"../web/phone/lib/api.js":           {"Keyturn device="}, // a header
	"../web/phone/lib/code.js":          {"other origin"},
	"../web/phone/lib/pinrules.js":      {"1234567890 ", " qwertzuiop ", "2580 "},
	"../web/phone/lib/problem.js":       {"bad_request "},
	"../web/phone/lib/system.js":        {"(display-mode", "(any-pointer"},
	"../web/phone/view/field.js":        {"123 abc", "abc"}, // what is on the key
	"../web/phone/view/type.js":         {"XXXX-"},
	"../cmd/keyturn/fault.go":           {"hint:", "chown "},
	"../cmd/keyturn/main.go":            {"Examples:", "The second factor", "expected one of"},
	"../cmd/keyturn/settings.go":        {"name:%q", "Setting%d"}, // a tag, a field
	"../cmd/keyturn-phone/main.go":      {"A phone in a terminal"},
	"../internal/deviceapi/problems.go": {"deviceapi: "},       // an error
	"../internal/help/markup.go":        {"Figures", "Number"}, // kinds of goldmark's nodes
	// Parts of a User-Agent; what BrowserIn translates.
	"../internal/page/browser.go":   {"Edg", "Mobi", "Mac OS X", " on "},
	"../internal/phoneapp/shell.go": {"const VERSION"},
	"../internal/phoneapp/words.go": {"const LANGUAGES"},
}

// TestNoLiteralWords looks at all that a browser or a terminal receives.
func TestNoLiteralWords(t *testing.T) {
	all := files(t)
	maps.Copy(all, globbed(t, drawings))
	looked := map[string]int{}
	for name, text := range all {
		find := finders[path.Ext(name)]
		if path.Ext(name) == ".go" && !slices.ContainsFunc(speaking, func(dir string) bool { return path.Dir(name) == dir }) {
			continue
		}
		looked[path.Ext(name)]++
		for _, found := range find(t, name, text) {
			if !slices.ContainsFunc(exempt[name], func(part string) bool { return strings.HasPrefix(found, part) }) {
				t.Errorf("%s: %q doesn't come from the catalogue", name, found)
			}
		}
	}
	for ext, least := range map[string]int{".html": 20, ".svg": 10, ".js": 80, ".go": 70} {
		if looked[ext] < least {
			t.Errorf("looked at %d files %s, want %d or more", looked[ext], ext, least)
		}
	}
}

// finders return the literals of a source that a person would read.
var finders = map[string]func(t *testing.T, name, text string) []string{
	".html": inTemplate, ".svg": inDrawing, ".js": inModule, ".go": inSource,
}

// speaking are the packages that write to people.
var speaking = []string{"../internal/door", "../internal/signin", "../internal/portal", "../internal/page", "../internal/help", "../internal/notice", "../internal/phoneapp",
	"../internal/deviceapi", "../cmd/keyturn", "../cmd/keyturn-phone"}

// Each place where a word may stand is seen, and what only looks like one isn't.
func TestLiteralWordsAreFound(t *testing.T) {
	for _, row := range []struct {
		name, file, text string
		want             string // empty: nothing
	}{
		{"a word in a page", "a.html", `<p>{{t "a.b"}} Hello</p>`, "Hello"},
		{"in one branch", "a.html", `<p>{{if .X}}{{t "a.b"}}{{else}}无{{end}}</p>`, "无"},
		{"a printed string", "a.html", `<p>{{"done"}}</p>`, "done"},
		{"a value", "a.html", `<p>{{t "a.b" "who" "Your phone"}}</p>`, "Your phone"},
		{"for the ear", "a.html", `<button aria-label="{{.X}} Close">{{icon "x"}}</button>`, "Close"},
		{"in a field", "a.html", `<input name="code" placeholder="six digits">`, "six digits"},
		{"for a script", "a.html", `<p data-busy="Checking now"></p>`, "Checking now"},
		{"a page without words", "a.html", `<p class="small muted" data-copy="#code">{{t "a.b"}} · <b>Keyturn</b> {{printf "a-%s" .X}}</p>`, ""},
		{"in a drawing", "a.svg", `<svg viewBox="0 0 9 9"><text class="word">{a.b}</text><text>Share</text></svg>`, "Share"},
		{"in a view", "view/a.js", "html`<p class=\"x y\">${t(k)} tries</p>`", "tries"},
		{"in a hole", "view/a.js", "html`<p>${busy ? \"wait\" : t(k)}</p>`", "wait"},
		{"in a view in a view", "view/a.js", "html`<p>${ok && html`<b>yes</b>`}</p>`", "yes"},
		{"an attribute of a view", "view/a.js", "html`<${Round} k=${k} title=${\"Close\"} />`", "Close"},
		{"set by a script", "portal/a.js", `el.textContent = n === 1 ? "one" : data(el, "many");`, "one"},
		{"a template literal", "portal/a.js", "el.textContent = `${n} left`;", " left"},
		{"an attribute set by a script", "portal/a.js", `el.setAttribute("aria-label", "menu");`, "menu"},
		{"a property", "portal/a.js", `Object.assign(el, { title: "menu" });`, "menu"},
		{"an alert", "portal/a.js", `alert("stop");`, "stop"},
		{"a notification", "sw.js", `show("x", { body: "look" });`, "look"},
		{"a sentence anywhere", "flow/a.js", `const s = ["a.b", "Not now"];`, "Not now"},
		{"a Chinese word anywhere", "lib/a.js", `const s = { a: '手机' };`, "手机"},
		{"a capital in a view", "view/a.js", `const rows = [["a.b", "Active"]];`, "Active"},
		{"after a division", "view/a.js", `const half = n / 2, rows = [["a.b", "Active"]]; per(n / 3);`, "Active"},
		{"a module without words", "view/a.js", "// It's on.\nthrow new Error(\"not a way\"); html`<i class=${\"btn \" + kind} k=\"a.b\">${x === \"on\" && t(\"a.b\")}</i>`; s.replace(/\"no way/g, \"-\");", ""},
		{"written by a handler", "a.go", `package a; func f() { io.WriteString(w, "gone") }`, "gone"},
		{"formatted", "a.go", `package a; func f() { fmt.Fprintf(w, "%d left", n) }`, "%d left"},
		{"answered", "a.go", `package a; func f() { http.Error(w, "nothing", 404) }`, "nothing"},
		{"a sentence", "a.go", `package a; var s = page{Title: "Your phone"}`, "Your phone"},
		{"put together", "a.go", `package a; func f() string { return browser + " on " + system }`, " on "},
		{"in markup", "a.go", "package a; var s = `<b class=\"x y\">%s</b> left`", "left"},
		{"a source without words", "a.go", "package a; import \"fmt\"; type t struct { A int `help:\"Your phone.\"` }\n" +
			`func f() { mux.Handle("GET /a", nil); h.Set("Vary", "Accept"); log.LogAttrs(c, l, "it fails"); panic("it fails"); g(errors.New("it fails"), words.T("a.b")) }`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := finders[path.Ext(row.file)](t, "../web/phone/"+row.file, row.text)
			if strings.Join(got, "|") != row.want {
				t.Errorf("found %q, want %q", got, row.want)
			}
		})
	}
}

var (
	word     = regexp.MustCompile(`\p{Han}+|\p{L}{2,}`)
	sentence = regexp.MustCompile(`\p{Han}|\p{L}[,:]? \p{L}|^ ?\p{L}+ $|^ \p{L}`) // by its looks, or a part of one
	capital  = regexp.MustCompile(`^\p{Lu}\p{Ll}+([ ,.:…]|$)`)

	// What is typed, signed, a path, a selector, a header: nobody reads it as words.
	ours = regexp.MustCompile(`^\s*(keyturn|pwgen)(-\w+)?[ /:]|^(GET|POST|PUT|DELETE) /|^[.#]\w|charset=|'(self|none|script)'|=\(\)`)
)

// worded reports whether a text has a word in it that isn't a name.
func worded(text string) bool {
	return !ours.MatchString(text) && slices.ContainsFunc(word.FindAllString(text, -1), func(w string) bool { return !names.MatchString(w) })
}

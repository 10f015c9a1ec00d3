package help_test

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"keyturn"
	"keyturn/internal/help"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/locale"
	"keyturn/web"
)

// usual are the settings of a fresh installation.
func usual() help.Settings {
	return help.Settings{Limits: policy.Defaults(), PIN: keyturn.PINRules{Min: 4, Max: 6},
		Unlocks: []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform}, CheckCode: true, Push: true}
}

// with is the folder web with other files in it.
type with struct{ more fstest.MapFS }

func (w with) Open(name string) (fs.File, error) {
	if _, ok := w.more[name]; ok {
		return w.more.Open(name)
	}
	return web.Files.Open(name)
}

// tryOpen opens the help of a server at that address.
func tryOpen(t *testing.T, files fs.FS, origin, name string, s help.Settings) (*help.Help, error) {
	t.Helper()
	pages, err := page.New(files, origin, name, "door", "signin", "portal", "help")
	if err != nil {
		t.Fatal(err)
	}
	h, err := help.Open(files, pages, s)
	if err == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	return h, err
}

// open is the help of a server with those settings.
func open(t *testing.T, s help.Settings) *help.Help {
	t.Helper()
	h, err := tryOpen(t, web.Files, "https://auth.example.com", "Harbor Lane", s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ask sends a request; more are pairs of header and value.
func ask(h *help.Help, method, address string, more ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	for i := 0; i < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	w := httptest.NewRecorder()
	h.Routes().ServeHTTP(w, r)
	return w
}

// What is put together shows none of its seams, in any language.
func TestEveryGuideIsThere(t *testing.T) {
	h := open(t, usual())
	for _, lang := range locale.Languages() {
		for _, slug := range help.Order {
			w := ask(h, "GET", "/help/"+lang+"/"+slug)
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `<html lang="`+lang+`">`) {
				t.Errorf("%s in %s: %d", slug, lang, w.Code)
			}
			for _, seam := range []string{"**", "{", "no value", "raw HTML", "figure: ", "steps: ", "problems: ", "illustrated: ", "](", "&amp;lt;"} {
				if strings.Contains(body, seam) {
					t.Errorf("%s in %s shows %q", slug, lang, seam)
				}
			}
			if need := strings.Count(section(body), "<li>"); need > 2 || need != 2 && slices.Contains(help.Order[:8], slug) {
				t.Errorf("%s in %s: %d lines of what one needs", slug, lang, need)
			}
		}
	}
}

// section is "You need".
func section(body string) string {
	_, rest, _ := strings.Cut(body, `<section class="need">`)
	need, _, _ := strings.Cut(rest, "</section>")
	return need
}

var anchor = regexp.MustCompile(` id="([^"]+)"`)
var link = regexp.MustCompile(` href="([^"]+)"`)

// The languages have the same steps, figures, anchors and links.
func TestLanguagesAreEqual(t *testing.T) {
	h := open(t, usual())
	first, others := locale.Languages()[0], locale.Languages()[1:]
	for _, slug := range help.Order {
		for _, lang := range others {
			if diff := cmp.Diff(h.Figures(first, slug), h.Figures(lang, slug)); diff != "" {
				t.Errorf("%s has other figures in %s:\n%s", slug, lang, diff)
			}
			if diff := cmp.Diff(shape(h, first, slug), shape(h, lang, slug)); diff != "" {
				t.Errorf("%s has other anchors or links in %s:\n%s", slug, lang, diff)
			}
		}
	}
}

// shape is where one gets to in a guide and from it, whatever its language. Where a
// language is named it is another one.
func shape(h *help.Help, lang, slug string) (all []string) {
	var same []string
	for _, l := range locale.Languages() {
		same = append(same, "/"+l+"/", "/LANG/")
	}
	body := ask(h, "GET", "/help/"+lang+"/"+slug).Body.String()
	for _, what := range []*regexp.Regexp{anchor, link} {
		for _, found := range what.FindAllStringSubmatch(body, -1) {
			all = append(all, strings.NewReplacer(same...).Replace(strings.Split(found[1], "?")[0]))
		}
	}
	return all
}

// The languages have the same blocks, with the same figures and conditions.
func TestBlocksAreEqual(t *testing.T) {
	want := heads(t, locale.Languages()[0])
	if len(want) < 40 {
		t.Errorf("there are %d blocks: they are somewhere else now", len(want))
	}
	for _, lang := range locale.Languages() {
		if diff := cmp.Diff(want, heads(t, lang)); diff != "" {
			t.Errorf("other blocks in %s:\n%s", lang, diff)
		}
	}
}

var head = regexp.MustCompile(`^(?:[a-z]+: .*\n)*`)

// heads are those of a language's blocks, by what they are called.
func heads(t *testing.T, lang string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, text := range files(t, "help/"+lang+"/blocks/*.md") {
		all[path.Base(name)] = head.FindString(text)
	}
	return all
}

// A block that no guide shows was forgotten, or should go.
func TestEveryBlockIsUsed(t *testing.T) {
	used := map[string]bool{}
	blocks := files(t, "help/en/blocks/*.md")
	for _, text := range files(t, "help/en/*.md") {
		for _, m := range regexp.MustCompile(`(?m)^(?:steps|problems|illustrated): (.*)$`).FindAllStringSubmatch(text, -1) {
			for _, id := range strings.Fields(m[1]) {
				used[id] = true
			}
		}
	}
	for _, text := range blocks {
		if m := regexp.MustCompile(`(?m)^else: (\S+)$`).FindStringSubmatch(text); m != nil {
			used[m[1]] = true
		}
	}
	for name := range blocks {
		if id := strings.TrimSuffix(path.Base(name), ".md"); !used[id] {
			t.Errorf("no guide shows block %s", id)
		}
	}
}

// files are the texts of those names in folder web.
func files(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := fs.Glob(web.Files, pattern)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(web.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

// Wherever the product leads into the help, there is a page, and the place in it.
func TestLinksOfTheProductLeadSomewhere(t *testing.T) {
	h := open(t, usual())
	topic := regexp.MustCompile(`\{\{define "help"\}\}([a-z#-]+)\{\{end\}\}`)
	address := regexp.MustCompile(`/help/[^/"'` + "`" + ` ]+/([a-z#-]+)`)
	phone := regexp.MustCompile(`(?:\b(?:slug|guide)(?:=|: )|\[\[?)"([a-z-]+(?:#[a-z-]+)?)"(?:, "tips\.| )`)
	named := regexp.MustCompile(`"((?:` + strings.Join(help.Order, "|") + `)(?:#[a-z-]+)?)"`)
	seen := 0
	for _, in := range []struct {
		folder, ending string
		says           []*regexp.Regexp
	}{{"../../web/door", ".html", []*regexp.Regexp{topic, address}}, {"../../web/signin", ".html", []*regexp.Regexp{topic, address}},
		{"../../web/portal", ".html", []*regexp.Regexp{topic, address}},
		{"../../web/phone", ".js", []*regexp.Regexp{phone}}, {"../door", "outcome.go", []*regexp.Regexp{named}}} {
		err := fs.WalkDir(os.DirFS(in.folder), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, in.ending) || strings.HasPrefix(name, "vendor/") || strings.HasPrefix(name, "test/") {
				return err
			}
			text, err := os.ReadFile(path.Join(in.folder, name))
			for _, says := range in.says {
				for _, m := range says.FindAllStringSubmatch(string(text), -1) {
					seen++
					slug, place, _ := strings.Cut(m[1], "#")
					w := ask(h, "GET", "/help/en/"+slug)
					if w.Code != http.StatusOK || place != "" && !strings.Contains(w.Body.String(), ` id="`+place+`"`) {
						t.Errorf("%s leads to %s, which isn't there", name, m[1])
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 20 {
		t.Errorf("%d links were found: they are written in another way now", seen)
	}
}

// Whatever the operator's names hold, they stay text: no element, no Markdown.
func TestNamesStayText(t *testing.T) {
	h, err := tryOpen(t, web.Files, "https://*auth*_x_.example", `<script>alert(1)</script>"&**bold**`, usual())
	if err != nil {
		t.Fatal(err)
	}
	body := ask(h, "GET", "/help/en/activate-iphone-typed").Body.String()
	for _, want := range []string{`&lt;script&gt;alert(1)&lt;/script&gt;&#34;&amp;**bold**`, `<strong>*auth*_x_.example/p/</strong>`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s isn't in the page", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("a name became an element")
	}
	body = ask(h, "GET", "/help/en/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").Body.String()
	if strings.Contains(body, "<script>alert") || !strings.Contains(body, `value="&#34;&gt;&lt;script&gt;`) {
		t.Error("a query became an element")
	}
}

// What an operator sets is what the guides say.
func TestGuidesFollowSettings(t *testing.T) {
	pinOnly, longer, plain := usual(), usual(), usual()
	pinOnly.Unlocks = []keyturn.Unlock{keyturn.UnlockPIN}
	longer.PIN = keyturn.PINRules{Min: 6, Max: 6}
	plain.CheckCode, plain.Push = false, false
	platform := usual()
	platform.Unlocks = []keyturn.Unlock{keyturn.UnlockPlatform}
	for _, tt := range []struct {
		name, slug, says, doesnt string
		set                      help.Settings
	}{
		{"an iPhone has its own unlock", "activate-iphone-qr", "Use phone unlock", "Keyturn PIN", usual()},
		{"an Android phone has a PIN", "activate-android-qr", "of 4 to 6 letters", "Use phone unlock", usual()},
		{"one length of PIN", "activate-android-qr", "of 6 letters", "4 to 6", longer},
		{"an iPhone where only PINs are allowed", "activate-iphone-qr", "Keyturn PIN", "Use phone unlock", pinOnly},
		{"an Android phone where no PIN is allowed", "activate-android-qr", "Use phone unlock", "Keyturn PIN", platform},
		{"a further account there", "add-android-typed", "screen lock, as you always do", "the PIN you already use", platform},
		{"no check code", "activate-iphone-qr", "This phone is active", "check code", plain},
		{"no notifications", "activate-iphone-qr", "This phone is active", "Turn on notifications", plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := ask(open(t, tt.set), "GET", "/help/en/"+tt.slug).Body.String()
			steps, _, _ := strings.Cut(body, "</ol>")
			if !strings.Contains(steps, tt.says) || strings.Contains(steps, tt.doesnt) {
				t.Errorf("the steps don't say %q, or say %q:\n%s", tt.says, tt.doesnt, steps)
			}
		})
	}
}

// A guide that doesn't fit is found when it is read, so by every test here.
func TestBrokenGuidesAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"a button that there isn't", "en/approve", "title: A\n\nTap **{request.nothing}**.", "there is no key {request.nothing}"},
		{"a sentence that needs a value", "en/approve", "title: A\n\n{wait.sent}", "{wait.sent} has values in it"},
		{"a sentence that counts", "en/approve", "title: A\n\n{wait.left}", "{wait.left} has values in it"},
		{"a number that there isn't", "en/approve", "title: A\n\n{pin-size}", "there is no value {pin-size}"},
		{"a block that there isn't", "en/approve", "title: A\n\nsteps: k1 k99", "there is no block k99"},
		{"a link to nowhere", "en/approve", "title: A\n\n[](no-such)", `there is no guide "no-such"`},
		{"a next guide that there isn't", "en/approve", "title: A\nnext: no-such\n\ntext", "there is no guide no-such"},
		{"HTML", "en/approve", "title: A\n\na <b>bold</b> word", "a guide has no HTML"},
		{"a head without a name", "en/approve", "title\n\ntext", `"title" isn't "name: value"`},
		{"a block that says nothing", "zh-Hans/blocks/k1", "figure: d1\n\n", "blocks/k1.md says nothing"},
		{"a problem that says nothing", "zh-Hans/blocks/t-used", "### 激活码用过了\n", "blocks/t-used.md says nothing"},
		{"a condition that there isn't", "en/blocks/k1", "when: moon\n\nSign in.", "there is no condition moon"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := with{fstest.MapFS{"help/" + tt.file + ".md": {Data: []byte(tt.text)}}}
			_, err := tryOpen(t, files, "https://auth.example.com", "Harbor Lane", usual())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// Every page of help has one heading of the first level, and no JavaScript or
// style in it.
func TestPagesAreStrict(t *testing.T) {
	h := open(t, usual())
	inline := regexp.MustCompile(`<style|\sstyle=|\son[a-z]+=|javascript:|<script[^>]*>[^<]`)
	addresses := []string{"/help/", "/help/en/?q=PIN", "/help/zh-Hans/no-such"}
	for _, slug := range help.Order {
		for _, lang := range locale.Languages() {
			addresses = append(addresses, "/help/"+lang+"/"+slug)
		}
	}
	for _, address := range addresses {
		body := ask(h, "GET", address).Body.String()
		if found := inline.FindString(body); found != "" || strings.Count(body, "<h1") != 1 {
			t.Errorf("%s has %q, and %d first headings", address, found, strings.Count(body, "<h1"))
		}
		ids := anchor.FindAllString(body, -1)
		if slices.Sort(ids); len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Errorf("%s has an id twice: %v", address, ids)
		}
	}
}

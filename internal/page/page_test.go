package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"keyturn/internal/page"
	"keyturn/locale"
	"keyturn/web"
)

const origin = "https://auth.example.com"

// said is everything that say.html, a page of the tests, shows.
type said struct {
	page.Frame
	Sentence page.Sentence
	Phone    string
	At       time.Time
}

// newRenderer renders the frame of the product with one page of the tests.
func newRenderer(t *testing.T, origin string) *page.Renderer {
	t.Helper()
	files := fstest.MapFS{"door/say.html": {Data: []byte(`{{define "title"}}{{t "signin.title"}}{{end}}
		{{define "main"}}<p id="say">{{say .Sentence}}</p><p id="t" title="{{t "wait.sent" "phone" .Phone}}">{{t "wait.sent" "phone" .Phone}}</p>
		<p id="used">{{t "setup.used" "phone" .Phone "time" .At}}</p>{{module "door/say.js"}}{{end}}`)},
		"door/say.js":  {Data: []byte("import { hear } from \"./hear.js\";\n")},
		"door/hear.js": {Data: []byte("import { element } from \"../page/element.js\";\n")}}
	for _, name := range []string{"page/base.html", "page/error.html", "page/page.css", "page/page.js", "page/element.js", "door/door.css",
		"shared/base.css", "shared/tokens.css", "shared/icons/icon.svg", "shared/icons/sprite.svg"} {
		text, err := web.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	files["door/note.txt"] = &fstest.MapFile{Data: []byte("not for browsers")}
	p, err := page.New(files, origin, "Harbor <Lane>", "door")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t *testing.T, p *page.Renderer, r *http.Request, shown page.Page) string {
	t.Helper()
	w := httptest.NewRecorder()
	if err := p.Render(w, r, http.StatusOK, "door/say", shown); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

// An iPhone or iPad makes no link of a challenge code, which it would offer to call.
func TestCodesAreNoTelephoneNumbers(t *testing.T) {
	html := render(t, newRenderer(t, origin), httptest.NewRequest("GET", "/", nil), said{})
	if want := `<meta name="format-detection" content="telephone=no">`; !strings.Contains(html, want) {
		t.Errorf("%s is missing in\n%s", want, html)
	}
}

func TestNamesStayText(t *testing.T) {
	p := newRenderer(t, origin)
	html := render(t, p, httptest.NewRequest("GET", "/", nil), said{Phone: `<script>"&`, Sentence: page.Say("wait.sent", "phone", "<b>"),
		At: time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC), Frame: page.Frame{Account: "<i>ada"}})
	for _, want := range []string{
		`<p id="say">We sent a request to &lt;b&gt;</p>`,
		`title="We sent a request to &lt;script&gt;&#34;&amp;"`,
		`used by &lt;script&gt;&#34;&amp; at <time datetime="2026-11-23T14:05:00Z" data-form="time">14:05</time>`,
		`Harbor &lt;Lane&gt;`,
		`&lt;i&gt;ada`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is missing in\n%s", want, html)
		}
	}
	if strings.Contains(html, "<script>\"") || strings.Contains(html, "<b>") {
		t.Error("a name became an element")
	}
}

func TestSentencesInSentences(t *testing.T) {
	s := page.Say("phones.paused", "reason", page.Say("phones.paused.clone"))
	if got := s.In(locale.For("en")); got != "Paused: its key was used in two places." {
		t.Error(got)
	}
	if got := (page.Sentence{}).In(locale.For("en")); got != "" {
		t.Errorf("no sentence says %q", got)
	}
	names := page.Say("wait.change.body", "phones", []string{"A", "B", "C"})
	if en, zh := names.In(locale.For("en")), names.In(locale.For("zh-Hans")); !strings.Contains(en, "A, B, C") || !strings.Contains(zh, "A、B、C") {
		t.Errorf("names are listed as %q and %q", en, zh)
	}
	html := render(t, newRenderer(t, origin), httptest.NewRequest("GET", "/", nil), said{Sentence: s})
	if !strings.Contains(html, "Paused: its key was used in two places.") {
		t.Error(html)
	}
}

// The switch keeps a page that is only shown; after a form it leads where the
// page says.
func TestLanguageSwitch(t *testing.T) {
	p := newRenderer(t, origin)
	html := render(t, p, httptest.NewRequest("GET", "/phones?removed=x&y", nil), said{})
	if !strings.Contains(html, `action="/language"`) || !strings.Contains(html, `name="back" value="/phones?removed=x&amp;y"`) {
		t.Errorf("the switch doesn't lead back:\n%s", html)
	}
	html = render(t, p, httptest.NewRequest("POST", "/sign-in", nil),
		said{Frame: page.Frame{Switch: page.Switch{Action: "/sign-in", Fields: []page.Field{{Name: "name", Value: "ada"}}}}})
	if !strings.Contains(html, `action="/sign-in"`) || !strings.Contains(html, `name="name" value="ada"`) {
		t.Errorf("the switch doesn't post what the page says:\n%s", html)
	}
}

// Browsers without styles, such as w3m and lynx, show what is hidden: nothing says that
// the page is slow before it is.
func TestNothingIsSlowYet(t *testing.T) {
	for _, lang := range []string{"en", "zh-Hans"} {
		words := locale.For(lang).T("page.slow")
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", lang)
		html := render(t, newRenderer(t, origin), r, said{})
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, "")
		if !strings.Contains(html, words) || strings.Contains(text, words) {
			t.Errorf("%s: the page doesn't bring the words for its script, or shows them", lang)
		}
	}
}

func TestLanguage(t *testing.T) {
	p := newRenderer(t, origin)
	for _, tt := range []struct{ name, accept, cookie, form, want string }{
		{"nothing is known", "", "", "", "en"},
		{"the browser wants Chinese", "zh-CN,zh;q=0.9", "", "", "zh-Hans"},
		{"a choice of before beats the browser", "zh-CN", "en", "", "en"},
		{"a choice of now beats that of before", "zh-CN", "en", "zh-Hans", "zh-Hans"},
		{"a cookie of a language that there isn't", "zh-CN", "fr", "", "zh-Hans"},
		{"a form with a language that there isn't", "", "zh-Hans", "../en", "zh-Hans"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/language", strings.NewReader(url.Values{"language": {tt.form}, "back": {"/phones"}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Accept-Language", tt.accept)
			if tt.cookie != "" {
				r.AddCookie(&http.Cookie{Name: "keyturn_lang", Value: tt.cookie})
			}
			if err := r.ParseForm(); err != nil {
				t.Fatal(err)
			}
			if got := p.Language(r); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			w := httptest.NewRecorder()
			if err := p.PostLanguage(w, r); err != nil {
				t.Fatal(err)
			}
			kept := strings.Contains(w.Header().Get("Set-Cookie"), "keyturn_lang="+tt.want)
			if chosen := tt.form == tt.want; kept != chosen || w.Code != 303 || w.Header().Get("Location") != "/phones" {
				t.Errorf("%d to %q, kept %v", w.Code, w.Header().Get("Location"), kept)
			}
		})
	}
}

func TestLanguageLeadsNowhereElse(t *testing.T) {
	p := newRenderer(t, origin)
	for _, back := range []string{"", "https://evil.example/", "//evil.example/", `/\evil.example`, "/\t/evil.example", "/\v/evil.example", "/\x00", "phones", "javascript:alert(1)"} {
		r := httptest.NewRequest("POST", "/language", nil)
		r.PostForm = url.Values{"language": {"en"}, "back": {back}}
		w := httptest.NewRecorder()
		if err := p.PostLanguage(w, r); err != nil || w.Header().Get("Location") != "/" {
			t.Errorf("back %q leads to %q, %v", back, w.Header().Get("Location"), err)
		}
	}
}

// A page of the help has its language in its address: whoever chooses another gets it in
// that one.
func TestLanguageOfTheHelp(t *testing.T) {
	p := newRenderer(t, origin)
	for back, want := range map[string]string{
		"/help/en/approve#step-3":      "/help/zh-Hans/approve#step-3",
		"/help/zh-Hans/approve":        "/help/zh-Hans/approve",
		"/help/en/?q=/en/&x=1":         "/help/zh-Hans/?q=/en/&x=1",
		"/help/":                       "/help/",
		"/help/en":                     "/help/en",
		"/help/nothing/en/":            "/help/nothing/en/",
		"/phones?from=/help/en/":       "/phones?from=/help/en/",
		"//help/en/":                   "/",
		"/help/en//evil.example/x?y#z": "/help/zh-Hans/evil.example/x?y#z",
	} {
		r := httptest.NewRequest("POST", "/language", nil)
		r.PostForm = url.Values{"language": {"zh-Hans"}, "back": {back}}
		w := httptest.NewRecorder()
		if err := p.PostLanguage(w, r); err != nil || w.Header().Get("Location") != want {
			t.Errorf("back %q leads to %q, want %q, %v", back, w.Header().Get("Location"), want, err)
		}
	}
}

// Every status has a page in every language, and none tells of the inside.
func TestErrorPages(t *testing.T) {
	p := newRenderer(t, origin)
	for _, lang := range locale.Languages() {
		for _, status := range []int{400, 403, 404, 429, 431, 500, 502, 503} {
			r := httptest.NewRequest("GET", "/x", nil)
			r.Header.Set("Accept-Language", lang)
			w := httptest.NewRecorder()
			if err := p.Error(w, r, status, "7K3M9QXA"); err != nil {
				t.Fatal(err)
			}
			body := w.Body.String()
			if w.Code != status || !strings.Contains(body, "7K3M-9QXA") || !strings.Contains(body, `lang="`+lang+`"`) {
				t.Errorf("%s %d: %d\n%s", lang, status, w.Code, body)
			}
			if strings.Contains(body, "page.") && strings.Contains(body, ".title<") {
				t.Errorf("%s %d: a key instead of words", lang, status)
			}
		}
	}
}

func TestOrganisationHasANameInEachLanguage(t *testing.T) {
	p := newRenderer(t, origin)
	p.NameIn("zh-Hans", "港湾里")
	for lang, want := range map[string]string{"en": "Harbor &lt;Lane&gt;", "zh-Hans": "港湾里"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", lang)
		if html := render(t, p, r, said{}); !strings.Contains(html, want) {
			t.Errorf("%s: no %s", lang, want)
		}
	}
}

func TestUnknownPageIsAnError(t *testing.T) {
	w := httptest.NewRecorder()
	if err := newRenderer(t, origin).Render(w, httptest.NewRequest("GET", "/", nil), 200, "door/none", said{}); err == nil || w.Body.Len() > 0 {
		t.Errorf("%v, sent %q", err, w.Body)
	}
}

// No page of the product has a mistake that its first reader would meet.
func TestEveryPageParses(t *testing.T) {
	p, err := page.New(web.Files, origin, "x", "door", "signin", "portal", "help")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Error(err)
	}
}

// A mistake in a page is found by Check, or by the test of its zero value.
func TestMistakesAreFound(t *testing.T) {
	base := `{{define "x"}}{{end}}{{template "main" .Page}}`
	for name, text := range map[string]string{
		"syntax":           `{{define "main"}}{{if}}{{end}}`,
		"unknown function": `{{define "main"}}{{shout "x"}}{{end}}`,
	} {
		files := fstest.MapFS{"page/base.html": {Data: []byte(base)}, "page/error.html": {Data: []byte(base)},
			"shared/a.css": {Data: []byte("a{}")}, "door/a.html": {Data: []byte(text)}}
		p, err := page.New(files, origin, "x", "door")
		if err != nil {
			t.Fatal(err)
		}
		if p.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

package keyturntest_test

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/keyturntest"
	"keyturn/internal/mail/mailtest"
	"keyturn/locale"
)

// What people have called by a name, which is the same in every language.
var called = []string{"Harbor Lane", "港湾里", "ada@example.org", "ada", "Pixel 9", "Firefox", "Windows", "localhost", "UTC"}

// A walk is one person's, in one language: whatever is shown is in that.
type walk struct {
	*keyturntest.World
	t     *testing.T
	lang  string
	pages int
}

// A person signs in, sets up a phone and gets a letter, in each language that there is.
func TestEveryLanguage(t *testing.T) {
	for _, lang := range locale.Languages() {
		t.Run(lang, func(t *testing.T) {
			letters := mailtest.Start(t)
			w := &walk{World: keyturntest.Start(t, keyturntest.Mail(letters)), t: t, lang: lang}
			ada := w.PersonAt("ada", "ada@example.org")
			b := w.setUp(ada)
			w.signIn(ada)
			for _, path := range []string{"/phones", "/recovery-codes", "/activity", "/password", "/nothing", "/help/", "/help/" + lang + "/approve", "/help/" + lang + "/?q=0000"} {
				w.see(b.Get(path))
			}
			w.switched()
			w.phone()
			w.letter(letters.Wait(t, 1)[0].Data)
			if w.pages < 15 {
				t.Errorf("%d pages were seen", w.pages)
			}
		})
	}
}

// in is that a text is in the language of the walk.
func (w *walk) in(where, text string) {
	w.t.Helper()
	if strays := keyturntest.Strays(w.lang, text, called...); len(strays) > 0 {
		w.t.Errorf("%s says %q in %q", where, strays, text)
	}
}

// see looks at a page.
func (w *walk) see(page *keyturntest.Page) *keyturntest.Page {
	w.t.Helper()
	w.pages++
	if lang := page.Attr("html", "lang"); lang != w.lang {
		w.t.Errorf("%s is in %s", page.Path, lang)
	}
	for _, text := range page.Says() {
		w.in(page.Path, text)
	}
	return page
}

func (w *walk) browser() *keyturntest.Browser {
	b := w.Browser()
	b.Header.Set("Accept-Language", w.lang)
	return b
}

// setUp makes a first phone somebody's.
func (w *walk) setUp(ada *keyturntest.Person) *keyturntest.Browser {
	w.t.Helper()
	b := w.browser()
	w.see(b.Get("/"))
	w.see(b.Post("/sign-in", url.Values{"name": {"ada"}, "password": {"wrong"}}))
	page := w.see(b.SignIn(ada))
	if page.Has("#no-phone") {
		page = w.see(page.Submit("form#set-up", nil))
	}
	ada.Phone = w.Phone(pin)
	set := ada.Phone.Activate(page.Text("#activation-code"))
	page = w.see(page.Reload())
	w.see(page.Submit("form#check-code", url.Values{"code": {"000000"}}))
	w.see(page.Submit("form#check-code", url.Values{"code": {set.Check}}))
	if err := set.Wait(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.see(b.Get("/"))
	return b
}

// signIn signs somebody in who has a phone.
func (w *walk) signIn(ada *keyturntest.Person) {
	w.t.Helper()
	b := w.browser()
	w.see(b.SignIn(ada))
	w.see(ada.Approve(b))
}

// switched is that every page leads to the language, also to that page of the help.
func (w *walk) switched() {
	w.t.Helper()
	for _, from := range locale.Languages() {
		b := w.Browser()
		b.Header.Set("Accept-Language", from)
		page := b.Get("/help/" + from + "/approve")
		offered := page.Values(`name="language" value="`)
		if from != w.lang && !slices.Contains(offered, w.lang) || len(offered) != len(locale.Languages())-1 {
			w.t.Errorf("in %s a page offers %q", from, offered)
		}
		if own := ">" + locale.For(w.lang).T("page.language.own") + "<"; !strings.Contains(page.HTML, own) {
			w.t.Errorf("in %s a page doesn't name %s", from, own)
		}
		if page = w.see(page.Submit("form.language", url.Values{"language": {w.lang}})); page.Path != "/help/"+w.lang+"/approve" {
			w.t.Errorf("from %s the switch leads to %s", from, page.Path)
		}
	}
}

// phone is what the phone app is served of the language.
func (w *walk) phone() {
	w.t.Helper()
	for _, file := range []string{"", ".more"} {
		var words map[string]any
		if err := json.Unmarshal([]byte(w.served("/p/locale/"+w.lang+file+".json")), &words); err != nil || len(words) < 20 {
			w.t.Fatalf("%d words, %v", len(words), err)
		}
		for key, said := range words {
			text, _ := json.Marshal(said)
			w.in(key, strings.NewReplacer(`"one"`, "", `"other"`, "").Replace(string(text)))
		}
	}
	tag := `"` + w.lang + `":`
	for path, says := range map[string]string{
		"/p/lib/words.js":         tag + `"` + locale.For(w.lang).T("page.language.own") + `"`,
		"/p/shell.js":             tag + `{"body":"` + locale.For(w.lang).T("push.body"),
		"/p/manifest.webmanifest": locale.For(w.lang).T("app.description"),
		"/p/":                     `>` + locale.For(w.lang).T("page.noscript") + `<`,
		"/v1/server":              `"` + w.lang + `"`,
	} {
		if served := strings.ReplaceAll(w.served(path), "&#39;", "'"); !strings.Contains(served, says) {
			w.t.Errorf("%s doesn't say %s", path, says)
		}
	}
}

// served is a file as it comes to somebody of the language.
func (w *walk) served(path string) string {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.Origin+path, nil))
	r.Header.Set("Accept-Language", w.lang)
	answer := must(w.Client().Do(r))
	defer answer.Body.Close() // it is read
	return string(must(io.ReadAll(answer.Body)))
}

// letter is that one of a letter's parts is in the language, and it has as many as there are.
func (w *walk) letter(data string) {
	w.t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		w.t.Fatal(err)
	}
	plain, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(plain))
	if err != nil {
		w.t.Fatal(err)
	}
	parts := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n----\n")
	own := slices.Index(locale.Languages(), w.lang)
	if len(parts) != len(locale.Languages()) {
		w.t.Fatalf("%d parts: %s", len(parts), text)
	}
	w.in("a letter", parts[own])
}

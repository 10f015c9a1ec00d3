// Package pagetest looks at all pages of a door.
package pagetest

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"keyturn/internal/page"
	"keyturn/locale"
	"keyturn/web"
)

// Execute executes every template of a folder of web with its zero value in every language:
// each has a struct in pages, by the name of its template, such as "portal/home".
func Execute(t *testing.T, folder string, pages map[string]page.Page) {
	t.Helper()
	p, err := page.New(web.Files, "https://auth.example.com", "Harbor Lane", "door", "signin", "portal")
	if err != nil {
		t.Fatal(err)
	}
	files := glob(t, folder)
	for _, file := range files {
		name := strings.TrimSuffix(file, ".html")
		zero, ok := pages[name]
		if !ok {
			t.Errorf("%s has no struct", name)
			continue
		}
		for _, lang := range locale.Languages() {
			execute(t, p, name, lang, zero)
		}
	}
}

func execute(t *testing.T, p *page.Renderer, name, lang string, zero page.Page) {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	if err := p.Render(w, r, 200, name, zero); err != nil {
		t.Errorf("%s in %s: %v", name, lang, err)
	}
	body := w.Body.String()
	if strings.Count(body, `href="/help/`+lang+"/") != 1 {
		t.Errorf("%s in %s doesn't lead to the help once", name, lang)
	}
	if strings.Contains(body, "no value") || !strings.Contains(body, `lang="`+lang+`"`) {
		t.Errorf("%s in %s:\n%s", name, lang, body)
	}
}

// Keys looks for words for every key that a template of those folders names, or a source of
// the package that is tested.
func Keys(t *testing.T, folders ...string) {
	t.Helper()
	inPage, inGo := regexp.MustCompile(`\(?t "([a-z0-9_.]+)"`), regexp.MustCompile(`page\.Say\("([a-z0-9_.]+[a-z0-9])"`)
	for _, folder := range folders {
		for _, file := range glob(t, folder) {
			check(t, web.Files, file, inPage)
		}
	}
	sources, err := fs.Glob(os.DirFS("."), "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		check(t, os.DirFS("."), source, inGo)
	}
}

func check(t *testing.T, files fs.FS, name string, key *regexp.Regexp) {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range key.FindAllSubmatch(text, -1) {
		if !locale.For(locale.English).Has(string(found[1])) {
			t.Errorf("%s: there is no %s", name, found[1])
		}
	}
}

// glob finds the templates of a folder. That it has some is part of the test.
func glob(t *testing.T, folder string) []string {
	t.Helper()
	files, err := fs.Glob(web.Files, folder+"/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d templates in %s, %v", len(files), folder, err)
	}
	return files
}

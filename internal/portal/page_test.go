package portal_test

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"keyturn/internal/page"
	"keyturn/internal/portal"
	"keyturn/locale"
	"keyturn/web"
)

// Every template executes with its zero value in every language, and has a
// struct.
func TestPagesExecute(t *testing.T) {
	p, err := page.New(web.Files, "https://auth.example.com", "Harbor Lane", "portal")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(web.Files, "portal/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".html")
		zero, ok := portal.Pages[name]
		if !ok {
			t.Errorf("%s has no struct", name)
			continue
		}
		for _, lang := range locale.Languages() {
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
	}
}

// Every key that a page or a handler names has words.
func TestKeysHaveWords(t *testing.T) {
	inPage, inGo := regexp.MustCompile(`\(?t "([a-z0-9_.]+)"`), regexp.MustCompile(`page\.Say\("([a-z0-9_.]+[a-z0-9])"`)
	check := func(file, text string, key *regexp.Regexp) {
		for _, found := range key.FindAllStringSubmatch(text, -1) {
			if !locale.For(locale.English).Has(found[1]) {
				t.Errorf("%s: there is no %s", file, found[1])
			}
		}
	}
	for _, folder := range []string{"page", "portal"} {
		files, _ := fs.Glob(web.Files, folder+"/*.html") // the pattern is well-formed
		for _, file := range files {
			text, err := web.Files.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			check(file, string(text), inPage)
		}
	}
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source.Name())
		if err != nil {
			t.Fatal(err)
		}
		check(source.Name(), string(text), inGo)
	}
}

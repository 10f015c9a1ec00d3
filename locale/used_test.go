package locale_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keyturn/locale"
)

// How sources name a sentence: in full, or by the first part of a key whose
// rest a value gives.
var (
	literal  = regexp.MustCompile("[\"'`]([a-z]+(?:\\.\\w+)+)[\"'`]")
	asked    = regexp.MustCompile("(?:\\bt |\\bt\\(|\\bT\\(|\\bSay\\(|\\bk=|\\bk: |\\bdata-t=)\"([a-z]+(?:\\.\\w+)+)\"")
	together = regexp.MustCompile("(?:\\bT\\(|\\bSay\\()\"([a-z][\\w.]*\\.)\" ?\\+") // Go
	template = regexp.MustCompile("[\"`]([a-z]+\\.(?:\\w+\\.)*)(?:\" \\+|\\$\\{)")   // JavaScript
	codes    = regexp.MustCompile("(?s)KNOWN = new Set\\(`(.*?)`")                   // spec §16
	sources  = []string{"../web", "../internal", "../cmd", "../phone"}               // all that may say something
	ending   = []string{".js", ".html", ".go"}
	guides   = regexp.MustCompile(`\{([a-z]+(?:\.\w+)+)\}`) // in Markdown, and in drawings
	drawings = "../web/help/figures/drawn/*.svg"
	foreigns = []string{"/vendor/", "/test/", "/testdata/", "_test.go"}
)

// Every key that a page, a module or a program asks for exists, and every
// sentence is asked for somewhere.
func TestEveryKeyIsThereAndUsed(t *testing.T) {
	words := locale.For("en")
	used := map[string]bool{}
	parts := map[string]bool{}
	for name, text := range files(t) {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			if !words.Has(m[1]) {
				t.Errorf("%s asks for %s, which isn't in the catalogue", name, m[1])
			}
		}
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
		put := together
		if path.Ext(name) == ".js" {
			put = template
		}
		for _, m := range put.FindAllStringSubmatch(text, -1) {
			parts[m[1]] = true
		}
	}
	for _, text := range globbed(t, drawings) {
		for _, m := range guides.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true // a guide isn't a user: a button that is gone from its screen is to be gone from it too
		}
	}
	begins := slices.Collect(maps.Keys(parts))
	for key := range sentences(t, "en.json") {
		if !used[key] && !slices.ContainsFunc(begins, func(part string) bool { return strings.HasPrefix(key, part) }) {
			t.Errorf("%s: nobody asks for it", key)
		}
	}
}

// Whatever the server answers, the phone has a sentence for it.
func TestEveryErrorHasASentence(t *testing.T) {
	all := files(t)
	known := codes.FindStringSubmatch(all["../web/phone/lib/problem.js"])
	if known == nil {
		t.Fatal("no list of codes in problem.js")
	}
	for _, code := range strings.Fields(known[1]) {
		if !locale.For("en").Has("error." + code) {
			t.Errorf("error.%s is missing", code)
		}
	}
}

// files returns the sources that may speak to people, by name.
func files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, root := range sources {
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
			full := path.Join(root, name)
			strange := slices.ContainsFunc(foreigns, func(part string) bool { return strings.Contains(full, part) })
			if err != nil || d.IsDir() || strange || !slices.Contains(ending, path.Ext(name)) {
				return err
			}
			text, err := os.ReadFile(full)
			out[full] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// globbed returns files by patterns, by name.
func globbed(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(text)
		}
	}
	return out
}

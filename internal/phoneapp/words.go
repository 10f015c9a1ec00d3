package phoneapp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"keyturn/internal/page"
	"keyturn/locale"
)

// part is the first part of a key that stands in a module, such as "home" of
// "home.add", also where the rest is put together: `error.${code}`.
var part = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("[\"'`]([a-z]+)\\.") })

// named is a key in a module, or how keys begin whose rest is put together, up to its dot.
var named = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("[\"'`]([a-z]+\\.[\\w.]*)") })

// listLanguages writes the languages into the module that chooses one, each with its own
// name, and the server's first one.
func (a *App) listLanguages() error {
	const name, before = "lib/words.js", "const LANGUAGES = {};\nconst FIRST = \"en\";"
	var names []string
	for _, lang := range locale.Languages() {
		names = append(names, fmt.Sprintf("%s:%s", script(lang), script(locale.For(lang).T("page.language.own"))))
	}
	listed := fmt.Appendf(nil, "const LANGUAGES = {%s};\nconst FIRST = %s;", strings.Join(names, ","), script(a.languages[0]))
	if !bytes.Contains(a.files[name].Plain, []byte(before)) {
		return fmt.Errorf("%s doesn't list the languages", name)
	}
	a.files[name] = newFile(name, bytes.Replace(a.files[name].Plain, []byte(before), listed, 1))
	return nil
}

// withoutScript sets into the page what it says, in all languages, before a module could
// be read.
func withoutScript(index page.File) (page.File, error) {
	said, err := template.New("").Parse(string(index.Plain))
	if err != nil {
		return index, err
	}
	var words []*locale.Words
	for _, lang := range locale.Languages() {
		words = append(words, locale.For(lang))
	}
	var out bytes.Buffer
	if err := said.Execute(&out, words); err != nil {
		return index, err
	}
	return newFile("index.html", out.Bytes()), nil
}

// readWords adds the catalogues, of which it takes the parts that the app's modules
// name: the portal's and the guides' sentences stay with the server. Those of the
// first screens are a file of their own, LANGUAGE.json; the others, LANGUAGE.more.json,
// come with the first screen that isn't one of them.
func (a *App) readWords(words fs.FS) error {
	soon, all := []string{}, map[string]bool{}
	needed := a.needed(slices.Concat(first, beside)...)
	for name, f := range a.files {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, found := range part().FindAllSubmatch(f.Plain, -1) {
			all[string(found[1])] = true
		}
		for _, found := range named().FindAllSubmatch(f.Plain, -1) {
			if needed[name] {
				soon = append(soon, string(found[1]))
			}
		}
	}
	catalogues, err := fs.Glob(words, "*.json")
	if err != nil {
		return err
	}
	for _, name := range catalogues {
		text, err := fs.ReadFile(words, name)
		if err != nil {
			return err
		}
		var sentences map[string]json.RawMessage
		if err := json.Unmarshal(text, &sentences); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		early := func(key string) bool {
			return slices.ContainsFunc(soon, func(name string) bool {
				return key == name || strings.HasSuffix(name, ".") && strings.HasPrefix(key, name)
			})
		}
		lang := strings.TrimSuffix(name, ".json")
		a.addWords("locale/"+lang+".json", sentences, early)
		a.addWords("locale/"+lang+".more.json", sentences, func(key string) bool {
			part, _, _ := strings.Cut(key, ".")
			return all[part] && !early(key)
		})
	}
	return nil
}

// addWords adds a file of the sentences whose key is taken.
func (a *App) addWords(name string, sentences map[string]json.RawMessage, taken func(key string) bool) {
	some := map[string]json.RawMessage{}
	for key, sentence := range sentences {
		if taken(key) {
			some[key] = sentence
		}
	}
	a.files[name] = newFile(name, script(some))
}

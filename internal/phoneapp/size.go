package phoneapp

import (
	"path"
	"regexp"
	"strings"
)

// static is what a module can't run without; what it loads late isn't.
var static = regexp.MustCompile(`(?m)(?:from|^import)\s*"(\.[^"]+)"`)

// Sizes returns the bytes of the app as they travel: those that a browser needs to
// run the given modules with the page, its styles and the larger of the
// catalogues, and those of all but the scanner and the pictures for home screens.
func (a *App) Sizes(modules ...string) (first, all int) {
	needed := map[string]bool{}
	for _, name := range modules {
		a.need(name, needed)
	}
	words := 0
	for name, f := range a.files {
		size := len(f.gzip())
		switch {
		case scanner(name), strings.HasSuffix(name, ".png"):
			continue
		case strings.HasPrefix(name, "locale/"):
			words = max(words, size)
			continue
		case needed[name], name == "", path.Ext(name) == ".css", name == "shared/icons/sprite.svg":
			first += size
		}
		all += size
	}
	return first + words, all + words
}

// need adds a module and all that it imports.
func (a *App) need(name string, needed map[string]bool) {
	f, ok := a.files[name]
	if !ok || needed[name] {
		return
	}
	needed[name] = true
	for _, found := range static.FindAllSubmatch(f.plain, -1) {
		a.need(path.Join(path.Dir(name), string(found[1])), needed)
	}
}

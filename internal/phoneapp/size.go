package phoneapp

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// static is what a module can't run without; what it loads late isn't.
var static = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)(?:from|^import)\s*"(\.[^"]+)"`) })

// beside is what comes with the first screen at the first visit: what a browser shows
// before the app is installed, and the worker.
var beside = []string{"flow/landing.js", "shared/icons/icon.svg", "sw.js", "shell.js"}

// Sizes returns the bytes of the app as they travel: those of the first visit with
// the larger of the catalogues of the first screens, and those of all but the scanner and the pictures
// for home screens. The worker asks for the rest when the phone has an account.
func (a *App) Sizes() (start, all int) {
	needed := a.needed(slices.Concat(first, beside)...)
	words, more := 0, 0 // of one language
	for name, f := range a.files {
		size := f.Size()
		switch {
		case scanner(name), strings.HasSuffix(name, ".png"):
			continue
		case strings.HasSuffix(name, ".more.json"):
			more = max(more, size)
			continue
		case strings.HasPrefix(name, "locale/"):
			words = max(words, size)
			continue
		case needed[name]:
			start += size
		}
		all += size
	}
	return start + words, all + words + more
}

// needed are the page, its styles and icons, and the modules with all that they
// import.
func (a *App) needed(modules ...string) map[string]bool {
	needed := map[string]bool{"": true, "shared/icons/sprite.svg": true}
	for name := range a.files {
		needed[name] = needed[name] || path.Ext(name) == ".css"
	}
	for _, name := range modules {
		a.need(name, needed)
	}
	return needed
}

// need adds a module and all that it imports.
func (a *App) need(name string, needed map[string]bool) {
	f, ok := a.files[name]
	if !ok || needed[name] {
		return
	}
	needed[name] = true
	for _, found := range static().FindAllSubmatch(f.Plain, -1) {
		a.need(path.Join(path.Dir(name), string(found[1])), needed)
	}
}

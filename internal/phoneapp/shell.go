package phoneapp

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"keyturn/internal/page"
	"keyturn/locale"
)

// first are the modules that the first screen needs, with all that they import.
var first = []string{"app.js", "flow/start.js"}

// shell makes shell.js, which tells the service worker its version, the files
// that it keeps from the start, those that it keeps once the phone has an account,
// those that it keeps once they were asked for, and the words of a notification.
func (a *App) shell() []byte {
	list, rest, later := []string{}, []string{}, []string{}
	files := a.files
	needed := a.needed(first...)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case name == "sw.js": // the browser itself keeps the worker
		case scanner(name):
			later = append(later, "./"+name)
		case needed[name]:
			list = append(list, "./"+name)
		default:
			rest = append(rest, "./"+name)
		}
	}
	words := map[string]map[string]string{}
	for _, lang := range locale.Languages() {
		w := locale.For(lang)
		words[lang] = map[string]string{"title": w.T("push.title"), "body": w.T("push.body")}
	}
	return fmt.Appendf(nil, "const VERSION = %s;\nconst FILES = %s;\nconst REST = %s;\nconst LATER = %s;\nconst WORDS = %s;\nconst LANGUAGE = %s;\n",
		script(a.version), script(list), script(rest), script(later), script(words), script(a.languages[0]))
}

// hash is one over all names and contents, so any change is a new one.
func (a *App) hash() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		fmt.Fprintf(sum, "%s %s\n", name, a.files[name].Hash)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// versioned writes the version into the page, which compares it with the worker's.
func versioned(index page.File, version string) page.File {
	const before = "<html "
	return newFile("index.html", bytes.Replace(index.Plain, []byte(before), []byte(before+`data-version="`+version+`" `), 1))
}

// preload names the modules of the first screen in the page, so that a browser
// fetches all of them at once, instead of finding each in the one before.
func (a *App) preload(index page.File) page.File {
	var links strings.Builder
	needed := a.needed(first...)
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		if needed[name] && path.Ext(name) == ".js" && name != first[0] {
			fmt.Fprintf(&links, "  <link rel=\"modulepreload\" href=\"%s\">\n", name)
		}
	}
	const before = "  <script type=\"module\""
	return newFile("index.html", bytes.Replace(index.Plain, []byte(before), []byte(links.String()+before), 1))
}

// script writes a value as JavaScript, of which JSON is a part.
func script(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings only
	}
	return text
}

// A manifest is what a system installs the app by (W3C Web Application Manifest).
type manifest struct {
	ID          string `json:"id"`
	Start       string `json:"start_url"`
	Scope       string `json:"scope"`
	Name        string `json:"name"`
	Short       string `json:"short_name"`
	Description string `json:"description"`
	Lang        string `json:"lang"`
	Display     string `json:"display"`
	Background  string `json:"background_color"`
	Theme       string `json:"theme_color"`
	Icons       []icon `json:"icons"`
}

type icon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// icons are the drawings for home screens; those that don't exist are left out.
var icons = []icon{
	{"/p/shared/icons/icon-192.png", "192x192", "image/png", "any"},
	{"/p/shared/icons/icon-512.png", "512x512", "image/png", "any"},
	{"/p/shared/icons/icon-maskable-512.png", "512x512", "image/png", "maskable"},
	{"/p/shared/icons/icon.svg", "any", "image/svg+xml", "any"},
}

// manifests makes the manifest of each language. No code and no token is ever in
// an address of it.
func manifests(files map[string]page.File) map[string]page.File {
	made := map[string]page.File{}
	for _, lang := range locale.Languages() {
		w := locale.For(lang)
		text := script(manifest{
			ID: "/p/", Start: "/p/", Scope: "/p/", Display: "standalone", Lang: lang,
			Name: w.T("app.name"), Short: w.T("app.name"), Description: w.T("app.description"),
			Background: "#F6F7F9", Theme: "#F6F7F9", // bg of shared/tokens.css, light
			Icons: slices.DeleteFunc(slices.Clone(icons), func(i icon) bool {
				_, ok := files[i.Source[len("/p/"):]]
				return !ok
			}),
		})
		made[lang] = newFile("manifest.webmanifest", text)
	}
	return made
}

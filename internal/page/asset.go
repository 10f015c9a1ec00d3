package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// assets are the files that pages refer to. Their address holds one hash over
// all of them, so that a browser keeps them for ever, a new release has new
// addresses, and a module finds its neighbour by "./name.js".
type assets struct {
	hash    string
	files   map[string]File
	icons   map[string]template.HTML
	scripts map[string]func() (template.HTML, error) // what starts each module, put together when a page first needs it
}

// kinds are the files that are served; a template or a note is not.
var kinds = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func loadAssets(files fs.FS, folders []string) (assets, error) {
	a := assets{files: map[string]File{}, icons: map[string]template.HTML{}, scripts: map[string]func() (template.HTML, error){}}
	sum := sha256.New()
	for _, folder := range folders {
		err := fs.WalkDir(files, folder, func(name string, d fs.DirEntry, err error) error {
			kind, served := kinds[path.Ext(name)]
			if name == "help/figures" { // package help serves them
				return fs.SkipDir
			}
			if err != nil || d.IsDir() || !served {
				return err
			}
			text, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(sum, "%s\n%d\n%s", name, len(text), text)
			a.files[name] = NewFile(kind, text)
			return nil
		})
		if err != nil {
			return assets{}, err
		}
	}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	for _, s := range symbol().FindAllSubmatch(a.files["shared/icons/sprite.svg"].Plain, -1) {
		// Ours, embedded.
		a.icons[string(s[1])] = template.HTML(fmt.Sprintf(`<svg class="icon" aria-hidden="true" %s>%s</svg>`, s[2], s[3]))
	}
	for name := range a.files {
		if path.Ext(name) == ".js" {
			a.scripts[name] = sync.OnceValues(func() (template.HTML, error) { return a.start(name) })
		}
	}
	return a, nil
}

// symbol is one drawing of the sprite.
var symbol = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<symbol id="([a-z-]+)" ([^>]*)>(.*)</symbol>`) })

// address is where a page finds a file, such as "signin/wait.js".
func (a *assets) address(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("there is no file %s", name)
	}
	return "/assets/" + a.hash + "/" + name, nil
}

// module starts a script, such as "signin/wait.js".
func (a *assets) module(name string) (template.HTML, error) {
	script, ok := a.scripts[name]
	if !ok {
		return "", fmt.Errorf("there is no module %s", name)
	}
	return script()
}

// start writes what starts a module. A page names what it imports as well, before a
// browser finds that in the script.
func (a *assets) start(name string) (template.HTML, error) {
	var b strings.Builder
	for _, needed := range a.imports(name, nil) {
		address, err := a.address(needed)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&b, "<link rel=\"modulepreload\" href=\"%s\">", address)
	}
	address, err := a.address(name)
	fmt.Fprintf(&b, "<script type=\"module\" src=\"%s\"></script>", address)
	return template.HTML(b.String()), err // names of embedded files
}

// imported is a module that another one can't run without.
var imported = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^import .*"(\.[^"]+)";$`) })

// imports adds to some modules those that a module needs.
func (a *assets) imports(name string, some []string) []string {
	for _, found := range imported().FindAllSubmatch(a.files[name].Plain, -1) {
		if needed := path.Join(path.Dir(name), string(found[1])); !slices.Contains(some, needed) {
			some = a.imports(needed, append(some, needed))
		}
	}
	return some
}

// icon is a drawing of shared/icons/sprite.svg, put into the page itself: it
// takes the colour of the text beside it and is there at the first paint.
func (a *assets) icon(name string) (template.HTML, error) {
	svg, ok := a.icons[name]
	if !ok {
		return "", fmt.Errorf("there is no icon %s", name)
	}
	return svg, nil
}

// Assets serves the files under GET /assets/. A page of another release, whose
// hash is not ours, gets our file and may not keep it.
func (p *Renderer) Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/assets/"), "/")
		file, ok := p.assets.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		if hash == p.assets.hash {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		file.ServeHTTP(w, r)
	})
}

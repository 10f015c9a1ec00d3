package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// assets are the files that pages refer to. Their address holds one hash over
// all of them, so that a browser keeps them for ever, a new release has new
// addresses, and a module finds its neighbour by "./name.js".
type assets struct {
	hash  string
	files map[string]asset
	icons map[string]template.HTML
}

// An asset is a file. It is compressed when somebody first asks for it, so that a
// server starts at once.
type asset struct {
	kind  string
	plain []byte
	gzip  func() []byte // nil if it would not be smaller; may be called at the same time
}

// kinds are the files that are served; a template or a note is not.
var kinds = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func loadAssets(files fs.FS, folders []string) (assets, error) {
	a := assets{files: map[string]asset{}, icons: map[string]template.HTML{}}
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
			a.files[name] = newAsset(kind, text)
			return nil
		})
		if err != nil {
			return assets{}, err
		}
	}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	for _, s := range symbol.FindAllSubmatch(a.files["shared/icons/sprite.svg"].plain, -1) {
		a.icons[string(s[1])] = template.HTML(fmt.Sprintf(`<svg class="icon" aria-hidden="true" %s>%s</svg>`, s[2], s[3])) // ours, embedded
	}
	return a, nil
}

// symbol is one drawing of the sprite.
var symbol = regexp.MustCompile(`<symbol id="([a-z-]+)" ([^>]*)>(.*)</symbol>`)

func newAsset(kind string, text []byte) asset {
	return asset{kind: kind, plain: text, gzip: sync.OnceValue(func() []byte { return compress(text) })}
}

// compress returns nil if it would not make the text smaller.
func compress(text []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(text) // a buffer takes everything
	_ = z.Close()
	if out.Len() >= len(text) {
		return nil
	}
	return out.Bytes()
}

// address is where a page finds a file, such as "portal/wait.js".
func (a *assets) address(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("there is no file %s", name)
	}
	return "/assets/" + a.hash + "/" + name, nil
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
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		if hash == p.assets.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		h.Set("Content-Type", file.kind)
		h.Set("Vary", "Accept-Encoding")
		body := file.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			if small := file.gzip(); small != nil {
				h.Set("Content-Encoding", "gzip")
				body = small
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the browser has gone: it asks again
	})
}

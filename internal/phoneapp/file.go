package phoneapp

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// kinds are the files that are served. Notes and settings of tools are not.
var kinds = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".json":        "application/json",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".webp":        "image/webp",
	".webmanifest": "application/manifest+json",
}

// A file is what one address has. It is compressed when somebody first asks for
// it, so that a server starts at once.
type file struct {
	kind  string
	hash  string // of the bytes
	plain []byte
	gzip  func() []byte // may be called at the same time
}

func newFile(name string, text []byte) file {
	sum := sha256.Sum256(text)
	return file{
		kind:  kinds[path.Ext(name)],
		hash:  hex.EncodeToString(sum[:8]),
		plain: text,
		gzip:  sync.OnceValue(func() []byte { return compress(text) }),
	}
}

func compress(text []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // there is such a level
	_, _ = z.Write(text)                                    // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// read adds the files of a folder under a path below /p/.
func read(into map[string]file, from fs.FS, folder, under string) error {
	return fs.WalkDir(from, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name == "phone/test" {
			return fs.SkipDir
		}
		if d.IsDir() || !served(name) {
			return nil
		}
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if path.Ext(name) == ".js" && !strings.Contains(name, "vendor/") && folder != "." {
			text = []byte(strip(string(text)))
		}
		rest := name
		if folder != "." {
			rest = strings.TrimPrefix(name, folder+"/")
		}
		into[path.Join(under, rest)] = newFile(name, text)
		return nil
	})
}

// served tells whether a file is for browsers. Settings of tools aren't, nor the
// portal's templates in folder shared.
func served(name string) bool {
	kind := path.Ext(name)
	if strings.HasPrefix(name, "phone/") && kind == ".json" || strings.HasPrefix(name, "shared/") && kind == ".html" {
		return false
	}
	return kinds[kind] != ""
}

// serve sends the file, or 304 to whoever has it. Names carry no hash, so a
// browser asks each time; the service worker spares the app even that.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", f.kind)
	body, tag := f.plain, `"`+f.hash+`"`
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body, tag = f.gzip(), `"`+f.hash+`-gzip"`
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the browser has gone: it asks again
}

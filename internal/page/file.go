package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// A File is an answer that is the same for everybody, so it may be compressed: no
// word of whoever asks stands beside a secret in it, which is what guessing a
// secret by the length of answers needs (BREACH). What [Renderer.Render] sends is
// not compressed for that reason: a code or a number is on the page together with
// names and addresses that others have chosen. It is gzip, which the standard library
// has; br would save a few KiB once.
//
// It is compressed when somebody first asks for it, so that a server starts at
// once. It may be served to many at the same time.
type File struct {
	Plain []byte
	Hash  string // of Plain
	kind  string
	gzip  func() []byte // nil if it would not be smaller
}

// NewFile makes a file of a kind, such as "image/svg+xml".
func NewFile(kind string, text []byte) File {
	sum := sha256.Sum256(text)
	return File{text, hex.EncodeToString(sum[:8]), kind, sync.OnceValue(func() []byte { return compress(text) })}
}

// compress returns nil if it would not make the text smaller.
func compress(text []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // there is such a level
	_, _ = z.Write(text)                                    // a buffer takes everything
	_ = z.Close()
	if out.Len() >= len(text) {
		return nil
	}
	return out.Bytes()
}

// Size is how many bytes travel.
func (f File) Size() int {
	if small := f.gzip(); small != nil {
		return len(small)
	}
	return len(f.Plain)
}

// ServeHTTP sends the file, or 304 to whoever has it. Unless Cache-Control is set
// before, a browser asks each time.
func (f File) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	h.Set("Content-Type", f.kind)
	h.Add("Vary", "Accept-Encoding")
	body, tag := f.Plain, `"`+f.Hash+`"`
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if small := f.gzip(); small != nil {
			h.Set("Content-Encoding", "gzip")
			body, tag = small, `"`+f.Hash+`-gzip"`
		}
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the browser has gone: it asks again
}

package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

// Kept is a page that is the same for everybody, rendered and compressed once.
// It may be served at the same time to many.
type Kept struct {
	asset
	lang, hash string
}

// Keep renders a page that shows nothing of whoever asks. It has its own switch.
func (p *Renderer) Keep(lang, name string, page Page) (Kept, error) {
	html, err := p.execute(lang, name, base{Frame: page.frame(), Page: page})
	sum := sha256.Sum256(html)
	return Kept{newAsset("text/html; charset=utf-8", html), lang, hex.EncodeToString(sum[:8])}, err
}

// ServeHTTP sends the page, or 304 to whoever has it.
func (k Kept) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Language", k.lang)
	h.Set("Content-Type", k.kind)
	h.Set("Vary", "Accept-Encoding")
	body, tag := k.plain, `"`+k.hash+`"`
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if small := k.gzip(); small != nil {
			h.Set("Content-Encoding", "gzip")
			body, tag = small, `"`+k.hash+`-gzip"`
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

// Part executes one template that the file of a page defines.
func (p *Renderer) Part(lang, name, part string, data any) (template.HTML, error) {
	tmpl, ok := p.pages[lang][name]
	if !ok {
		return "", fmt.Errorf("page: there is no %s", name)
	}
	var out strings.Builder
	if err := tmpl.ExecuteTemplate(&out, part, data); err != nil {
		return "", fmt.Errorf("page: %s: %w", name, err)
	}
	return template.HTML(out.String()), nil // escaped by the template
}

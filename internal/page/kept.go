package page

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// Kept is a page that is the same for everybody, rendered once.
type Kept struct {
	file File
	lang string
}

// Keep renders a page that shows nothing of whoever asks. It has its own switch.
func (p *Renderer) Keep(lang, name string, page Page) (Kept, error) {
	html, err := p.execute(lang, name, base{Frame: page.frame(), Page: page})
	return Kept{NewFile("text/html; charset=utf-8", html), lang}, err
}

// ServeHTTP sends the page, or 304 to whoever has it.
func (k Kept) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Language", k.lang)
	k.file.ServeHTTP(w, r)
}

// Part executes one template that the file of a page defines.
func (p *Renderer) Part(lang, name, part string, data any) (template.HTML, error) {
	tmpl, err := p.template(lang, name)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := tmpl.ExecuteTemplate(&out, part, data); err != nil {
		return "", fmt.Errorf("page: %s: %w", name, err)
	}
	return template.HTML(out.String()), nil // escaped by the template
}

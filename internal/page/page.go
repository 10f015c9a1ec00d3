// Package page is what the HTML doors share: it renders pages in the person's
// language, serves their files, sets security headers and cookies, and refuses
// forms that come from other sites. It knows nothing of accounts, requests or
// phones.
//
// A page is a file web/DOOR/NAME.html that defines "title" and "main", and a
// struct that embeds [Frame]. Its words come from package locale, by key.
package page

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"keyturn/locale"
)

// A Renderer renders pages. It is made once, at start, and safe for concurrent use.
type Renderer struct {
	origin  string            // of the server, such as "https://auth.example.com"
	names   map[string]string // of the organisation, by language; under "" what it is called otherwise
	plain   bool              // http on a loopback address: cookies have neither prefix nor Secure
	port    string            // of the origin, unless it is the scheme's own: part of the names of cookies
	offered []string          // languages, the first is the default
	assets  assets
	pages   map[string]map[string]parsed // by language, then by name such as "signin/wait"
}

// New reads the files and finds the pages. files are those of package web; doors are the
// folders in it that have pages. name is that of the organisation, as people
// know it.
func New(files fs.FS, origin, name string, doors ...string) (*Renderer, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, fmt.Errorf("page: origin: %w", err)
	}
	p := &Renderer{origin: origin, names: map[string]string{"": name}, plain: u.Scheme == "http", port: u.Port()}
	if p.assets, err = loadAssets(files, append([]string{"shared", "page"}, doors...)); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	if p.pages, err = p.find(files, doors); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return p, nil
}

// Offer sets the languages of the pages, before the first of them: people get the first
// who ask for none. Without it all that there are are offered, in their order.
func (p *Renderer) Offer(langs []string) { p.offered = langs }

// NameIn sets the name of the organisation in one language, before the first page.
func (p *Renderer) NameIn(lang, name string) { p.names[lang] = name }

// A Frame is what stands around a page's own content. Page structs embed it.
type Frame struct {
	Account string // name of the person's account; empty: not known yet
	Proven  string // acr of the session, only where a signed-in page shows it
	SignOut bool   // shows "Sign out" at the top
	Switch  Switch // how the language is switched
}

// A Switch is the form behind "English | 简体中文". The zero value loads the same
// page again. A page that answered a POST names where to post, and what, to be
// shown again.
type Switch struct {
	Action string
	Fields []Field
}

// A Field is a hidden field of a form.
type Field struct{ Name, Value string }

// Format implements [fmt.Formatter], for every verb. Its value is what somebody typed, which
// may be a recovery code.
func (f Field) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, f.Name) }

func (f Frame) frame() Frame { return f }

// A Sentence is words that a page shows and a handler has chosen: a key and the
// values that belong into it, which may be instants, lists of names or sentences
// themselves.
// Templates show it with {{say .}}.
type Sentence struct {
	Key    string
	Values []any
}

// Say makes a sentence; values are pairs of name and value.
func Say(key string, values ...any) Sentence { return Sentence{key, values} }

// Long says a length of time in the largest unit that fits: "10 minutes", "24 hours".
func Long(d time.Duration) Sentence {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return Say("guide.days", "count", int(d/(24*time.Hour)))
	case d >= 2*time.Hour && d%time.Hour == 0:
		return Say("guide.hours", "count", int(d/time.Hour))
	case d%time.Minute == 0:
		return Say("guide.minutes", "count", int(d/time.Minute))
	}
	return Say("guide.seconds", "count", int(d/time.Second))
}

// In is the sentence as plain text of a language, for what is said outside a page.
func (s Sentence) In(words *locale.Words) string {
	if s.Key == "" {
		return ""
	}
	values := slices.Clone(s.Values)
	for i, v := range values {
		switch v := v.(type) {
		case Sentence:
			values[i] = v.In(words)
		case []string:
			values[i] = list(words, v)
		}
	}
	return words.T(s.Key, values...)
}

// list is names as one text.
func list(words *locale.Words, names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return words.T("page.list", "one", list(words, names[:len(names)-1]), "next", names[len(names)-1])
}

// A Page is a struct that embeds [Frame].
type Page interface{ frame() Frame }

// base is what base.html is executed with.
type base struct {
	Frame
	Page Page
}

// Render sends a page, such as "signin/wait", in the person's language. Nothing
// is sent if it returns an error.
func (p *Renderer) Render(w http.ResponseWriter, r *http.Request, status int, name string, page Page) error {
	lang := p.Language(r)
	b := base{Frame: page.frame(), Page: page}
	if b.Switch.Action == "" {
		b.Switch = Switch{Action: "/language", Fields: []Field{{"back", back(r)}}}
	}
	html, err := p.execute(lang, name, b)
	if err != nil {
		return err
	}
	p.keepLanguage(w, r, lang)
	send(w, lang, status, html)
	return nil
}

// RenderIn is Render for a page whose address says its language. It has its own switch.
func (p *Renderer) RenderIn(w http.ResponseWriter, lang string, status int, name string, page Page) error {
	html, err := p.execute(lang, name, base{Frame: page.frame(), Page: page})
	if err != nil {
		return err
	}
	send(w, lang, status, html)
	return nil
}

// execute makes a page whole before any of it is sent.
func (p *Renderer) execute(lang, name string, b base) ([]byte, error) {
	tmpl, err := p.template(lang, name)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := tmpl.ExecuteTemplate(&out, "base.html", b); err != nil {
		return nil, fmt.Errorf("page: %s: %w", name, err)
	}
	return out.Bytes(), nil
}

func send(w http.ResponseWriter, lang string, status int, html []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	_, _ = w.Write(html) // the person has gone: nothing left to tell them
}

// Words returns the words of the person's language, for what is said outside a page.
func (p *Renderer) Words(r *http.Request) *locale.Words { return locale.For(p.Language(r)) }

// Host is the server's host, as people type it: "auth.example.com".
func (p *Renderer) Host() string {
	_, host, _ := strings.Cut(p.origin, "://")
	return host
}

// Origin is the server's origin: "https://auth.example.com".
func (p *Renderer) Origin() string { return p.origin }

// Called is what the organisation is called in the person's language.
func (p *Renderer) Called(r *http.Request) string { return cmp.Or(p.names[p.Language(r)], p.Name()) }

// Known is a name as the person who asks reads it: one of the organisation's is the one of
// their language, any other stays.
func (p *Renderer) Known(r *http.Request, name string) string {
	for _, own := range p.names {
		if name == own {
			return p.Called(r)
		}
	}
	return name
}

// Name is that of the organisation where there is only one: in what a phone signs.
func (p *Renderer) Name() string { return p.names[""] }

// clock writes a length as people read a countdown: "1:45".
func clock(d time.Duration) string {
	s := max(0, int(d.Seconds()))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Package help is the illustrated help under /help/: guides in every language,
// a finder that leads to the one for a person's phone, and a search. Anyone may
// read it, without signing in and without JavaScript.
//
// A guide is a Markdown file of folder web/help, put together from blocks that
// several guides share; buttons are named by their key in the catalogues, and
// numbers are those of the server's settings. web/help/README.md tells authors
// how. Everything is put together once: what doesn't fit fails the tests.
package help

import (
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"

	"keyturn/internal/page"
	"keyturn/locale"
)

// order is how guides are listed. The first eight are those of the finder.
var order = []string{
	"activate-iphone-qr", "activate-iphone-typed", "activate-android-qr", "activate-android-typed",
	"add-iphone-qr", "add-iphone-typed", "add-android-qr", "add-android-typed",
	"approve", "no-notification", "recover", "new-phone", "notifications", "pin", "several-phones", "activation-errors", "what-you-need",
}

// Help is all guides, read once. It never changes, so any number of goroutines
// may use it.
type Help struct {
	Log *slog.Logger // set before [Help.Routes] is called

	page   *page.Renderer
	files  fs.FS
	guides map[string]map[string]*guide // by language, then slug
	kept   map[string]map[string]page.Kept
}

// A guide is one page of help in one language.
type guide struct {
	Slug  string
	Title string
	Body  template.HTML
	Need  []template.HTML
	Next  []*guide
	Phone *guide // the same for the other kind of phone
	Way   *guide // the same with the code typed, or scanned

	figures []string // ids, in their order
	search  []string // other words by which people look for it
	text    string   // all that it says

	squeezed [2]string // title and text, as they are searched
}

// Open reads the guides of folder help in files (package web).
func Open(files fs.FS, pages *page.Renderer, s Settings) (*Help, error) {
	h := &Help{page: pages, files: files, guides: map[string]map[string]*guide{}, kept: map[string]map[string]page.Kept{}}
	for _, lang := range locale.Languages() {
		if err := h.open(lang, s); err != nil {
			return nil, fmt.Errorf("help: %s: %w", lang, err)
		}
	}
	return h, h.render()
}

// open reads folder help/LANG.
func (h *Help) open(lang string, s Settings) error {
	blocks, err := readBlocks(h.files, lang)
	if err != nil {
		return err
	}
	words := locale.For(lang)
	h.guides[lang], err = h.read(writer{tongue: tongue{words, s.values(words, h.page.Host())}, blocks: blocks, holds: s.holds()})
	return err
}

// read reads the guides of one language.
func (h *Help) read(w writer) (map[string]*guide, error) {
	lang := w.words.Lang()
	names, err := fs.Glob(h.files, "help/"+lang+"/*.md")
	if err != nil {
		return nil, err
	}
	sources, guides, titles := map[string]source{}, map[string]*guide{}, map[string]string{}
	for _, name := range names {
		slug := strings.TrimSuffix(path.Base(name), ".md")
		if !slices.Contains(order, slug) {
			return nil, fmt.Errorf("%s: there is no such guide", slug)
		}
		if sources[slug], err = readSource(h.files, name); err != nil {
			return nil, err
		}
		guides[slug] = &guide{Slug: slug, Title: sources[slug].one("title")}
		titles[slug] = guides[slug].Title
	}
	for _, slug := range order {
		if guides[slug] == nil {
			return nil, fmt.Errorf("%s isn't written", slug)
		}
	}
	for slug, g := range guides {
		if err := h.fill(g, sources[slug], w, titles); err != nil {
			return nil, fmt.Errorf("%s: %w", slug, err)
		}
		for _, next := range strings.Fields(sources[slug].one("next")) {
			if guides[next] == nil {
				return nil, fmt.Errorf("%s: there is no guide %s", slug, next)
			}
			g.Next = append(g.Next, guides[next])
		}
		if slices.Contains(order[:8], slug) {
			g.Phone, g.Way = guides[otherPhone.Replace(slug)], guides[otherWay.Replace(slug)]
		}
	}
	return guides, nil
}

// How the eight guides of the finder are called.
var (
	otherPhone = strings.NewReplacer("-iphone-", "-android-", "-android-", "-iphone-")
	otherWay   = strings.NewReplacer("-qr", "-typed", "-typed", "-qr")
)

// fill makes a guide of its source.
func (h *Help) fill(g *guide, s source, w writer, titles map[string]string) (err error) {
	set := &typesetter{titles: titles, same: elsewhere(w.words.Lang(), g.Slug)}
	set.figures = func(line string) (template.HTML, error) {
		g.figures = append(g.figures, ids(line)...)
		list, err := (&gallery{h.files}).figures(line, w.tongue)
		if err != nil {
			return "", err
		}
		return h.page.Part(w.words.Lang(), "help/guide", "figures", list)
	}
	for _, need := range s.head["need"] {
		filled, err := w.fill(need)
		if err != nil {
			return err
		}
		line, err := set.line(filled)
		if err != nil {
			return err
		}
		g.Need = append(g.Need, line)
	}
	body, err := w.write(s.body)
	if err != nil {
		return err
	}
	if g.Body, err = set.set(body); err != nil {
		return err
	}
	words, err := (&typesetter{titles: titles, figures: func(string) (template.HTML, error) { return "", nil }}).set(body)
	if err != nil {
		return err
	}
	g.text = plain(append(g.Need, words))
	g.squeezed = [2]string{squeeze(g.Title), squeeze(g.text)}
	g.search, err = w.searchWords(s.one("search"))
	return err
}

// ids are the pictures of a line "figure: p0a, p5d + d2b".
func ids(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == '+' || r == ' ' })
}

// elsewhere is a guide in all languages but one.
func elsewhere(lang, slug string) (all []same) {
	for _, l := range locale.Languages() {
		if l != lang {
			all = append(all, same{l, "/help/" + l + "/" + slug, locale.For(l).T("guide.same")})
		}
	}
	return all
}

// Android reports whether a guide is for phones other than iPhones.
func (g *guide) Android() bool { return strings.Contains(g.Slug, "-android-") }

// Typed reports whether a guide has the code typed.
func (g *guide) Typed() bool { return strings.HasSuffix(g.Slug, "-typed") }

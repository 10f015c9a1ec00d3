package page

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"keyturn/locale"
)

// A parsed is a page of one language. It is parsed when it is first shown: a start that waits
// for all of them takes twice as long, and most are shown to few.
type parsed func() (*template.Template, error)

// find names the pages of the doors in each language. A template's words are bound
// when it is parsed, before it meets a request.
func (p *Renderer) find(files fs.FS, doors []string) (map[string]map[string]parsed, error) {
	names := []string{"page/error.html"}
	for _, door := range doors {
		found, err := fs.Glob(files, door+"/*.html")
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	all := map[string]map[string]parsed{}
	for _, lang := range locale.Languages() {
		set := parsed(sync.OnceValues(func() (*template.Template, error) {
			return template.New(lang).Funcs(p.funcs(locale.For(lang))).ParseFS(files, "page/base.html")
		}))
		all[lang] = map[string]parsed{}
		for _, name := range names {
			all[lang][strings.TrimSuffix(name, ".html")] = sync.OnceValues(func() (*template.Template, error) { return set.with(files, name) })
		}
	}
	return all, nil
}

// with parses one page into a copy of the set; a set that was never executed can be cloned.
func (set parsed) with(files fs.FS, name string) (*template.Template, error) {
	base, err := set()
	if err != nil {
		return nil, err
	}
	page, err := base.Clone()
	if err != nil {
		return nil, err
	}
	return page.ParseFS(files, name)
}

// template returns a page, such as "signin/wait".
func (p *Renderer) template(lang, name string) (*template.Template, error) {
	page, ok := p.pages[lang][name]
	if !ok {
		return nil, fmt.Errorf("page: there is no %s", name)
	}
	found, err := page()
	if err != nil {
		return nil, fmt.Errorf("page: %s: %w", name, err)
	}
	return found, nil
}

// Check puts together all that waits for its first reader, and returns the first mistake.
// Tests call it: the files are embedded, so a build that passes them has none.
func (p *Renderer) Check() error {
	for lang, pages := range p.pages {
		for name := range pages {
			if _, err := p.template(lang, name); err != nil {
				return err
			}
		}
	}
	for _, script := range p.assets.scripts {
		if _, err := script(); err != nil {
			return err
		}
	}
	return nil
}

// funcs are what a template can do apart from showing its page's fields.
func (p *Renderer) funcs(words *locale.Words) template.FuncMap {
	return template.FuncMap{
		// In an attribute the element of an instant is reduced to its text.
		"t":       func(key string, values ...any) any { return say(words, key, values) },
		"say":     func(s Sentence) any { return say(words, s.Key, s.Values) },
		"plain":   func(s Sentence) string { return plain(words, s) },
		"service": func() string { return cmp.Or(p.names[words.Lang()], p.Name()) },
		"lang":    words.Lang,
		"spoken":  spoken,
		"asset":   p.assets.address,
		"module":  p.assets.module,
		"icon":    p.assets.icon,
		"clock":   clock,
		"time":    func(at time.Time) template.HTML { return timeHTML(at, "time") },
		"date":    func(at time.Time) template.HTML { return timeHTML(at, "date") },
		"moment":  func(at time.Time) template.HTML { return timeHTML(at, "moment") },
		"browser": func(name string) string { return BrowserIn(words, name) },
		"spell":   spell,
		"both":    func(one, next string) any { return say(words, "page.both", []any{"one", Say(one), "next", Say(next)}) },
		"guide":   func(slug, key string) guide { return guide{"/help/" + words.Lang() + "/" + slug, Say(key)} },
		"strong": func(text string) template.HTML {
			return template.HTML("<strong>" + html.EscapeString(text) + "</strong>")
		},
	}
}

// A guide is a link into the help, which opens beside the page and never instead of it.
type guide struct {
	Address string
	Name    Sentence
}

// say looks a sentence up. An instant among its values becomes an element, which
// page.js shows by the clock of the person's place; without JavaScript it is the
// server's.
func say(words *locale.Words, key string, values []any) any {
	var elements []string
	values = slices.Clone(values)
	for i, v := range values {
		if at, ok := v.(time.Time); ok {
			v = timeHTML(at, "time")
		}
		if element, ok := v.(template.HTML); ok {
			values[i] = mark(len(elements))
			elements = append(elements, string(element))
		}
	}
	sentence := Say(key, values...).In(words)
	if len(elements) == 0 {
		return sentence
	}
	sentence = html.EscapeString(sentence)
	for i, element := range elements {
		sentence = strings.Replace(sentence, mark(i), element, 1)
	}
	return template.HTML(sentence) // escaped above, apart from our own elements
}

// plain is a sentence for a title, which has no elements. Instants are by the
// server's clock until page.js has put them right.
func plain(words *locale.Words, s Sentence) string {
	values := slices.Clone(s.Values)
	for i, v := range values {
		if at, ok := v.(time.Time); ok {
			values[i] = at.Format(timeForms["time"])
		}
	}
	return Say(s.Key, values...).In(words)
}

// mark stands for an element while a sentence is escaped. No name of a phone has
// it: NUL is a control character.
func mark(i int) string { return fmt.Sprintf("\x00%d\x00", i) }

// timeForms are how an instant is written without JavaScript.
var timeForms = map[string]string{"time": "15:04", "date": "2006-01-02", "moment": "2006-01-02 15:04"}

func timeHTML(at time.Time, form string) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-form="%s">%s</time>`,
		at.UTC().Format(time.RFC3339), form, at.Format(timeForms[form])))
}

// spell puts a space between symbols, so that a code is read symbol by symbol,
// and a comma where it has a dash, so that a pause is heard.
func spell(code string) string {
	var b strings.Builder
	for i, symbol := range code {
		switch {
		case symbol == '-':
			b.WriteByte(',')
			continue
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteRune(symbol)
	}
	return b.String()
}

package keyturntest

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A Page is what a browser got in the end.
type Page struct {
	Browser *Browser
	Status  int
	Path    string   // after redirects
	Asked   []string // addresses that led here, the last one first
	Header  map[string][]string
	HTML    string
	root    *html.Node
}

// Has reports whether there is an element, named as "#id" or by its tag.
func (p *Page) Has(element string) bool { return p.find(element) != nil }

// Text is the text of an element without the space around it. That it is there is
// part of the test.
func (p *Page) Text(element string) string {
	p.Browser.t.Helper()
	return text(p.must(element))
}

func text(n *html.Node) string {
	var b strings.Builder
	each(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	})
	return strings.TrimSpace(b.String())
}

// Attr is an attribute of an element, "" if it has none of that name.
func (p *Page) Attr(element, name string) string {
	p.Browser.t.Helper()
	return attr(p.must(element), name)
}

// Values are what stands between before and the next quotation mark, each time.
func (p *Page) Values(before string) (found []string) {
	for _, rest := range strings.Split(p.HTML, before)[1:] {
		value, _, _ := strings.Cut(rest, `"`)
		found = append(found, value)
	}
	return found
}

// Submit sends a form with the values that it has, and those.
func (p *Page) Submit(form string, values url.Values) *Page {
	p.Browser.t.Helper()
	n := p.must(form)
	send := url.Values{}
	each(n, func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "input" && attr(n, "name") != "" {
			send.Set(attr(n, "name"), attr(n, "value"))
		}
	})
	for name := range values {
		send.Set(name, values.Get(name))
	}
	return p.Browser.Post(cmp.Or(attr(n, "action"), p.Path), send)
}

// Reload loads the page again.
func (p *Page) Reload() *Page {
	p.Browser.t.Helper()
	return p.Browser.Get(p.Path)
}

func (p *Page) must(element string) *html.Node {
	p.Browser.t.Helper()
	n := p.find(element)
	if n == nil {
		p.Browser.t.Fatalf("no %s on %s (%d):\n%s", element, p.Path, p.Status, p.HTML)
	}
	return n
}

// find knows "#id", "tag", "tag#id" and "tag.class".
func (p *Page) find(element string) (found *html.Node) {
	tag, id, _ := strings.Cut(element, "#")
	tag, class, _ := strings.Cut(tag, ".")
	each(p.root, func(n *html.Node) {
		if found == nil && n.Type == html.ElementNode && (tag == "" || n.Data == tag) && (id == "" || attr(n, "id") == id) &&
			(class == "" || attr(n, "class") == class) {
			found = n
		}
	})
	return found
}

func each(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := range n.Descendants() {
		f(c)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// timed fails the test if a page tells a time that nothing happened at: that of a thing that
// hasn't happened.
func (b *Browser) timed(p *Page) {
	b.t.Helper()
	each(p.root, func(n *html.Node) {
		if n.Data == "time" && strings.HasPrefix(attr(n, "datetime"), "0001-") {
			b.t.Errorf("%s tells the time of what hasn't happened:\n%s", p.Path, p.HTML)
		}
	})
}

// bare fails the test if a browser without scripts and styles, such as w3m, would show what only
// a script can serve, or says when: it shows what is hidden. A label of its own explains a field
// that is hidden for a password manager.
func (b *Browser) bare(p *Page) {
	b.t.Helper()
	each(p.root, func(n *html.Node) {
		scripted := n.Data == "button" && attr(n, "type") == "button"
		early := has(n, "hidden") && n.Data != "button" && n.Data != "label" && text(n) != ""
		if scripted || early {
			b.t.Errorf("%s shows <%s id=%q> without a script:\n%s", p.Path, n.Data, attr(n, "id"), p.HTML)
		}
	})
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

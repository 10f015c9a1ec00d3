package keyturntest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// MadeUp is a language that there isn't: a test adds it, with every letter a wide one (ａ).
const MadeUp = "eo"

var (
	han     = regexp.MustCompile(`\p{Han}+`)
	english = regexp.MustCompile(`\b[a-z]{2,}[ ,;:'’-]+[a-z]{2,}\b`) // "Firefox on Windows" is no sentence
	narrow  = regexp.MustCompile(`[A-Za-z]{2,}|\p{Han}+`)
	values  = regexp.MustCompile(`\{\{\.\w+\}\}|\b[0-9A-Z]{4}(-[0-9A-Z]{4})+\b`) // codes and references among them
)

// Strays are the parts of a text that aren't in a language, by their letters. data are names
// and the like, which are the same in all of them.
func Strays(lang, text string, data ...string) []string {
	text = values.ReplaceAllString(text, "")
	for _, d := range data {
		text = strings.ReplaceAll(text, d, "")
	}
	switch lang {
	case "en":
		return han.FindAllString(text, -1)
	case "zh-Hans":
		return english.FindAllString(text, -1)
	case MadeUp:
		return narrow.FindAllString(text, -1)
	}
	return nil // its letters are those of others
}

// spoken are the attributes that people read or hear, or that a script shows them.
var spoken = strings.Fields("aria-label title placeholder alt data-again data-busy data-button data-copied data-many data-offline data-one data-text")

// Says is all that a page says in its own language. What is in another one on purpose says
// so by its lang.
func (p *Page) Says() (texts []string) {
	lang := p.Attr("html", "lang")
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			texts = append(texts, n.Data)
		}
		for _, a := range n.Attr {
			if slices.Contains(spoken, a.Key) {
				texts = append(texts, a.Val)
			}
		}
		for c := range n.ChildNodes() {
			if own := attr(c, "lang"); own != "" && own != lang || slices.Contains([]string{"script", "style", "noscript"}, c.Data) {
				continue
			}
			walk(c)
		}
	}
	walk(p.root)
	return texts
}

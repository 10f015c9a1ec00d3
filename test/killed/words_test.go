package killed

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/html"

	"keyturn/locale"
)

// words checks that a page is in its language: it says so, and nothing that a person
// reads or hears is of the other catalogue.
func (w *walker) words() {
	w.t.Helper()
	if got := attr(w.all("html")[0], "lang"); got != w.lang {
		w.t.Fatalf("%s is in %s, want %s", w.at.Path, got, w.lang)
	}
	for n := range w.page.Descendants() {
		for _, said := range said(n) {
			if foreign := foreign(w.lang, said); foreign != "" && !translated(n) {
				w.t.Errorf("%s, in %s, says %q: %s", w.at.Path, w.lang, foreign, said)
			}
		}
	}
}

// said is what a node says: a text, or what is read of an element.
func said(n *html.Node) []string {
	if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
		return []string{n.Data}
	}
	var all []string
	for _, name := range []string{"aria-label", "title", "placeholder", "alt"} {
		all = append(all, attr(n, name))
	}
	return all
}

// translated reports whether an element says that it is in a language of its own, such
// as the button that changes it.
func translated(n *html.Node) bool {
	for ; n != nil && n.Data != "body"; n = n.Parent {
		if has(n, "lang") || attr(n, "aria-current") == "true" {
			return true
		}
	}
	return false
}

// foreign is the part of a text that is in the other language.
func foreign(lang, said string) string {
	if lang == locale.English {
		return strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Han, r) {
				return r
			}
			return -1
		}, said)
	}
	for _, sentence := range english() {
		if strings.Contains(said, sentence) {
			return sentence
		}
	}
	return ""
}

// english are the pieces of two words and more that stand between the values of
// English sentences, and in no Chinese one.
var english = sync.OnceValue(func() (pieces []string) {
	chinese, _ := locale.Files.ReadFile("zh-Hans.json")
	text, _ := locale.Files.ReadFile(locale.English + ".json")
	var catalogue map[string]any
	_ = json.Unmarshal(text, &catalogue) // another test reads it
	add := func(sentence string) {
		for _, piece := range regexp.MustCompile(`{{[^}]*}}`).Split(sentence, -1) {
			if piece = strings.Trim(piece, " .,:()"); strings.Contains(piece, " ") && len(piece) > 8 && !strings.Contains(string(chinese), piece) {
				pieces = append(pieces, piece)
			}
		}
	}
	for _, sentence := range catalogue {
		switch s := sentence.(type) {
		case string:
			add(s)
		case map[string]any:
			for _, plural := range s {
				add(plural.(string))
			}
		}
	}
	return pieces
})

package locale_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Attributes that a person reads or hears, properties of our components among them; and
// those with spaces that nobody reads. In any other a sentence is one by its looks.
var (
	read   = strings.Fields("aria-label aria-description aria-roledescription aria-valuetext aria-placeholder title placeholder alt label say tab")
	unread = strings.Fields("class kind style rel viewbox d media content aria-labelledby aria-describedby autocomplete transform points allow")
	titles = strings.Fields("description application-name apple-mobile-web-app-title") // <meta> that a person reads
)

// inMarkup finds the words in HTML and SVG. hole sees each text and value first: it takes
// out what isn't literal, and may find something in there.
func inMarkup(markup string, hole func(text string, people bool) string) (found []string) {
	see := func(text string, people bool) {
		text = hole(text, people)
		if worded(text) && (people || sentence.MatchString(text)) {
			found = append(found, strings.TrimSpace(text))
		}
	}
	raw := "" // an element whose text isn't markup
	for z := html.NewTokenizer(strings.NewReader(markup)); z.Next() != html.ErrorToken; {
		switch token := z.Token(); token.Type {
		case html.TextToken:
			switch raw {
			case "script", "style":
			case "noscript":
				found = append(found, inMarkup(token.Data, hole)...)
			default:
				see(token.Data, true)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			raw = token.Data
			for _, a := range token.Attr {
				title := a.Key == "content" && slices.ContainsFunc(token.Attr, func(b html.Attribute) bool { return b.Key == "name" && slices.Contains(titles, b.Val) })
				if people := slices.Contains(read, a.Key) || title; people || !slices.Contains(unread, a.Key) {
					see(a.Val, people)
				}
			}
		default:
			raw = ""
		}
	}
	return found
}

func whole(text string, _ bool) string { return text }

var (
	action  = regexp.MustCompile(`\{\{-?\s*(.*?)\}\}`)
	quoted  = regexp.MustCompile(`"[^"]*"`)
	guideOf = regexp.MustCompile(`\{\{define "help"\}\}.*?\{\{end\}\}`) // names one
)

// inTemplate finds words in an html/template: its own text, and the strings in its actions.
func inTemplate(_ *testing.T, _, text string) (found []string) {
	text = guideOf.ReplaceAllString(text, "")
	for _, a := range action.FindAllStringSubmatch(text, -1) {
		for _, q := range quoted.FindAllString(a[1], -1) {
			s, printed := strings.Trim(q, `"`), strings.HasPrefix(a[1], q)
			if worded(s) && (printed || sentence.MatchString(s) || capital.MatchString(s)) {
				found = append(found, s)
			}
		}
	}
	return append(found, inMarkup(action.ReplaceAllString(text, ""), whole)...)
}

var braces = regexp.MustCompile(`\{[\w.-]+\}`)

// inDrawing finds words in a drawing of the help, whose words are keys in braces.
func inDrawing(_ *testing.T, _, text string) []string {
	return inMarkup(text, func(text string, _ bool) string { return braces.ReplaceAllString(text, "") })
}

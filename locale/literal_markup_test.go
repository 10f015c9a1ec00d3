package locale_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

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

// inTemplate finds words in an html/template: its own text, and the strings in its actions.
func inTemplate(t *testing.T, name, text string) (found []string) {
	t.Helper()
	trees := map[string]*parse.Tree{}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		t.Fatal(err)
	}
	delete(trees, "help") // names a guide
	for _, tree := range trees {
		var markup strings.Builder
		walk(tree.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.TextNode:
				markup.Write(n.Text)
			case *parse.ActionNode:
				if s, ok := n.Pipe.Cmds[0].Args[0].(*parse.StringNode); ok && worded(s.Text) {
					found = append(found, s.Text)
				}
			case *parse.StringNode:
				if worded(n.Text) && (sentence.MatchString(n.Text) || capital.MatchString(n.Text)) {
					found = append(found, n.Text)
				}
			}
		})
		found = append(found, inMarkup(markup.String(), whole)...)
	}
	return found
}

// walk calls f for a node of a template and all below it, in the order of the text.
func walk(n parse.Node, f func(parse.Node)) {
	branch := func(pipe *parse.PipeNode, lists ...*parse.ListNode) {
		walk(pipe, f)
		for _, list := range lists {
			if list != nil {
				walk(list, f)
			}
		}
	}
	f(n)
	switch n := n.(type) {
	case *parse.ListNode:
		for _, n := range n.Nodes {
			walk(n, f)
		}
	case *parse.ActionNode:
		walk(n.Pipe, f)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, f)
		}
	case *parse.IfNode:
		branch(n.Pipe, n.List, n.ElseList)
	case *parse.WithNode:
		branch(n.Pipe, n.List, n.ElseList)
	case *parse.RangeNode:
		branch(n.Pipe, n.List, n.ElseList)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			for _, arg := range c.Args {
				walk(arg, f)
			}
		}
	}
}

var braces = regexp.MustCompile(`\{[\w.-]+\}`)

// inDrawing finds words in a drawing of the help, whose words are keys in braces.
func inDrawing(_ *testing.T, _, text string) []string {
	return inMarkup(text, func(text string, _ bool) string { return braces.ReplaceAllString(text, "") })
}

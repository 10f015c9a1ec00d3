package help

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A typesetter makes HTML of the Markdown of one guide. It adds what Markdown
// has no sign for: figures, numbers of steps that are links, titles of guides.
type typesetter struct {
	figures func(line string) (template.HTML, error)
	titles  map[string]string // of guides, by slug
	same    []same            // what each step leads to; none: steps have no links

	steps int   // so far
	err   error // the first
}

// A same is the same page in another language.
type same struct {
	lang, address string
	say           string // "this step in …", in that language
}

// set returns the HTML of a whole page, or of one line without its paragraph.
func (t *typesetter) set(markdown string) (template.HTML, error) {
	t.steps, t.err = 0, nil
	md := goldmark.New(
		goldmark.WithParserOptions(parser.WithHeadingAttribute(), parser.WithASTTransformers(util.Prioritized(t, 100))),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(t, 100))),
	)
	var out bytes.Buffer
	if err := md.Convert([]byte(markdown), &out); err != nil {
		return "", err
	}
	return template.HTML(out.String()), t.err // goldmark escapes, and leaves HTML out
}

// line is set for a sentence.
func (t *typesetter) line(markdown string) (template.HTML, error) {
	html, err := t.set(markdown)
	return template.HTML(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(html)), "<p>"), "</p>")), err
}

var (
	kindFigures = ast.NewNodeKind("Figures")
	kindNumber  = ast.NewNodeKind("Number")
)

// A figuresNode is a line "figure: …".
type figuresNode struct {
	ast.BaseBlock
	html template.HTML
}

func (*figuresNode) Kind() ast.NodeKind              { return kindFigures }
func (n *figuresNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// A numberNode is the number of a step.
type numberNode struct {
	ast.BaseBlock
	id, shown int
}

func (*numberNode) Kind() ast.NodeKind              { return kindNumber }
func (n *numberNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// Transform implements [parser.ASTTransformer].
func (t *typesetter) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	var found []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			found = append(found, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range found { // a tree isn't changed while one walks through it
		switch n := n.(type) {
		case *ast.Paragraph:
			t.figure(n, source)
		case *ast.List:
			if n.IsOrdered() && n.Parent() == doc {
				t.stepList(n)
			}
		case *ast.Link:
			t.link(n)
		case *ast.RawHTML, *ast.HTMLBlock:
			t.fail(fmt.Errorf("a guide has no HTML"))
		}
	}
}

func (t *typesetter) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *typesetter) figure(n *ast.Paragraph, source []byte) {
	line, ok := strings.CutPrefix(string(n.Lines().Value(source)), "figure: ")
	if !ok {
		return
	}
	html, err := t.figures(strings.TrimSpace(line))
	if err != nil {
		t.fail(err)
	}
	n.Parent().ReplaceChild(n.Parent(), n, &figuresNode{html: html})
}

// stepList gives steps their numbers and anchors, and paragraphs to all of them.
func (t *typesetter) stepList(list *ast.List) {
	list.SetAttributeString("class", []byte("steps"))
	shown := 0
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		t.steps++
		shown++
		item.SetAttributeString("id", fmt.Appendf(nil, "step-%d", t.steps))
		if tight, ok := item.FirstChild().(*ast.TextBlock); ok {
			p := ast.NewParagraph()
			for c := tight.FirstChild(); c != nil; c = tight.FirstChild() {
				p.AppendChild(p, c)
			}
			item.ReplaceChild(item, tight, p)
		}
		item.InsertBefore(item, item.FirstChild(), &numberNode{id: t.steps, shown: shown})
	}
}

// link leads to another guide, with its title if it has no text of its own.
func (t *typesetter) link(n *ast.Link) {
	slug, _, _ := strings.Cut(string(n.Destination), "#")
	if slug == "" || slug == "/" {
		return
	}
	title, ok := t.titles[slug]
	if !ok {
		t.fail(fmt.Errorf("there is no guide %q", slug))
	}
	if n.FirstChild() == nil {
		s := ast.NewString([]byte(title))
		s.SetRaw(true)
		n.AppendChild(n, s)
	}
}

// RegisterFuncs implements [renderer.NodeRenderer].
func (t *typesetter) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindFigures, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(string(n.(*figuresNode).html)) // a buffer takes everything
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(kindNumber, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n := n.(*numberNode); entering && len(t.same) > 0 {
			_, _ = fmt.Fprintf(w, `<a class="number" href="#step-%d">%d</a>`, n.id, n.shown)
			for _, o := range t.same {
				_, _ = fmt.Fprintf(w, `<a class="same" href="%s#step-%d" lang="%[3]s" hreflang="%[3]s">%[4]s</a>`, o.address, n.id, o.lang, o.say)
			}
		}
		return ast.WalkSkipChildren, nil
	})
}

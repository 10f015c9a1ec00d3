package locale_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A piece of a module: a name or sign of its code, a string, or a template literal.
type piece struct {
	kind  byte // 'c', 's', 't'
	text  string
	parts []string  // of a template literal
	holes [][]piece // between its parts
}

var (
	// A script gives these to a person.
	properties = strings.Fields("textContent innerText innerHTML outerHTML nodeValue ariaLabel ariaDescription title placeholder alt label body")
	calls      = strings.Fields("alert confirm prompt createTextNode append prepend replaceChildren insertAdjacentText")
	// Nobody but us reads what these are given.
	thrown = strings.Fields("Error Problem RangeError TypeError")
	// After these a string is the value of an expression, not one that is compared or handed on.
	valued = strings.Fields("= => ? : + += ?? || && ( return")
	// After these, or at the beginning, a slash begins a regular expression; after any other it divides.
	undivided = strings.Fields("( , = : [ ! & | ? { } ; + return => && ||")

	key   = regexp.MustCompile(`^[a-z]+\.[\w.]*$`)
	holed = regexp.MustCompile(`zz(\d+)zz`)
)

// inModule finds words in a module of ours.
func inModule(_ *testing.T, name, text string) []string {
	l := &lexer{text: text}
	m := &module{strict: !strings.Contains(name, "/flow/") && !strings.Contains(name, "/lib/")}
	m.code(l.code(0), "")
	return m.found
}

type module struct {
	strict bool // screens have names like sentences in flow/ and lib/
	found  []string
}

// code looks through pieces. As is "" in code, "people" where its value is shown to a
// person, and "machine" where it isn't.
func (m *module) code(pieces []piece, as string) {
	type frame struct {
		name, attribute string // what is called, and the attribute that it sets
		shown           bool   // a property that is shown is being given its value
	}
	stack := []frame{{}}
	for i, p := range pieces {
		before := ""
		if i > 0 && pieces[i-1].kind == 'c' {
			before = pieces[i-1].text
		}
		top := &stack[len(stack)-1]
		switch {
		case p.kind == 'c' && strings.Contains("([{", p.text):
			stack = append(stack, frame{name: before})
		case p.kind == 'c' && strings.Contains(")]}", p.text) && len(stack) > 1:
			stack = stack[:len(stack)-1]
		case p.kind == 'c' && (p.text == ";" || p.text == ","):
			top.shown = false
		case p.kind == 'c' && (p.text == "=" || p.text == ":" || p.text == "+="):
			set := p.text == ":" || i > 1 && pieces[i-2].text == "."
			top.shown = top.shown || set && slices.Contains(properties, before)
		case p.kind == 't' && before == "html":
			m.markup(p)
		case p.kind == 's' || p.kind == 't':
			value := i == 0 || slices.Contains(valued, before)
			argument := before == "(" || before == "," || value
			shown := as == "people" && len(stack) == 1 && value || top.shown && value || argument && slices.Contains(calls, top.name) ||
				top.name == "setAttribute" && slices.Contains(read, top.attribute)
			if top.name == "setAttribute" && top.attribute == "" {
				top.attribute = p.text
			}
			m.literal(p, shown, as == "machine" || slices.Contains(thrown, top.name))
		}
	}
}

// literal looks at a string, and at what stands in a template literal.
func (m *module) literal(p piece, shown, ours bool) {
	for _, part := range append(p.parts, p.text) {
		if worded(part) && !ours && !key.MatchString(part) && (shown || sentence.MatchString(part) || m.strict && capital.MatchString(part)) {
			m.found = append(m.found, part)
		}
	}
	for _, hole := range p.holes {
		m.code(hole, "machine")
	}
}

// markup looks at html`…`: at its text, its attributes, and the values in its holes.
func (m *module) markup(p piece) {
	var text strings.Builder
	for i, part := range p.parts {
		text.WriteString(part)
		if i < len(p.holes) {
			fmt.Fprintf(&text, "zz%dzz", i)
		}
	}
	seen := map[int]bool{}
	m.found = append(m.found, inMarkup(text.String(), func(text string, people bool) string {
		return holed.ReplaceAllStringFunc(text, func(hole string) string {
			n, _ := strconv.Atoi(strings.Trim(hole, "z"))
			seen[n] = true
			as := "machine"
			if people {
				as = "people"
			}
			m.code(p.holes[n], as)
			return ""
		})
	})...)
	for n, hole := range p.holes {
		if !seen[n] {
			m.code(hole, "machine") // a tag, or an attribute that nobody reads
		}
	}
}

// A lexer takes a module apart. It knows as much of JavaScript as our modules use.
type lexer struct {
	text string
	at   int
}

var sign = regexp.MustCompile(`^(===|!==|=>|\?\?|\?\.|\|\||&&|\+=|\.\.\.|[\p{L}\d_$]+|.)`)

// code reads until an end that has no beginning, or that of the text.
func (l *lexer) code(end byte) (pieces []piece) {
	depth := 0
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		last := ""
		if len(pieces) > 0 {
			last = pieces[len(pieces)-1].text
		}
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "//"):
			l.skip("\n")
		case strings.HasPrefix(rest, "/*"):
			l.skip("*/")
		case strings.IndexByte(" \n\t\r", c) >= 0:
			l.at++
		case c == '"' || c == '\'':
			l.at++
			pieces = append(pieces, piece{kind: 's', text: l.until(string(c))})
		case c == '`':
			l.at++
			pieces = append(pieces, l.template())
		case c == '/' && (last == "" || slices.Contains(undivided, last)):
			l.regexp()
			pieces = append(pieces, piece{kind: 'c', text: "/"})
		case c == end && depth == 0:
			l.at++
			return pieces
		default:
			depth += strings.Count("{", string(c)) - strings.Count("}", string(c))
			found := sign.FindString(rest)
			l.at += len(found)
			pieces = append(pieces, piece{kind: 'c', text: found})
		}
	}
	return pieces
}

func (l *lexer) skip(end string) {
	if i := strings.Index(l.text[l.at:], end); i >= 0 {
		l.at += i + len(end)
	} else {
		l.at = len(l.text)
	}
}

// until reads a string up to one of two ends, and past it.
func (l *lexer) until(ends ...string) string {
	for from := l.at; l.at < len(l.text); l.at++ {
		if l.text[l.at] == '\\' {
			l.at++
			continue
		}
		for _, end := range ends {
			if strings.HasPrefix(l.text[l.at:], end) {
				l.at += len(end)
				return l.text[from : l.at-len(end)]
			}
		}
	}
	return ""
}

func (l *lexer) template() piece {
	p := piece{kind: 't'}
	for l.at < len(l.text) {
		p.parts = append(p.parts, l.until("${", "`"))
		if l.text[l.at-1] == '`' {
			break
		}
		p.holes = append(p.holes, l.code('}'))
	}
	return p
}

// regexp skips one. A slash in a class isn't its end.
func (l *lexer) regexp() {
	class := false
	for l.at++; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case '\\':
			l.at++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				l.at++
				return
			}
		}
	}
}

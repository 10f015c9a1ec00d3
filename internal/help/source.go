package help

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

// A source is a file of web/help: a head of "name: value" lines, an empty line,
// and Markdown. web/help/README.md tells its authors more.
type source struct {
	head map[string][]string
	body string
}

func readSource(files fs.FS, name string) (source, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return source{}, err
	}
	s := source{head: map[string][]string{}}
	head, body, _ := strings.Cut(string(text), "\n\n")
	if strings.HasPrefix(head, "#") { // a problem without a head begins with its name
		head, body = "", string(text)
	}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return source{}, fmt.Errorf("%s: %q isn't \"name: value\"", name, line)
		}
		s.head[key] = append(s.head[key], value)
	}
	s.body = strings.TrimSpace(body)
	return s, nil
}

// one is the only value of a name, or nothing.
func (s source) one(name string) string { return strings.Join(s.head[name], " ") }

// A block is a step or a problem that several guides show.
type block struct {
	figures   string // as in "figure: p5d + d2b"
	when, els string // a condition, and the block to show if it doesn't hold
	heading   string // of a problem
	text      string
}

// readBlocks reads those of a language, by what they are called.
func readBlocks(files fs.FS, lang string) (map[string]block, error) {
	names, err := fs.Glob(files, "help/"+lang+"/blocks/*.md")
	if err != nil {
		return nil, err
	}
	blocks := map[string]block{}
	for _, name := range names {
		s, err := readSource(files, name)
		if err != nil {
			return nil, err
		}
		b := block{figures: s.one("figure"), when: s.one("when"), els: s.one("else"), text: s.body}
		if named, ok := strings.CutPrefix(s.body, "### "); ok {
			b.heading, b.text, _ = strings.Cut(named, "\n")
		}
		if b.text = strings.TrimSpace(b.text); b.text == "" {
			return nil, fmt.Errorf("%s says nothing", name)
		}
		blocks[strings.TrimSuffix(path.Base(name), ".md")] = b
	}
	return blocks, nil
}

// A writer assembles the Markdown of one guide in one language.
type writer struct {
	tongue
	blocks map[string]block
	holds  map[string]bool
}

var (
	directive = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(steps|problems|illustrated): (.+)$`) })
	braces    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([a-z][a-z0-9._-]*)\}`) })
	// What Markdown can give a meaning, and what a backslash takes it from.
	special = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("[!-/:-@\\[-`{-~]") })
)

// write is the Markdown of a guide's body: blocks in their places, names filled in.
func (w writer) write(body string) (string, error) {
	var out strings.Builder
	for line := range strings.SplitSeq(body, "\n") {
		if d := directive().FindStringSubmatch(line); d != nil {
			if err := w.expand(&out, d[1], strings.Fields(d[2])); err != nil {
				return "", err
			}
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(line), "figure: ") { // a paragraph of its own
			line = "\n" + line + "\n"
		}
		out.WriteString(line + "\n")
	}
	return w.fill(out.String())
}

// expand writes the blocks of a directive.
func (w writer) expand(out *strings.Builder, kind string, ids []string) error {
	for _, id := range ids {
		b, id, err := w.block(id)
		if err != nil {
			return err
		}
		text, indent := b.text, ""
		if id == "" {
			continue
		}
		if kind == "steps" {
			indent = "   "
			out.WriteString("1. " + strings.ReplaceAll(text, "\n", "\n"+indent) + "\n")
		} else {
			out.WriteString("### " + b.heading + " {#" + id + "}\n\n" + text + "\n")
		}
		if b.figures != "" && kind != "problems" {
			out.WriteString("\n" + indent + "figure: " + b.figures + "\n")
		}
		out.WriteString("\n")
	}
	return nil
}

// block finds a block, or what stands in its place on this server; no id: nothing does.
func (w writer) block(id string) (block, string, error) {
	for range len(w.blocks) {
		b, ok := w.blocks[id]
		if !ok {
			return block{}, "", fmt.Errorf("there is no block %s", id)
		}
		holds, ok := w.holds[b.when]
		if !ok {
			return block{}, "", fmt.Errorf("block %s: there is no condition %s", id, b.when)
		}
		if holds {
			return b, id, nil
		}
		if b.els == "" {
			return block{}, "", nil
		}
		id = b.els
	}
	return block{}, "", nil // each stands for the other: neither fits
}

// fill sets in what names in braces stand for. It becomes text, whatever it is:
// Markdown takes each of its signs literally.
func (w writer) fill(text string) (string, error) {
	var failed error
	text = braces().ReplaceAllStringFunc(text, func(found string) string {
		said, err := w.say(strings.Trim(found, "{}"))
		if err != nil {
			failed = err
		}
		return special().ReplaceAllString(strings.Join(strings.Fields(said), " "), `\$0`)
	})
	return text, failed
}

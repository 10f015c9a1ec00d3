package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"keyturn/locale"
)

// A terminal asks and tells: data on standard output, words on standard error.
type terminal struct {
	in       *os.File
	out, err io.Writer
	words    *locale.Words
	json     bool
	quiet    bool
	noInput  bool
	lines    *bufio.Reader
}

func newTerminal(c *commands, in *os.File, out, err io.Writer) *terminal {
	lang := c.Lang
	if lang == "" {
		lang = os.Getenv("LANG")
	}
	words := locale.For(locale.English)
	if strings.HasPrefix(strings.ToLower(lang), "zh") {
		words = locale.For(locale.Chinese)
	}
	return &terminal{in: in, out: out, err: err, words: words, json: c.JSON || c.Output == "json", quiet: c.Quiet,
		noInput: c.NoInput, lines: bufio.NewReader(in)}
}

// t is the sentence of a key.
func (t *terminal) t(key string, values ...any) string { return t.words.T(key, values...) }

// say writes a sentence for people.
func (t *terminal) say(sentence string) {
	if !t.quiet {
		fmt.Fprintln(t.err, sentence)
	}
}

// print writes one value: as JSON, or as rows whose cells are separated by tabs.
func (t *terminal) print(v any, rows ...string) error {
	if t.json {
		return json.NewEncoder(t.out).Encode(v)
	}
	_, err := io.WriteString(t.out, aligned(rows))
	return err
}

// isTerminal reports whether a person sits there.
func (t *terminal) isTerminal() bool { return !t.noInput && term.IsTerminal(int(t.in.Fd())) }

// ask reads one line.
func (t *terminal) ask(question string) (string, error) {
	if t.noInput {
		return "", fmt.Errorf("%w: %s", errInput, strings.TrimSpace(question))
	}
	fmt.Fprint(t.err, question)
	line, err := t.lines.ReadString('\n')
	if !t.isTerminal() {
		fmt.Fprintln(t.err) // where nobody has pressed Enter
	}
	if err != nil && line == "" {
		return "", fmt.Errorf("%w: %s", errInput, strings.TrimSpace(question))
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// askHidden reads one line without showing it.
func (t *terminal) askHidden(question string) (string, error) {
	fmt.Fprint(t.err, question)
	b, err := term.ReadPassword(int(t.in.Fd()))
	fmt.Fprintln(t.err)
	return string(b), err
}

// confirm lets a person type the name of what is about to be destroyed. It
// returns errRefused if they type something else.
func (t *terminal) confirm(yes bool, what, name string) error {
	if yes {
		return nil
	}
	t.say(what)
	typed, err := t.ask(t.t("cli.confirm", "name", name) + " ")
	if err != nil {
		return err
	}
	if typed != name {
		return errRefused
	}
	return nil
}

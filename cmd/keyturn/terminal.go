package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"keyturn/cmd/internal/command"
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
	answered bool            // a value is on standard output, and an error is no second one
	stopped  <-chan struct{} // by a signal; nil: never
}

func newTerminal(ctx context.Context, c *switches, in *os.File, out, err io.Writer) *terminal {
	return &terminal{in: in, out: out, err: err, words: locale.For(locale.English), json: c.JSON || c.Output == "json", quiet: c.Quiet,
		noInput: c.NoInput, lines: bufio.NewReader(in), stopped: ctx.Done()}
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
		t.answered = true
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
	line, err := t.await(func() (string, error) { return t.lines.ReadString('\n') })
	if !t.isTerminal() {
		fmt.Fprintln(t.err) // where nobody has pressed Enter
	}
	if errors.Is(err, command.ErrInterrupted) {
		return "", err
	}
	if err != nil && line == "" {
		return "", fmt.Errorf("%w: %s", errInput, strings.TrimSpace(question))
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// askHidden reads one line without showing it.
func (t *terminal) askHidden(question string) (string, error) {
	return command.AskHidden(t.stopped, t.in, t.err, question)
}

// await returns what is read or, after a signal, [command.ErrInterrupted].
func (t *terminal) await(read func() (string, error)) (string, error) {
	return command.Await(t.stopped, read)
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

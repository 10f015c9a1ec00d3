package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"keyturn"
	"keyturn/cmd/internal/command"
	"keyturn/locale"
	"keyturn/phone"
)

// A terminal asks and tells: data on standard output, words on standard error.
type terminal struct {
	in       *os.File
	out, err io.Writer
	words    *locale.Words
	json     bool
	pinFd    command.Descriptor
	pins     *bufio.Reader
	lines    *bufio.Reader
	stopped  <-chan struct{} // by a signal; nil: never
}

// line is a text for people: what a server names can't command their terminal, begin
// another line, nor turn round what stands beside it. Attack A66.
func line(text string) string { return keyturn.Clean(text, longest) }

const longest = 1000 // characters; our own sentences are shorter

// tell writes what isn't a sentence of its own.
func (t *terminal) tell(format string, values ...any) {
	fmt.Fprintln(t.err, line(fmt.Sprintf(format, values...)))
}

// print writes data: one JSON value a line, or the text.
func (t *terminal) print(v any, text string) error {
	if t.json {
		return json.NewEncoder(t.out).Encode(v)
	}
	_, err := fmt.Fprintln(t.out, line(text))
	return err
}

// say writes a sentence for people.
func (t *terminal) say(key string, values ...any) {
	if !t.json {
		fmt.Fprintln(t.err, line(t.words.T(key, values...)))
	}
}

// fail prints an error in one line, and as JSON with its code for scripts.
func (t *terminal) fail(err error) {
	var problem *keyturn.Problem
	if errors.Is(err, phone.ErrInUse) {
		fmt.Fprintln(t.err, "keyturn-phone:", t.words.T("cli.phone.inuse"))
		return
	}
	if errors.Is(err, phone.ErrUnfinished) {
		fmt.Fprintln(t.err, "keyturn-phone:", t.words.T("cli.phone.unfinished"))
		return
	}
	if !errors.As(err, &problem) {
		t.tell("keyturn-phone: %s", plain(err))
		return
	}
	if t.json {
		_ = json.NewEncoder(t.out).Encode(problem) // standard output is gone: nothing left to tell
	}
	t.tell("keyturn-phone: %s", t.sentence(problem))
}

// plain is an error on one line and without the names of our packages.
func plain(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i, text := range lines {
		for _, name := range []string{"phone: ", "keyturn: "} {
			text = strings.ReplaceAll(strings.TrimPrefix(text, name), ": "+name, ": ")
		}
		lines[i] = text
	}
	return strings.Join(lines, "; ")
}

// sentence is what the phone app would say too.
func (t *terminal) sentence(p *keyturn.Problem) string {
	key := "error." + p.Code
	if !t.words.Has(key) {
		key = "error.server_busy"
	}
	if p.Code == keyturn.ProblemDeviceRemoved && p.To != "" {
		key = "gone.moved.title"
	}
	left := 0
	if p.TriesLeft != nil {
		left = *p.TriesLeft
	}
	s := t.words.T(key, "count", left, "ref", p.Reference, "state", p.State, "to", p.To, "seconds", p.RetryAfter)
	if p.Reference != "" && !strings.Contains(s, p.Reference) {
		s += " (" + keyturn.GroupedReference(p.Reference) + ")"
	}
	return s
}

// ask reads one line.
func (t *terminal) ask(question string) (string, error) {
	fmt.Fprint(t.err, line(question))
	if t.lines == nil {
		t.lines = bufio.NewReader(t.in)
	}
	line, err := t.await(func() (string, error) { return t.lines.ReadString('\n') })
	if errors.Is(err, command.ErrInterrupted) {
		return "", err
	}
	if err != nil && line == "" {
		return "", fmt.Errorf("%w: nobody answers", errUsage)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// pin reads a PIN from --pin-fd, or asks without showing what is typed.
func (t *terminal) pin(question string) (string, error) {
	if t.pinFd >= 0 {
		if t.pins == nil {
			t.pins = bufio.NewReader(os.NewFile(uintptr(t.pinFd), "pin"))
		}
		line, err := t.pins.ReadString('\n')
		if err != nil && line == "" {
			return "", fmt.Errorf("%w: no PIN on file descriptor %d", errUsage, t.pinFd)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	if t.in == nil || !term.IsTerminal(int(t.in.Fd())) {
		return "", fmt.Errorf("%w: no terminal to ask for the PIN, use --pin-fd N", errUsage)
	}
	return command.AskHidden(t.stopped, t.in, t.err, question)
}

// await returns what is read or, after a signal, [command.ErrInterrupted].
func (t *terminal) await(read func() (string, error)) (string, error) {
	return command.Await(t.stopped, read)
}

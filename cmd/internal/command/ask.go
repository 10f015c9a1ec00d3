package command

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// ErrInterrupted says that a signal came at a question.
var ErrInterrupted = errors.New("interrupted")

// Await returns what is read or, once stopped is closed, [ErrInterrupted]: a read of a
// terminal hears of no signal, and whoever presses Ctrl-C at a question has left.
func Await(stopped <-chan struct{}, read func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() { line, err := read(); got <- answer{line, err} }()
	select {
	case a := <-got:
		return a.line, a.err
	case <-stopped:
		return "", ErrInterrupted
	}
}

// AskHidden writes a question to out and reads one line of the terminal in, without showing
// it. Once stopped is closed it returns [ErrInterrupted].
func AskHidden(stopped <-chan struct{}, in *os.File, out io.Writer, question string) (string, error) {
	fmt.Fprint(out, question)
	fd := int(in.Fd())
	shown, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	typed, err := Await(stopped, func() (string, error) { b, err := term.ReadPassword(fd); return string(b), err })
	if errors.Is(err, ErrInterrupted) {
		err = errors.Join(err, term.Restore(fd, shown)) // the shell comes next, and shows what is typed
	}
	fmt.Fprintln(out)
	return typed, err
}

package command_test

import (
	"errors"
	"io"
	"testing"

	"github.com/alecthomas/kong"

	"keyturn/cmd/internal/command"
)

// Where kong would end the process, the exit status is its.
func TestRun(t *testing.T) {
	parse := func(args ...string) func(kong.Option) int {
		return func(exit kong.Option) int {
			parser, err := kong.New(&struct{}{}, exit, kong.Writers(io.Discard, io.Discard))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(args); err != nil {
				return 2
			}
			return 7
		}
	}
	for _, tt := range []struct {
		name string
		args []string
		want int
	}{
		{"a line", nil, 7},
		{"a wrong one", []string{"--none"}, 2},
		{"a call for help", []string{"--help"}, 0},
	} {
		if got := command.Run(parse(tt.args...)); got != tt.want {
			t.Errorf("%s ends with %d, want %d", tt.name, got, tt.want)
		}
	}
}

// What goes wrong in a command is no help that was printed.
func TestRunPanics(t *testing.T) {
	fault := errors.New("a fault")
	defer func() {
		if r := recover(); r != any(fault) {
			t.Errorf("recovered %v, want %v", r, fault)
		}
	}()
	command.Run(func(kong.Option) int { panic(fault) })
}

// Whoever presses Ctrl-C at a question has left: no answer is waited for.
func TestAwait(t *testing.T) {
	stopped, nobody := make(chan struct{}), make(chan struct{})
	if line, err := command.Await(stopped, func() (string, error) { return "yes", io.EOF }); line != "yes" || !errors.Is(err, io.EOF) {
		t.Errorf("an answer is %q, %v", line, err)
	}
	close(stopped)
	defer close(nobody)
	if _, err := command.Await(stopped, func() (string, error) { <-nobody; return "late", nil }); !errors.Is(err, command.ErrInterrupted) {
		t.Errorf("after a signal: %v", err)
	}
}

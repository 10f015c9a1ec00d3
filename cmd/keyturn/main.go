// Command keyturn is the server, and what an operator does with it. Commands work
// on the storage of the settings, also while the server runs: it notices within
// a second.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"keyturn/cmd/internal/build"
	"keyturn/cmd/internal/command"
	"keyturn/locale"
)

const about = `The second factor that people carry in their phone, self-hosted.

Every setting is also a flag, such as --pin.min=6, and an environment variable,
such as KEYTURN_PIN__MIN=6: "keyturn config show" lists them.

` + command.Statuses

func main() {
	ctx, stop := untilStopped()
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// untilStopped ends with SIGTERM or Ctrl-C. A second Ctrl-C doesn't wait for what is under
// way; a second SIGTERM does: timeout(1) and some that supervise send two at once, and
// nobody meant the log beside the database to stay.
func untilStopped() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt) })
	return ctx, stop
}

// run is main without the process. It returns the exit status, one of [command.Statuses].
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	return command.Run(func(exit kong.Option) int { return execute(ctx, exit, args, stdin, stdout, stderr) })
}

// execute runs one line of the command line.
func execute(ctx context.Context, exit kong.Option, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	options := []kong.Option{kong.Name("keyturn"), kong.Description(about), kong.Writers(stdout, stderr),
		kong.Help(help), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Vars{"version": "Keyturn " + build.Version()}, exit}
	g, parsed, err := read(args, options)
	t := newTerminal(ctx, &g.switches, stdin, stdout, stderr)
	lang, unknown := locale.OfTerminal(g.Lang, os.Getenv("LANG"))
	t.words = locale.For(lang) // English, if unknown
	if err = cmp.Or(err, unknown); err != nil {
		t.json = t.json || slices.Contains(args, "--json") // what stands behind the fault wasn't read
		t.helpFor(g.parser, err)
		t.fail(errors.Join(errUsage, err))
		return status(errUsage)
	}
	if err = parsed.Run(t, &source{file: g.File, flags: g.given.values()}); err != nil {
		t.fail(err)
	}
	return status(err)
}

// helpFor prints the help of the command that was begun, if it is no whole one: "keyturn",
// "keyturn account".
func (t *terminal) helpFor(parser *kong.Kong, err error) {
	begun, ok := errors.AsType[*kong.ParseError](err)
	if !ok || t.json || begun.Context == nil || !strings.HasPrefix(err.Error(), "expected one of") {
		return
	}
	parser.Stdout = t.err
	_ = begun.Context.PrintUsage(false) // into memory or to a person who sees that it fails
	fmt.Fprintln(t.err)
}

// help prints examples before all else: they are what people look for.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if n := ctx.Selected(); n != nil {
		if c, ok := n.Target.Addr().Interface().(interface{ Examples() string }); ok {
			fmt.Fprintf(ctx.Stdout, "Examples:\n%s\n\n", c.Examples())
		}
	} else {
		fmt.Fprintf(ctx.Stdout, "Examples:\n%s\n\n", examples)
	}
	return kong.DefaultHelpPrinter(options, ctx)
}

const examples = `  keyturn demo                       try it on this computer
  keyturn init                       set up a server
  keyturn account add mei.chen       add a person
  keyturn serve                      start the server`

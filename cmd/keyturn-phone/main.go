// Command keyturn-phone is a phone for terminals and scripts. It speaks the
// device API of spec/protocol.md like any phone, and keeps its accounts in one
// file that only its owner reads.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"

	"keyturn"
	"keyturn/cmd/internal/build"
	"keyturn/cmd/internal/command"
	"keyturn/locale"
	"keyturn/phone"
)

// commands is the whole command line.
type commands struct {
	State   string             `help:"File that keeps the accounts of this phone." placeholder:"FILE" type:"path"`
	Lang    string             `help:"Language of what is said: ${languages}. This help is English. Default: LANG." env:"KEYTURN_LANG"`
	Output  string             `short:"o" help:"table or json." enum:"table,json" default:"table"`
	JSON    bool               `name:"json" help:"The same as -o json: one value on each line, and no line where there is nothing."`
	Version kong.VersionFlag   `help:"Print the version."`
	PINFd   command.Descriptor `name:"pin-fd" help:"Read the PIN from this open file descriptor instead of asking." placeholder:"N" default:"-1"`

	Activate activate `cmd:"" help:"Become the phone of an account: shows whose, asks for a PIN, prints the check code."`
	Accounts accounts `cmd:"" help:"List the accounts of this phone."`
	Pending  pending  `cmd:"" help:"Show what waits for an answer."`
	Watch    watch    `cmd:"" help:"Show what waits, as it comes, until Ctrl-C."`
	Approve  approve  `cmd:"" help:"Approve a request. Asks for the number, if one is wanted, and the PIN."`
	Deny     deny     `cmd:"" help:"Deny a request. Needs no PIN."`
	Report   report   `cmd:"" help:"Say that it wasn't you. Needs no PIN."`
	PIN      change   `cmd:"" name:"pin" help:"Change the PIN of all accounts of this phone. Asks for the current one and the new one."`
	Scan     scan     `cmd:"" help:"Approve the sign-in whose QR code holds a link. Asks for the PIN, and no number."`
	Respond  respond  `cmd:"" help:"Show the response to a challenge code. Needs no network, and sends nothing."`
	Notices  notices  `cmd:"" help:"Show what happened to the accounts of this phone and wasn't done by it."`
	Seen     seen     `cmd:"" help:"Say that a notice was about you."`
	Alarm    alarm    `cmd:"" help:"Say that it wasn't you: notifications and changes stop for a while. Needs no PIN."`
	Remove   remove   `cmd:"" help:"Remove an account from this phone and from the server."`
}

const examples = `A phone in a terminal, for scripts, tests and people without a phone.

Examples:
  keyturn-phone activate 7KQM-2XVT-9HRW-4DG8 --server https://auth.example.com
  keyturn-phone pending
  keyturn-phone approve --number 417902
  keyturn-phone approve --number 417902 --pin-fd 3 3<pin.txt
  keyturn-phone pin

` + command.Statuses

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process. It returns the exit status, one of [command.Statuses].
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	return command.Run(func(exit kong.Option) int { return execute(ctx, exit, args, stdin, stdout, stderr) })
}

// execute runs one line of the command line.
func execute(ctx context.Context, exit kong.Option, args []string, stdin *os.File, stdout, stderr io.Writer) int {
	c := &commands{}
	parser, err := kong.New(c, kong.Name("keyturn-phone"), kong.Description(examples), kong.Writers(stdout, stderr),
		kong.Vars{"version": "keyturn-phone " + build.Version(), "languages": locale.Listed("or")},
		exit, kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		panic(err) // the struct above is wrong
	}
	parsed, err := parser.Parse(args)
	lang, unknown := locale.OfTerminal(c.Lang, os.Getenv("LANG"))
	if err = cmp.Or(err, unknown); err != nil {
		fmt.Fprintln(stderr, "keyturn-phone:", err)
		return 2
	}
	t := &terminal{in: stdin, out: stdout, err: stderr, words: locale.For(lang), json: c.JSON || c.Output == "json", pinFd: c.PINFd,
		stopped: ctx.Done()}
	file, err := stateFile(c.State)
	if err == nil {
		err = parsed.Run(t, phone.File(file))
	}
	if err != nil {
		t.fail(err)
	}
	return status(err)
}

// stateFile returns where the accounts are kept if nobody says where.
func stateFile(file string) (string, error) {
	if file != "" {
		return file, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "keyturn-phone", "state.json"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", "keyturn-phone", "state.json"), err
}

// Errors of this program.
var (
	errUsage   = errors.New("wrong usage")
	errNothing = errors.New("no such request or account")
	errRefused = errors.New("not done")
)

// status gives the exit status of an error, one of [command.Statuses].
func status(err error) int {
	var problem *keyturn.Problem
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage), errors.Is(err, keyturn.ErrLink), errors.Is(err, keyturn.ErrOtherOrigin), errors.Is(err, keyturn.ErrChallengeCode):
		return 2
	case errors.Is(err, errNothing), errors.Is(err, phone.ErrUnknown):
		return 3
	case errors.Is(err, phone.ErrUnsure), errors.Is(err, phone.ErrUnsettled):
		return 5
	case errors.As(err, &problem) && problem.Code == keyturn.ProblemServerBusy:
		return 5
	case errors.As(err, &problem) && problem.Code == keyturn.ProblemRequestGone:
		return 3
	case errors.As(err, &problem), errors.Is(err, errRefused), errors.Is(err, phone.ErrEnded), errors.Is(err, keyturn.ErrPIN), errors.Is(err, phone.ErrKept),
		errors.Is(err, phone.ErrInUse), errors.Is(err, phone.ErrUnfinished),
		errors.Is(err, phone.ErrEarlier):
		return 4
	}
	return 1
}

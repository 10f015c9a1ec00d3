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

	"keyturn/locale"
)

// version of this program.
const version = "0.1.0"

// commands is the whole command line: nouns, then verbs.
type commands struct {
	File    string `name:"config" short:"c" help:"Settings file." placeholder:"FILE" env:"KEYTURN_CONFIG" type:"path"`
	Lang    string `help:"Language of the texts: en or zh-Hans. Default: LANG." env:"KEYTURN_LANG" placeholder:"LANG"`
	Output  string `short:"o" help:"table or json." enum:"table,json" default:"table"`
	JSON    bool   `name:"json" help:"The same as -o json."`
	Quiet   bool   `short:"q" help:"Data only, no words."`
	NoInput bool   `help:"Ask nothing: fail instead."`
	NoColor bool   `help:"No color. There is none yet." hidden:""`

	PrintVersion kong.VersionFlag `name:"version" help:"Print the version."`

	Demo    demoCmd    `cmd:"" help:"Try Keyturn on this computer: no phone, no network, nothing left behind."`
	Init    initCmd    `cmd:"" help:"Set up a server: asks, then writes the settings and the key."`
	Serve   serveCmd   `cmd:"" help:"Start the server."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this version. The server does it too when it starts; no other command does."`
	Account struct {
		Add      accountAdd      `cmd:"" help:"Add an account. Asks for its password, or reads it from standard input."`
		List     accountList     `cmd:"" help:"List the accounts."`
		Show     accountShow     `cmd:"" help:"Show an account with its phones."`
		Reset    accountReset    `cmd:"" help:"End all phones, codes and sessions of an account: its next phone is a first one again."`
		Disable  accountDisable  `cmd:"" help:"Keep an account from signing in. Its sessions end."`
		Enable   accountEnable   `cmd:"" help:"Let a disabled account sign in again."`
		Unlock   accountUnlock   `cmd:"" help:"Let an account sign in again after too many wrong passwords, its phones answer after wrong numbers, and its phones be changed after an alarm."`
		Remove   accountRemove   `cmd:"" help:"Remove an account for good."`
		Edit     accountEdit     `cmd:"" help:"Give an account another e-mail address. Its phones and the address before are told."`
		Rename   accountRename   `cmd:"" help:"Give an account another name. What it has stays, and its person is told."`
		Password accountPassword `cmd:"" help:"Give an account another password. Its sessions end, and its person is told."`
	} `cmd:"" help:"People who sign in."`
	Device struct {
		List    deviceList    `cmd:"" help:"List the devices of an account, or of all."`
		Suspend deviceSuspend `cmd:"" help:"Pause a device: it answers nothing until it is resumed."`
		Resume  deviceResume  `cmd:"" help:"Let a paused device answer again; never after its key was used in two places."`
		Remove  deviceRemove  `cmd:"" help:"Remove a device for good. Its phone is told."`
	} `cmd:"" help:"Keys of accounts on phones."`
	Config struct {
		Show  configShow  `cmd:"" help:"Show the settings and where each comes from."`
		Check configCheck `cmd:"" help:"Check the settings: changes nothing."`
	} `cmd:"" name:"config" help:"Settings."`
	Completion completionCmd `cmd:"" help:"Print what makes a shell complete commands: bash, zsh or fish."`
	Complete   completeCmd   `cmd:"" hidden:""`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

const about = `The second factor that people carry in their phone, self-hosted.

Every setting is also a flag, such as --pin.min=6, and an environment variable,
such as KEYTURN_PIN__MIN=6: "keyturn config show" lists them.`

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

// run is main without the process. It returns the exit status: 0 done, 2 wrong
// usage, else what status says.
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) (code int) {
	c, given := &commands{}, newSettingFlags()
	exited := -1
	parser, err := kong.New(c, kong.Name("keyturn"), kong.Description(about), kong.Writers(stdout, stderr), kong.Embed(given.into()),
		kong.Help(help), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Vars{"version": "Keyturn " + version},
		kong.Exit(func(n int) { exited = n; panic(errExit) }))
	if err != nil {
		panic(err) // the struct above is wrong
	}
	defer func() {
		if r := recover(); r != nil {
			if r != any(errExit) {
				panic(r)
			}
			code = exited // kong has printed the help
		}
	}()
	parsed, err := parser.Parse(args)
	t := newTerminal(ctx, c, stdin, stdout, stderr)
	lang, unknown := locale.OfTerminal(c.Lang, os.Getenv("LANG"))
	t.words = locale.For(lang) // English, if unknown
	if err = cmp.Or(err, unknown); err != nil {
		t.json = t.json || slices.Contains(args, "--json") // what stands behind the fault wasn't read
		t.helpFor(parser, err)
		t.fail(errors.Join(errUsage, err))
		return status(errUsage)
	}
	if err = parsed.Run(t, &source{file: c.File, flags: given.values()}); err != nil {
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

// errExit ends run where kong would end the process.
var errExit = errors.New("help was printed")

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

package main

import (
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"keyturn/locale"
)

// switches are the flags of every command.
type switches struct {
	File    string `name:"config" short:"c" help:"Settings file." placeholder:"FILE" env:"KEYTURN_CONFIG" type:"path"`
	Lang    string `help:"Language of questions, answers and hints: ${languages}. Help and errors are English. Default: LANG." env:"KEYTURN_LANG" placeholder:"LANG"`
	Output  string `short:"o" help:"table or json." enum:"table,json" default:"table"`
	JSON    bool   `name:"json" help:"The same as -o json."`
	Quiet   bool   `short:"q" help:"Data only, no words."`
	NoInput bool   `help:"Ask nothing: fail instead."`
	NoColor bool   `help:"No color. There is none yet." hidden:""`

	PrintVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// commands is the whole command line: nouns, then verbs.
type commands struct {
	switches

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

// A grammar is what a command line is read by, and what was read.
type grammar struct {
	commands
	given  *settingFlags
	parser *kong.Kong
}

// read reads a command line by as much of the grammar as its command needs. A line that
// isn't right by that, or asks for help, is read by all of it: there it says what it lacks.
func read(args []string, options []kong.Option) (*grammar, *kong.Context, error) {
	if g := alone(args, options); g != nil {
		if parsed, err := g.parser.Parse(args); err == nil {
			return g, parsed, nil
		}
	}
	g := whole(options)
	parsed, err := g.parser.Parse(args)
	return g, parsed, err
}

// whole is the grammar of every line.
func whole(options []kong.Option) *grammar {
	g := &grammar{given: newSettingFlags(func(string) bool { return true })}
	return g.of(&g.commands, options)
}

// alone is the grammar of the one command that args name, with no help and with no setting
// that they don't name. It is nil if they name none. What it takes, the whole grammar takes,
// and reads in the same way: it has more names, and no shorter ones.
func alone(args []string, options []kong.Option) *grammar {
	g := &grammar{given: newSettingFlags(func(key string) bool {
		return slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--"+key) })
	})}
	name, command := g.named(args)
	if command == nil {
		return nil
	}
	return g.of(&g.switches, append(slices.Clone(options), kong.NoDefaultHelp(), kong.DynamicCommand(name, "", "", command)))
}

// named returns the command that is the first to have its name among some words, and nil
// for those that nobody sees.
func (c *commands) named(words []string) (name string, command any) {
	all := reflect.ValueOf(c).Elem()
	for field, value := range all.Fields() {
		name := strings.ToLower(field.Name)
		_, is := field.Tag.Lookup("cmd")
		_, hidden := field.Tag.Lookup("hidden")
		if is && !hidden && slices.Contains(words, name) {
			return name, value.Addr().Interface()
		}
	}
	return "", nil
}

// of completes a grammar that begins with a struct.
func (g *grammar) of(begin any, options []kong.Option) *grammar {
	var err error
	if g.parser, err = kong.New(begin, append(slices.Clone(options), kong.Vars{"languages": locale.Listed("or")}, kong.Embed(g.given.into()))...); err != nil {
		panic(err) // the structs above are wrong
	}
	return g
}

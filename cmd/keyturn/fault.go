package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"keyturn/cmd/internal/command"
	"keyturn/internal/account"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/listen"
	"keyturn/internal/owner"
	"keyturn/internal/server"
	"keyturn/internal/store"
)

// Errors of this program.
var (
	errUsage    = errors.New("wrong usage")
	errInput    = errors.New("nobody answers") // neither a person nor a line of input
	errRefused  = errors.New("nothing was changed")
	errSettings = errors.New("there are no settings")
	errNoDevice = errors.New("no such device")
)

// status gives the exit status of an error, one of [command.Statuses].
func status(err error) int {
	is := func(targets ...error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
	_, otherHost := errors.AsType[*server.OtherHost](err)
	_, network := errors.AsType[*net.OpError](err)
	_, gone := errors.AsType[*device.Gone](err)
	switch {
	case err == nil:
		return 0
	case is(errUsage, errInput):
		return 2
	case is(account.ErrUnknown, device.ErrUnknown):
		return 3
	case otherHost, gone, is(errRefused, account.ErrExists, account.ErrName, account.ErrShort, account.ErrLong, account.ErrTyped,
		account.ErrCommon, account.ErrNamed, account.ErrEmail, store.ErrNewer, store.ErrOlder, store.ErrLog, owner.ErrShared, device.ErrClone, device.ErrPhones, device.ErrSuspended, device.ErrLocked, device.ErrNew):
		return 4
	case network && !listen.InUse(err):
		return 5
	}
	return 1
}

// A problem is an error as scripts see it: the members are stable.
type problem struct {
	Error   string `json:"error"`
	Hint    string `json:"hint,omitempty"`
	Setting string `json:"setting,omitempty"` // of which it speaks
	Where   string `json:"where,omitempty"`   // where that setting's value comes from
}

// fail prints an error in one line, and what to try if there is something. Faults
// of the settings are several errors. With --json they are a value too, on standard
// output, where other values would be, unless one is there already.
func (t *terminal) fail(err error) {
	if errors.Is(err, context.Canceled) {
		err = command.ErrInterrupted
	}
	var all []problem
	for _, e := range apart(err) {
		all = append(all, t.told(e))
	}
	if t.json && !t.answered {
		_ = t.print(map[string]any{"errors": all, "status": status(err)}) // there is nobody to tell
	}
}

// told prints one error and its hint for people, and returns it for scripts.
func (t *terminal) told(err error) problem {
	p := problem{Error: line(err), Hint: t.hint(err)}
	if fault, ok := errors.AsType[*config.Fault](err); ok {
		p.Setting, p.Where = fault.Key, fault.Where.String()
	}
	fmt.Fprintln(t.err, "keyturn:", p.Error)
	if p.Hint != "" {
		fmt.Fprintln(t.err, "hint:", p.Hint)
	}
	return p
}

// apart returns what is wrong with the settings one by one, and any other error whole.
func apart(err error) []error {
	leaves := config.Leaves(err)
	for _, e := range leaves {
		switch e.(type) {
		case *config.Fault, *config.Unknown:
			return leaves
		}
	}
	return []error{err}
}

// line is an error without line breaks and without the names of our packages. Of a device
// that isn't there it doesn't say what a phone is told, which signs its calls.
func line(err error) string {
	if errors.Is(err, device.ErrUnknown) {
		return errNoDevice.Error()
	}
	text := strings.ReplaceAll(err.Error(), errUsage.Error()+"\n", "")
	for _, name := range []string{"account: ", "device: ", "store: ", "seal: "} {
		text = strings.ReplaceAll(strings.TrimPrefix(text, name), ": "+name, ": ")
	}
	return strings.ReplaceAll(text, "\n", "; ")
}

// hint is what to do about an error; "" if nothing is known.
func (t *terminal) hint(err error) string {
	fault, ok := errors.AsType[*config.Fault](err)
	_, otherHost := errors.AsType[*server.OtherHost](err)
	_, network := errors.AsType[*net.OpError](err)
	switch {
	case ok && fault.Hint != "":
		return fault.Hint
	case otherHost:
		return t.t("cli.hint.host")
	case listen.InUse(err):
		return t.t("cli.hint.inuse")
	case errors.Is(err, errSettings):
		return t.t("cli.hint.settings", "command", "keyturn init", "flag", "--config")
	case errors.Is(err, errInput):
		return t.t("cli.hint.input")
	case errors.Is(err, account.ErrUnknown):
		return "keyturn account list"
	case errors.Is(err, device.ErrUnknown):
		return "keyturn device list"
	case errors.Is(err, store.ErrMissing), errors.Is(err, store.ErrEmpty):
		return t.t("cli.hint.empty", "setting", "storage.url")
	case errors.Is(err, store.ErrLog):
		return t.t("cli.hint.log", "log", "-wal", "index", "-shm")
	case errors.Is(err, store.ErrOlder):
		return t.t("cli.hint.older", "command", "keyturn migrate")
	case errors.Is(err, store.ErrNewer):
		return t.t("cli.hint.newer")
	case errors.Is(err, server.ErrKey), errors.Is(err, server.ErrOtherKey):
		return t.t("cli.hint.key")
	case errors.Is(err, owner.ErrShared):
		return t.t("cli.hint.shared", "user", "root", "close", "chown root …; chmod go-w …", "give", "chown -R …")
	case network && errors.Is(err, fs.ErrPermission):
		return t.t("cli.hint.port", "setting", "AmbientCapabilities=CAP_NET_BIND_SERVICE")
	case errors.Is(err, fs.ErrPermission):
		return t.whose(err)
	}
	return t.disk(err)
}

// whose is the hint for a file that this program may not open: whose it is, and who runs.
func (t *terminal) whose(err error) string {
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return ""
	}
	name, of := owner.Of(path.Path)
	me := owner.User(os.Geteuid())
	info, missing := os.Lstat(of)
	switch {
	case name == "":
		return ""
	case missing == nil && info.Mode().Type() == fs.ModeSymlink: // chown would give away what it leads to
		return t.t("cli.hint.link", "file", of, "user", me)
	case name == me:
		return t.t("cli.hint.mode", "file", of, "user", me)
	case name == "root" && elsewhere(of, me):
		return t.t("cli.hint.root", "file", of, "owner", name, "user", me, "page", "docs/running.md")
	}
	return t.t("cli.hint.owner", "file", of, "owner", name, "user", me, "command", try(name, me, of))
}

// elsewhere reports whether a file is a folder that doesn't stand in one of user me: it
// may be /etc, which nobody is to be told to give away.
func elsewhere(file, me string) bool {
	info, err := os.Lstat(file)
	keeper, _ := owner.Of(filepath.Dir(file))
	return err == nil && info.IsDir() && keeper != me
}

// try is a command that helps user me where of is the file of the user name, in a folder
// of me if that is root.
func try(name, me, of string) string {
	if name == "root" { // who made it by mistake, for a service that is nobody else
		return "chown -h " + me + " " + of // -h: it may be a link by then
	}
	return "sudo -u " + name + " keyturn …"
}

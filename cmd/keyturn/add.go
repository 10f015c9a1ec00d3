package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"keyturn/cmd/internal/command"
	"keyturn/internal/account"
	"keyturn/internal/mail"
)

// accountAdd is "keyturn account add". The password is asked or read: in a flag
// everyone on the machine could see it.
type accountAdd struct {
	Name       string             `arg:"" help:"Sign-in name." placeholder:"NAME"`
	Email      string             `help:"E-mail address for notices." placeholder:"ADDRESS"`
	PasswordFd command.Descriptor `help:"Read the password from this open file descriptor." default:"-1" placeholder:"N"`
}

// Examples begin the help.
func (accountAdd) Examples() string {
	return `  keyturn account add mei.chen --email mei@example.com
  pwgen 16 1 | keyturn account add mei.chen
  keyturn account add mei.chen --password-fd 3 3<password`
}

// Run adds the account and prints its id.
func (c accountAdd) Run(ctx context.Context, t *terminal, from *source) (err error) {
	s, err := from.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := s.Accounts.Named(ctx, c.Name); err == nil { // before anybody makes up a password
		return account.ErrExists
	}
	password, err := readPassword(t, c.PasswordFd)
	if err != nil {
		return err
	}
	a, err := s.Accounts.Add(ctx, c.Name, password, c.Email)
	if err != nil {
		return err
	}
	row, err := accountRowOf(ctx, s, a)
	if err != nil {
		return err
	}
	t.say(t.t("cli.account.added", "account", a.Name))
	t.sayWide(c.Email)
	return t.print(row, a.ID)
}

// sayWide says of an address that not every mail server takes it.
func (t *terminal) sayWide(email string) {
	if mail.NeedsUTF8(email) {
		t.say(t.t("cli.account.wide", "extension", "SMTPUTF8"))
	}
}

// readPassword asks twice on a terminal, and else reads one line: of the descriptor, if
// it isn't negative, or of standard input.
func readPassword(t *terminal, fd command.Descriptor) (string, error) {
	if fd >= 0 {
		return t.await(func() (string, error) { return firstLine(bufio.NewReader(os.NewFile(uintptr(fd), "password"))) })
	}
	if !t.isTerminal() {
		return t.await(func() (string, error) { return firstLine(t.lines) })
	}
	password, err := t.askHidden(t.t("cli.password") + " ")
	if err != nil {
		return "", err
	}
	again, err := t.askHidden(t.t("cli.password.again") + " ")
	if err == nil && again != password {
		err = fmt.Errorf("%w: %s", errRefused, t.t("cli.password.differ"))
	}
	return password, err
}

// firstLine reads a line without its end.
func firstLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("%w: no password to read", errInput)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

package main

import (
	"context"

	"keyturn/cmd/internal/command"
	"keyturn/internal/server"
)

// accountPassword is "keyturn account password".
type accountPassword struct {
	who
	PasswordFd command.Descriptor `help:"Read the password from this open file descriptor." default:"-1" placeholder:"N"`
}

// Examples begin the help.
func (accountPassword) Examples() string {
	return `  keyturn account password mei.chen
  pwgen 16 1 | keyturn account password mei.chen`
}

// Run gives an account another password. Its phone is asked all the same: a password
// alone opens nothing.
func (c accountPassword) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, true, "", "cli.account.password", func(s *server.Services, id string) error {
		password, err := readPassword(t, c.PasswordFd) // nobody makes one up for an account that isn't there
		if err != nil {
			return err
		}
		return s.Accounts.SetPassword(ctx, id, password)
	})
}

package main

import (
	"context"
	"fmt"

	"keyturn/internal/server"
)

// accountEdit is "keyturn account edit".
type accountEdit struct {
	who
	Email *string `help:"E-mail address for notices; empty: none." placeholder:"ADDRESS"`
}

// Examples begin the help.
func (accountEdit) Examples() string {
	return `  keyturn account edit mei.chen --email mei@example.org
  keyturn account edit mei.chen --email ""`
}

// Run changes what is given. The address before is told, or whoever takes an account over
// would only have to redirect its letters.
func (c accountEdit) Run(ctx context.Context, t *terminal, from *source) error {
	if c.Email == nil {
		return fmt.Errorf("%w: nothing to change; give --email", errUsage)
	}
	err := c.change(ctx, t, from, true, "", "cli.account.email",
		func(s *server.Services, id string) error { return s.Accounts.SetEmail(ctx, id, *c.Email) })
	if err == nil {
		t.sayWide(*c.Email)
	}
	return err
}

// accountRename is "keyturn account rename".
type accountRename struct {
	who
	Name string `arg:"" help:"The new sign-in name." placeholder:"NAME"`
}

// Examples begin the help.
func (accountRename) Examples() string { return "  keyturn account rename mei.chen mei.lin" }

// Run gives an account another name.
func (c accountRename) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, true, "", "cli.account.renamed",
		func(s *server.Services, id string) error { return s.Accounts.Rename(ctx, id, c.Name) })
}

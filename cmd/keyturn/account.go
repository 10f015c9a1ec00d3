package main

import (
	"context"
	"errors"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/server"
)

// who names an account in a command.
type who struct {
	Account string `arg:"" help:"Name or id of the account." placeholder:"ACCOUNT"`
}

// find returns the account that is meant.
func (w who) find(ctx context.Context, s *server.Services) (account.Account, error) {
	if id, err := keyturn.ParseID(keyturn.AccountID, w.Account); err == nil {
		return s.Accounts.Account(ctx, id)
	}
	return s.Accounts.Named(ctx, w.Account)
}

// accountList is "keyturn account list".
type accountList struct{}

// Run prints all accounts by name, as they are read: there may be tens of thousands.
func (accountList) Run(ctx context.Context, t *terminal, from *source) (err error) {
	s, err := from.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	out := t.list()
	err = s.Accounts.Each(ctx, func(page []account.Listed) error {
		var lines []string
		for _, a := range page {
			if !t.json {
				lines = append(lines, cells(a.Name, string(a.State), t.t("cli.account.phones", "count", a.Phones), a.ID))
				continue
			}
			row, err := accountRowOf(ctx, s, a.Account)
			if err == nil {
				err = out.value(row)
			}
			if err != nil {
				return err
			}
		}
		return out.rows(lines)
	})
	if err == nil && out.none && !t.json {
		t.say(t.t("cli.account.none"))
	}
	return out.end(err)
}

// accountShow is "keyturn account show".
type accountShow struct{ who }

// Run prints one account with its phones.
func (c accountShow) Run(ctx context.Context, t *terminal, from *source) (err error) {
	s, err := from.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	a, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	row, err := accountRowOf(ctx, s, a)
	if err != nil {
		return err
	}
	return t.print(row, t.account(row)...)
}

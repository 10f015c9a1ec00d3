package main

import (
	"context"
	"errors"

	"keyturn/internal/account"
	"keyturn/internal/server"
)

// change does something to one account and says so. what is the sentence that asks
// before; "" for what destroys nothing.
func (c who) change(ctx context.Context, t *terminal, from *source, yes bool, what, done string,
	do func(s *server.Services, id string) error) (err error) {
	s, err := from.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	a, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if what != "" {
		if err := t.confirm(yes, t.t(what, "account", a.Name), a.Name); err != nil {
			return err
		}
	}
	if err := do(s, a.ID); err != nil {
		return err
	}
	t.say(t.t(done, "account", a.Name))
	if !t.json {
		return nil
	}
	return t.after(ctx, s, a)
}

// after prints what became of an account, for scripts.
func (t *terminal) after(ctx context.Context, s *server.Services, a account.Account) error {
	now, err := s.Accounts.Account(ctx, a.ID)
	if errors.Is(err, account.ErrUnknown) {
		return t.print(map[string]string{"id": a.ID, "name": a.Name, "state": "removed"})
	}
	if err != nil {
		return err
	}
	row, err := accountRowOf(ctx, s, now)
	if err != nil {
		return err
	}
	return t.print(row)
}

// accountReset is "keyturn account reset".
type accountReset struct {
	who
	Yes bool `short:"y" help:"Don't ask."`
}

// Run ends all phones of an account.
func (c accountReset) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, c.Yes, "cli.account.reset.ask", "cli.account.reset",
		func(s *server.Services, id string) error { return s.Accounts.Reset(ctx, id) })
}

// accountRemove is "keyturn account remove".
type accountRemove struct {
	who
	Yes bool `short:"y" help:"Don't ask."`
}

// Run removes an account.
func (c accountRemove) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, c.Yes, "cli.account.remove.ask", "cli.account.removed",
		func(s *server.Services, id string) error { return s.Accounts.Remove(ctx, id) })
}

// accountDisable is "keyturn account disable".
type accountDisable struct{ who }

// Run keeps an account from signing in. Nothing is lost: it asks nothing.
func (c accountDisable) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, true, "", "cli.account.disabled",
		func(s *server.Services, id string) error { return s.Accounts.Disable(ctx, id) })
}

// accountEnable is "keyturn account enable".
type accountEnable struct{ who }

// Run lets an account sign in again.
func (c accountEnable) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, true, "", "cli.account.enabled",
		func(s *server.Services, id string) error { return s.Accounts.Enable(ctx, id) })
}

// accountUnlock is "keyturn account unlock".
type accountUnlock struct{ who }

// Run lets an account's phones answer again.
func (c accountUnlock) Run(ctx context.Context, t *terminal, from *source) error {
	return c.change(ctx, t, from, true, "", "cli.account.unlocked",
		func(s *server.Services, id string) error { return s.Accounts.Unlock(ctx, id) })
}

package main

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/phone"
)

// change is "keyturn-phone pin".
type change struct {
	Earlier bool `help:"Give an account that was paused while the PIN was changed the present PIN. Asks for the earlier one and the present one."`
}

// Run changes the PIN of all accounts, or of none. With --pin-fd the first line is the
// current PIN and the second the new one.
func (c *change) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	if len(p.Accounts()) == 0 {
		return errNothing
	}
	if c.Earlier {
		return c.catchUp(ctx, t, p)
	}
	info, err := p.Server(ctx)
	if err != nil {
		return err
	}
	current, err := t.pin(t.words.T("cli.phone.pin.current"))
	if err != nil {
		return err
	}
	next, err := t.nextPIN(p, info.PIN)
	if err != nil {
		return err
	}
	if err := p.ChangePIN(ctx, current, next); err != nil {
		return err
	}
	return t.print(map[string]string{"state": "changed"}, t.words.T("cli.phone.pin.changed"))
}

func (c *change) catchUp(ctx context.Context, t *terminal, p *phone.Phone) error {
	earlier, err := t.pin(t.words.T("cli.phone.pin.earlier"))
	if err != nil {
		return err
	}
	present, err := t.pin(t.words.T("cli.phone.pin.current"))
	if err != nil {
		return err
	}
	if err := p.CatchUp(ctx, earlier, present); err != nil {
		return err
	}
	return t.print(map[string]string{"state": "changed"}, t.words.T("cli.phone.pin.changed"))
}

// nextPIN asks for the new PIN, twice. No account's name may be in it.
func (t *terminal) nextPIN(p *phone.Phone, rules keyturn.PINRules) (string, error) {
	pin, err := t.pin(t.words.T("cli.phone.pin.next", "min", rules.Min, "max", rules.Max))
	if err != nil {
		return "", err
	}
	for _, a := range p.Accounts() {
		if err := keyturn.CheckPIN(pin, rules.Min, rules.Max, a.Name); err != nil {
			return "", err
		}
	}
	return t.again(pin)
}

// again asks for a new PIN once more, unless a script gave it.
func (t *terminal) again(pin string) (string, error) {
	if t.pinFd >= 0 {
		return pin, nil
	}
	again, err := t.pin(t.words.T("cli.phone.pin.again"))
	if err == nil && again != pin {
		err = fmt.Errorf("%w: %s", errRefused, t.words.T("unlock.differ"))
	}
	return pin, err
}

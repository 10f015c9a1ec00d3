package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"keyturn"
	"keyturn/phone"
)

// scan is "keyturn-phone scan LINK".
type scan struct {
	Link string `arg:"" help:"What the QR code of the sign-in page holds. Only one that you have read off a page you opened yourself."`
}

// Run shows whose sign-in it is, asks for the PIN, and approves.
func (c *scan) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	r, err := p.Scan(ctx, c.Link)
	if err != nil {
		return err
	}
	if !t.json {
		if err := t.show(r); err != nil {
			return err
		}
	}
	_ = p.Seen(ctx, r, "scanned") // a hint: the answer is what counts
	pin, err := t.pin(t.words.T("cli.phone.pin.old"))
	if err != nil {
		return err
	}
	return t.answer(ctx, p, r, keyturn.Approve, "", pin)
}

// respond is "keyturn-phone respond CHALLENGE".
type respond struct {
	Challenge []string `arg:"" help:"The eight digits of the sign-in page. Spaces are fine."`
	Account   string   `help:"Name of the account, or id of the device; not needed if there is one." placeholder:"NAME"`
}

// Run asks for the PIN and prints the response. Whether the PIN is right nobody
// here knows.
func (c *respond) Run(t *terminal, file phone.File) error {
	challenge := strings.NewReplacer(" ", "", "-", "").Replace(strings.Join(c.Challenge, ""))
	if err := keyturn.CheckChallengeCode(challenge); err != nil {
		return err
	}
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	a, err := c.account(p)
	if err != nil {
		return err
	}
	pin, err := t.pin(t.words.T("cli.phone.pin.old"))
	if err != nil {
		return err
	}
	response, err := p.Respond(a.Device, challenge, pin)
	if err != nil {
		return err
	}
	t.say("respond.never")
	return t.print(map[string]string{"account": a.Name, "response": response}, response[:4]+" "+response[4:])
}

// account finds the named one, or the only one; it never guesses between two.
func (c *respond) account(p *phone.Phone) (phone.Account, error) {
	used := slices.DeleteFunc(p.Accounts(), func(a phone.Account) bool { return a.Ended != "" })
	if c.Account == "" && len(used) == 1 {
		return used[0], nil
	}
	if c.Account == "" && len(used) > 1 {
		return phone.Account{}, fmt.Errorf("%w: %d accounts are on this phone, name one with --account", errUsage, len(used))
	}
	i := slices.IndexFunc(used, func(a phone.Account) bool { return a.Name == c.Account || a.Device == c.Account })
	if i < 0 {
		return phone.Account{}, errNothing
	}
	return used[i], nil
}

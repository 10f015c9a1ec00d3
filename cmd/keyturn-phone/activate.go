package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"keyturn"
	"keyturn/phone"
)

// activate is "keyturn-phone activate".
type activate struct {
	Code   string `arg:"" optional:"" help:"Activation code, or the link of the QR code; - reads it from standard input. None: go on with a set-up that was interrupted."`
	Server string `help:"Address of the server, such as https://auth.example.com. Not needed with a link." placeholder:"ADDRESS"`
	Name   string `help:"Name of this phone." default:"Terminal"`
	Yes    bool   `short:"y" help:"Don't ask whether it is the right account."`
}

// Run looks at the code, asks, redeems it and waits for the portal.
func (c *activate) Run(ctx context.Context, t *terminal, file phone.File) error {
	if c.Code == "-" {
		var err error
		if c.Code, err = t.ask(""); err != nil {
			return err
		}
	}
	p, err := phone.Open(c.origin(), file)
	if err != nil {
		return errors.Join(errUsage, err)
	}
	if c.Code == "" {
		return goOn(ctx, t, p)
	}
	code, err := keyturn.ParseCode(p.Origin(), c.Code)
	if err != nil {
		return errors.Join(errUsage, err)
	}
	looked, err := p.Look(ctx, code)
	if err != nil {
		return err
	}
	if err := c.confirm(ctx, t, p, looked); err != nil {
		return err
	}
	pin, err := t.newPIN(p, looked)
	if err != nil {
		return err
	}
	set, err := p.Activate(ctx, code, c.Name, pin)
	if err != nil {
		return err
	}
	return finish(ctx, t, set)
}

// goOn waits for the end of a set-up that was interrupted after its check code was shown.
func goOn(ctx context.Context, t *terminal, p *phone.Phone) error {
	set, err := p.Unfinished()
	if err != nil {
		return fmt.Errorf("%w: no set-up was interrupted here, so a code is needed", errUsage)
	}
	return finish(ctx, t, set)
}

// finish shows the check code and waits until it was typed.
func finish(ctx context.Context, t *terminal, set *phone.Activation) error {
	check := map[string]string{"state": "checking", "check_code": set.Check, "device": set.Device}
	text := fmt.Sprintf("%s    %s %s     %s", t.words.T("cli.phone.checkcode"), set.Check[:3], set.Check[3:], t.words.T("cli.phone.check"))
	if err := t.print(check, text); err != nil {
		return err
	}
	if err := set.Wait(ctx); err != nil {
		return err
	}
	return t.print(map[string]string{"state": "active", "account": set.Account.Name, "device": set.Device},
		t.words.T("cli.phone.active", "account", set.Account.Name))
}

// origin is the server's address: the flag's, or that of a pasted link.
func (c *activate) origin() string {
	if c.Server != "" {
		return c.Server
	}
	if u, err := url.Parse(strings.TrimSpace(c.Code)); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Host
	}
	return ""
}

// confirm shows whose code it is. The scan is not the consent. First comes the address:
// nothing that its server says stands before it.
func (c *activate) confirm(ctx context.Context, t *terminal, p *phone.Phone, l keyturn.Looked) error {
	if !t.json {
		_, host, _ := strings.Cut(p.Origin(), "://")
		t.tell("%s   %s", host, t.called(ctx, p, l.Service))
		t.tell("%-10s %s", t.words.T("cli.phone.account"), l.Account.Name)
		if l.Made.Browser != "" {
			t.tell("%-10s %s   %s", t.words.T("cli.phone.computer"), l.Made.Browser, l.Made.Place)
		}
	}
	if c.Yes {
		return nil
	}
	answer, err := t.ask(t.words.T("cli.phone.ask", "account", l.Account.Name))
	if err != nil {
		return err
	}
	if !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return errRefused
	}
	return nil
}

// called is what people of the terminal's language call the organisation, as far as the
// server can be asked.
func (t *terminal) called(ctx context.Context, p *phone.Phone, service string) string {
	info, err := p.Server(ctx)
	if err != nil {
		return service
	}
	return info.In(t.words.Lang(), service)
}

// newPIN asks for the phone's first PIN, twice, or for the one that it has.
func (t *terminal) newPIN(p *phone.Phone, l keyturn.Looked) (string, error) {
	if len(p.Accounts()) > 0 {
		return t.pin(t.words.T("cli.phone.pin.old"))
	}
	pin, err := t.pin(t.words.T("cli.phone.pin.new", "min", l.PIN.Min, "max", l.PIN.Max))
	if err != nil {
		return "", err
	}
	if err := keyturn.CheckPIN(pin, l.PIN.Min, l.PIN.Max, l.Account.Name); err != nil {
		return "", err
	}
	return t.again(pin)
}

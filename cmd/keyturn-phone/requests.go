package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"keyturn"
	"keyturn/phone"
)

// accounts is "keyturn-phone accounts".
type accounts struct{}

// Run lists the accounts of the phone.
func (accounts) Run(t *terminal, file phone.File) error {
	state, err := file.Load()
	if err != nil {
		return err
	}
	if len(state.Devices) == 0 {
		t.say("cli.phone.noaccounts")
		return nil
	}
	p, err := phone.Open("", file)
	if err != nil {
		return err
	}
	for _, a := range p.Accounts() {
		row := map[string]string{"account": a.Name, "device": a.Device, "server": p.Origin(), "phone_name": a.Phone, "ended": a.Ended}
		if err := t.print(row, fmt.Sprintf("%-24s %-16s %s  %s", a.Name, a.Phone, p.Origin(), a.Ended)); err != nil {
			return err
		}
	}
	return nil
}

// pending is "keyturn-phone pending".
type pending struct{}

// Run shows what waits, once.
func (pending) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	requests, err := p.Pending(ctx)
	if err != nil {
		return err
	}
	if err := t.stands(ctx, p); err != nil {
		return err
	}
	if len(waiting(requests)) == 0 {
		t.say("cli.phone.nothing")
	}
	for _, r := range requests {
		if err := t.show(r); err != nil {
			return err
		}
	}
	return nil
}

// stands says of each account that doesn't approve everything now why that is, as the
// phone app does.
func (t *terminal) stands(ctx context.Context, p *phone.Phone) error {
	for _, a := range p.Accounts() {
		if a.Ended != "" {
			continue
		}
		d, err := p.State(ctx, a.Device)
		if err != nil {
			return err
		}
		at := time.Unix(d.Time, 0).Format(time.DateTime)
		switch {
		case d.State == "pin_locked":
			t.say("locked.title", "accounts", a.Name)
			t.say("locked.body")
		case d.State == "suspended" && d.Reason == "lost":
			t.say("gone.lost.title", "account", a.Name)
			t.say("cli.phone.lost", "to", d.To, "time", at)
		case d.State == "suspended" && d.Reason == "clone":
			t.say("gone.clone.body")
		case d.State == "suspended":
			t.say("gone.paused.title", "account", a.Name)
		case d.ProbationEndsIn > 0:
			t.say("active.first24", "time", time.Now().Add(time.Duration(d.ProbationEndsIn)*time.Second).Format(time.DateTime))
		}
	}
	return nil
}

// watch is "keyturn-phone watch".
type watch struct{}

// Run shows what waits for any account, as it comes.
func (watch) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, a := range p.Accounts() {
		wg.Go(func() {
			cancel(p.Listen(ctx, a.Device, func(requests []phone.Request) error {
				mu.Lock()
				defer mu.Unlock()
				for _, r := range requests {
					if err := t.show(r); err != nil {
						return err
					}
				}
				return nil
			}))
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// show prints a request: everything that would be signed.
func (t *terminal) show(r phone.Request) error {
	c := r.Challenge
	row := map[string]any{"request": r.ID, "device": r.Device, "account": r.Account, "state": r.State}
	if r.State == "waiting" {
		row["app"], row["action"], row["message"], row["browser"] = c.App, c.Action, c.Message, c.Browser
		row["ip"], row["place"], row["created"], row["carry"] = c.IP, c.Place, c.Created, c.Carry
	}
	shown := slices.DeleteFunc([]string{r.ID, r.State, r.Account, c.App, string(c.Action), t.message(c), c.Browser, c.IP, c.Place, r.By},
		func(s string) bool { return s == "" })
	return t.print(row, strings.Join(shown, "  "))
}

// message is that of a challenge as people read it: of a phone its name and when it was added.
func (t *terminal) message(c keyturn.Challenge) string {
	if c.Action != keyturn.MovePhone && c.Action != keyturn.RemovePhone {
		return c.Message
	}
	added, name := keyturn.ParsePhoneMessage(c.Message)
	if added.IsZero() {
		return name
	}
	return name + "  " + t.words.T("request.phone.added", "date", added.Format(time.DateTime))
}

// waiting leaves out what has ended.
func waiting(requests []phone.Request) []phone.Request {
	return slices.DeleteFunc(slices.Clone(requests), func(r phone.Request) bool { return r.State != "waiting" })
}

// which names the request that is answered.
type which struct {
	Request string `arg:"" optional:"" help:"Id of the request; not needed if one waits."`
}

// find returns the phone and the request: the named one, or the only one. It
// never guesses between two.
func (w which) find(ctx context.Context, file phone.File) (*phone.Phone, phone.Request, error) {
	p, err := phone.Open("", file)
	if err != nil {
		return nil, phone.Request{}, errors.Join(errNothing, err)
	}
	all, err := p.Pending(ctx)
	if err != nil {
		return nil, phone.Request{}, err
	}
	all = waiting(all)
	if w.Request == "" && len(all) == 1 {
		return p, all[0], nil
	}
	if w.Request == "" && len(all) > 1 {
		return nil, phone.Request{}, fmt.Errorf("%w: %d requests wait, name one", errUsage, len(all))
	}
	i := slices.IndexFunc(all, func(r phone.Request) bool { return r.ID == w.Request })
	if i < 0 {
		return nil, phone.Request{}, errNothing
	}
	return p, all[i], nil
}

// approve is "keyturn-phone approve".
type approve struct {
	which
	Number string `help:"The six digits that the browser shows." placeholder:"DIGITS"`
}

// Run asks for what is missing, number and PIN, and approves.
func (c *approve) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, r, err := c.find(ctx, file)
	if err != nil {
		return err
	}
	if !t.json {
		if err := t.show(r); err != nil {
			return err
		}
	}
	if r.Challenge.Carry == keyturn.CarryNumber && c.Number == "" {
		if c.Number, err = t.ask(t.words.T("cli.phone.number")); err != nil {
			return err
		}
	}
	number := strings.NewReplacer(" ", "", "-", "").Replace(c.Number)
	_ = p.Seen(ctx, r, "unlocking") // a hint: the answer is what counts
	pin, err := t.pin(t.words.T("cli.phone.pin.old"))
	if err != nil {
		return err
	}
	return t.answer(ctx, p, r, keyturn.Approve, number, pin)
}

// deny is "keyturn-phone deny".
type deny struct{ which }

// Run denies.
func (c *deny) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, r, err := c.find(ctx, file)
	if err != nil {
		return err
	}
	return t.answer(ctx, p, r, keyturn.Deny, "", "")
}

// report is "keyturn-phone report".
type report struct{ which }

// Run says that it wasn't the person.
func (c *report) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, r, err := c.find(ctx, file)
	if err != nil {
		return err
	}
	return t.answer(ctx, p, r, keyturn.Report, "", "")
}

func (t *terminal) answer(
	ctx context.Context, p *phone.Phone, r phone.Request, d keyturn.Decision, number, pin string,
) error {
	state, err := p.Answer(ctx, r, d, number, pin)
	if err != nil {
		return err
	}
	return t.print(map[string]string{"request": r.ID, "state": state}, t.words.T("cli.phone."+state))
}

// remove is "keyturn-phone remove".
type remove struct {
	Account string `arg:"" help:"Name of the account, or id of the device."`
}

// Run ends the device on the server and deletes its keys here.
func (c *remove) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	all := p.Accounts()
	i := slices.IndexFunc(all, func(a phone.Account) bool { return a.Name == c.Account || a.Device == c.Account })
	if i < 0 {
		return errNothing
	}
	if all[i].Ended != "" { // the server knows already
		err = p.Forget(all[i].Device)
	} else {
		var pin string
		if pin, err = t.pin(t.words.T("cli.phone.pin.old")); err == nil {
			err = p.Remove(ctx, all[i].Device, pin)
		}
	}
	if err != nil {
		return err
	}
	return t.print(map[string]string{"account": all[i].Name, "state": "removed"}, t.words.T("cli.phone.removed", "account", all[i].Name))
}

package main

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"keyturn"
	"keyturn/locale"
	"keyturn/phone"
)

// notices is "keyturn-phone notices".
type notices struct{}

// Run shows what the person was told and has not answered on this phone.
func (notices) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, err := phone.Open("", file)
	if err != nil {
		return errors.Join(errNothing, err)
	}
	all, err := p.Notices(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.say("cli.phone.notice.none")
	}
	for _, n := range all {
		row := map[string]any{"notice": n.Number, "device": n.Device, "account": n.Account, "kind": n.Kind, "time": n.Time.Unix(),
			"detail": n.Detail, "from": n.From, "place": n.Place, "reference": n.Reference, "pause": n.Pause}
		if err := t.print(row, strconv.FormatInt(n.Number, 10)+"  "+n.Account+"  "+told(t.words, n)+"  "+t.words.T("page.ref", "ref", keyturn.GroupedReference(n.Reference))); err != nil {
			return err
		}
	}
	return nil
}

// told is a notice in words.
func told(words *locale.Words, n phone.Notice) string {
	return words.T(sentence(words, n), "phone", n.Detail, "left", n.Detail, "from", n.From, "place", n.Place, "time", n.Time.Format("2006-01-02 15:04"))
}

// sentence is the key of a notice's words; of a kind that this program doesn't know they
// say that something happened. The phone app and the server have the same rule:
// web/phone/test/notices.json.
func sentence(words *locale.Words, n phone.Notice) string {
	key := "notice." + n.Kind
	switch {
	case n.Place != "" && words.Has(key+".near"):
		return key + ".near"
	case n.Detail == "" && words.Has(key+".portal"):
		return key + ".portal"
	case words.Has(key):
		return key
	}
	return "notice.other"
}

// one names a notice.
type one struct {
	Notice int64 `arg:"" optional:"" help:"Number of the notice; not needed if there is one."`
}

// find returns the phone and the notice: the named one, or the only one.
func (o one) find(ctx context.Context, file phone.File) (*phone.Phone, phone.Notice, error) {
	p, err := phone.Open("", file)
	if err != nil {
		return nil, phone.Notice{}, errors.Join(errNothing, err)
	}
	all, err := p.Notices(ctx)
	if err != nil {
		return nil, phone.Notice{}, err
	}
	if o.Notice == 0 && len(all) == 1 {
		return p, all[0], nil
	}
	if o.Notice == 0 && len(all) > 1 {
		return nil, phone.Notice{}, errors.Join(errUsage, errors.New("there are several notices, name one"))
	}
	i := slices.IndexFunc(all, func(n phone.Notice) bool { return n.Number == o.Notice })
	if i < 0 {
		return nil, phone.Notice{}, errNothing
	}
	return p, all[i], nil
}

// seen is "keyturn-phone seen".
type seen struct{ one }

// Run says that it was the person.
func (c *seen) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, n, err := c.find(ctx, file)
	if err != nil {
		return err
	}
	if err := p.Acknowledge(ctx, n); err != nil {
		return err
	}
	return t.print(map[string]any{"notice": n.Number, "state": "seen"}, t.words.T("cli.phone.notice.seen"))
}

// alarm is "keyturn-phone alarm".
type alarm struct {
	one
	Pause bool `help:"Also pause the new phone, or end the recovery codes, that the notice is about. Asks for the PIN."`
}

// Run says that it wasn't the person.
func (c *alarm) Run(ctx context.Context, t *terminal, file phone.File) error {
	p, n, err := c.find(ctx, file)
	if err != nil {
		return err
	}
	pin := ""
	if c.Pause {
		if pin, err = t.pin(t.words.T("cli.phone.pin.old")); err != nil {
			return err
		}
	}
	if err := p.Alarm(ctx, n, pin); err != nil {
		return err
	}
	return t.print(map[string]any{"notice": n.Number, "state": "alarm"}, t.words.T("cli.phone.notice.alarm"))
}

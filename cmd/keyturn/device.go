package main

import (
	"context"
	"errors"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/device"
	"keyturn/internal/server"
)

// deviceList is "keyturn device list".
type deviceList struct {
	Account string `arg:"" optional:"" help:"Name or id of the account; none: all." placeholder:"ACCOUNT"`
}

// Run prints devices, those of an account together.
func (c deviceList) Run(ctx context.Context, t *terminal, from *source) (err error) {
	s, err := from.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	out := t.list()
	if c.Account == "" {
		err = s.Accounts.Each(ctx, func(page []account.Listed) error { return out.devices(ctx, s, page...) })
	} else if a, lost := who(c).find(ctx, s); lost != nil {
		return lost
	} else {
		err = out.devices(ctx, s, account.Listed{Account: a})
	}
	if err == nil && out.none && !t.json {
		t.say(t.t("cli.device.none"))
	}
	return out.end(err)
}

// devices writes those of some accounts.
func (l *listing) devices(ctx context.Context, s *server.Services, of ...account.Listed) error {
	var lines []string
	for _, a := range of {
		devices, err := s.Devices.Devices(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, d := range devices {
			row := deviceRowOf(d)
			if err := l.value(row); err != nil {
				return err
			}
			lines = append(lines, cells(row.ID, row.Account, row.Phone, row.State, row.Unlock, l.t.used(row.Used)))
		}
	}
	return l.rows(lines)
}

// deviceRemove is "keyturn device remove".
type deviceRemove struct {
	Device string `arg:"" help:"Id of the device, from \"keyturn device list\"." placeholder:"DEVICE"`
	Yes    bool   `short:"y" help:"Don't ask."`
}

// Run removes a device; its phone is told at its next call.
func (c deviceRemove) Run(ctx context.Context, t *terminal, from *source) error {
	return oneDevice(ctx, t, from, c.Device, outcome{"cli.device.removed", resets}, func(s *server.Services, d device.Device) error {
		if err := t.confirm(c.Yes, t.t("cli.device.remove.ask", "phone", cells(d.Name), "account", d.AccountName), d.AccountName); err != nil {
			return err
		}
		return s.Devices.Remove(ctx, d.ID, device.ReasonOperator)
	})
}

// deviceSuspend is "keyturn device suspend".
type deviceSuspend struct {
	Device string `arg:"" help:"Id of the device, from \"keyturn device list\"." placeholder:"DEVICE"`
}

// Run pauses a device.
func (c deviceSuspend) Run(ctx context.Context, t *terminal, from *source) error {
	return oneDevice(ctx, t, from, c.Device, outcome{"cli.device.suspended", resumes}, func(s *server.Services, d device.Device) error {
		return s.Devices.Pause(ctx, d.ID)
	})
}

// deviceResume is "keyturn device resume".
type deviceResume struct {
	Device string `arg:"" help:"Id of the device, from \"keyturn device list\"." placeholder:"DEVICE"`
}

// Run lets a paused device answer again, one that was named as lost too.
func (c deviceResume) Run(ctx context.Context, t *terminal, from *source) error {
	return oneDevice(ctx, t, from, c.Device, outcome{"cli.device.resumed", suspends}, func(s *server.Services, d device.Device) error {
		return s.Devices.Resume(ctx, d.ID)
	})
}

// An outcome is the sentence of what is so now, and the command that leads on from there.
type outcome struct {
	sentence string
	command  func(device.Device) string
}

func resumes(d device.Device) string  { return "keyturn device resume " + d.ID }
func suspends(d device.Device) string { return "keyturn device suspend " + d.ID }
func resets(d device.Device) string   { return "keyturn account reset " + d.Account }

// oneDevice does something to one device and says so.
func oneDevice(
	ctx context.Context, t *terminal, from *source, name string, done outcome,
	do func(*server.Services, device.Device) error,
) (err error) {
	id, err := keyturn.ParseID(keyturn.DeviceID, name)
	if err != nil {
		return device.ErrUnknown
	}
	s, err := from.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	d, err := s.Store.Device(ctx, id)
	if err != nil {
		return err
	}
	if err := do(s, d); err != nil {
		return err
	}
	t.say(t.t(done.sentence, "phone", cells(d.Name), "account", d.AccountName, "command", done.command(d)))
	if !t.json {
		return nil
	}
	if d, err = s.Store.Device(ctx, id); err != nil {
		return err
	}
	return t.print(deviceRowOf(d))
}

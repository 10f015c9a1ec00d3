package store

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var deviceSQL struct {
	ByID, OfAccount, OnPhone, Phone, PhoneOf, Answerable                query
	LockAccount, LockPhone, LockPhoneOf                                 query
	AddPhone, AddKey, Add, SetKeys, SetCredential, Signed, Count, Start query
	Suspend, Remove, RemoveAll, Fail, Rename, Approved                  query
	Resume, CanBeLost, Has, Lose, Keep, KeepAll, Leave                  query
	Lock, TakePIN, Tried, RightPIN, WrongPIN, PINBack                   query
}

func init() { load(&deviceSQL, "device.sql") }

var _ device.Store = (*DB)(nil)

func deviceFields(d *device.Device) []any {
	return []any{&d.ID, &d.Account, &d.Phone, &d.Name, &d.Platform, &d.Unlock, &d.State, &d.Reason, &d.MovedTo, &d.Key,
		&d.Kp, &d.Kk, &d.Epoch, &d.Counter, &d.WrongPINs, &d.Probation, &d.Added, &d.Used, &d.Ended, &d.Leaves,
		&d.AccountName, &d.AccountActive, &d.Stopped, &d.Responses, &d.Push, &d.PushSwitchedOff, &d.Pushed}
}

// Device implements [device.Store].
func (d *DB) Device(ctx context.Context, id string) (device.Device, error) {
	dev, err := one(d.read(ctx), deviceFields, deviceSQL.ByID, id)
	return dev, none(err, device.ErrUnknown)
}

// Devices implements [device.Store].
func (d *DB) Devices(ctx context.Context, account string) ([]device.Device, error) {
	return list(d.read(ctx), deviceFields, deviceSQL.OfAccount, account)
}

// Phone implements [device.Store].
func (d *DB) Phone(ctx context.Context, id string) (device.Phone, error) {
	var c device.Credential
	p, err := one(d.read(ctx), func(p *device.Phone) []any {
		return []any{&p.ID, &p.WrongPINs, &c.ID, &c.Key, &c.SignCount, &c.Backup, &c.BackedUp}
	}, deviceSQL.Phone, id)
	if len(c.ID) > 0 {
		p.Credential = &c
	}
	return p, none(err, device.ErrUnknown)
}

// Suspend implements [device.Store].
func (d *DB) Suspend(ctx context.Context, id, reason string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.run(deviceSQL.LockAccount, id); err != nil {
			return err
		}
		if err := tx.step(ev, errLost, deviceSQL.Suspend, reason, ev.At, id); err != nil {
			return tx.whyNot(err, id, ev.At)
		}
		return tx.run(deviceSQL.Keep, id, ev.At)
	})
}

// Resume implements [device.Store].
func (d *DB) Resume(ctx context.Context, id string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		dev, err := one(tx, deviceFields, deviceSQL.ByID, id)
		if err != nil {
			return none(err, device.ErrUnknown)
		}
		if err := tx.lockAccount(dev.Account); err != nil {
			return err
		}
		if dev.State == device.Suspended && dev.Reason == device.ReasonClone {
			return device.ErrClone
		}
		phones, err := one(tx, value[int], deviceSQL.Count, dev.Account, id)
		if err != nil {
			return err
		}
		if phones >= d.Limits.Phones { // it made room for another one
			return device.ErrPhones
		}
		return tx.whyNot(tx.step(ev, errLost, deviceSQL.Resume, id, ev.At), id, ev.At)
	})
}

// Remove implements [device.Store].
func (d *DB) Remove(ctx context.Context, id, reason string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		dev, err := one(tx, deviceFields, deviceSQL.ByID, id)
		if err != nil {
			return none(err, device.ErrUnknown)
		}
		if err := tx.lockAccount(dev.Account); err != nil {
			return err
		}
		return tx.whyNot(tx.removeDevice(dev.Account, id, reason, "", ev), id, ev.At)
	})
}

// RemoveApproved implements [device.Store].
func (d *DB) RemoveApproved(
	ctx context.Context, request, session string, oldest time.Time, ev audit.Event,
) (device.Device, error) {
	var dev device.Device
	err := d.write(ctx, func(tx *Tx) error {
		r, err := one(tx, requestFields, requestSQL.ByID, request)
		if err != nil {
			return none(err, device.ErrUnknown)
		}
		if err := tx.lockAccount(r.Account); err != nil {
			return err
		}
		if _, err := tx.mayChangePhones(r.Account, ev.At, device.ErrUnknown); err != nil {
			return err
		}
		if err := tx.useApproval(r.ID, session, keyturn.RemovePhone, oldest, ev.At, device.ErrUnknown); err != nil {
			return err
		}
		err = tx.removeDevice(r.Account, r.Target, device.ReasonRemoved, "", ev)
		if errors.Is(err, errLost) {
			return device.ErrUnknown // it has ended meanwhile
		}
		if err != nil {
			return err
		}
		dev, err = one(tx, deviceFields, deviceSQL.ByID, r.Target)
		return err
	})
	return dev, err
}

// Rename implements [device.Store].
func (d *DB) Rename(ctx context.Context, account, id, name string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.run(deviceSQL.LockAccount, id); err != nil {
			return err
		}
		old, err := tx.phoneName(id)
		if err != nil {
			return err
		}
		told := ev.With("from", old).With("phone", name)
		if old == name {
			told = audit.Event{} // nothing has changed
		}
		return tx.step(told, device.ErrUnknown, deviceSQL.Rename, name, id, account, ev.At)
	})
}

// errLost says that a device wasn't in the state that a step leaves from.
var errLost = errors.New("store: device was in another state")

// removeDevice ends a device of an account. With the last phone the account's
// known browsers are forgotten.
func (tx *Tx) removeDevice(account, id, reason, to string, ev audit.Event) error {
	gone, err := list(tx, changedFields, deviceSQL.Remove, reason, to, ev.At, id)
	if err != nil {
		return err
	}
	if len(gone) == 0 || gone[0].account != account {
		return errLost
	}
	if err := tx.tellDevice(ev, gone[0]); err != nil {
		return err
	}
	if err := tx.run(pushSQL.Unsubscribe, id); err != nil {
		return err
	}
	if err := tx.run(deviceSQL.Keep, id, ev.At); err != nil {
		return err
	}
	left, err := one(tx, value[int], deviceSQL.Has, account, ev.At)
	if err != nil || left > 0 {
		return err
	}
	return tx.run(sessionSQL.ForgetAll, account)
}

// loseDevice pauses the phone that was named as lost, until the new one's probation
// ends. That it has gone meanwhile is all the same.
func (tx *Tx) loseDevice(account, id, to, successor string, leaves time.Time, ev audit.Event) error {
	lost, err := list(tx, changedFields, deviceSQL.Lose, ev.At, to, successor, leaves, id, account)
	if err != nil {
		return err
	}
	for _, c := range lost {
		if err := tx.tellDevice(ev.As(audit.DeviceSuspended).With("reason", device.ReasonLost), c); err != nil {
			return err
		}
		// It was new itself: what it took the place of stays.
		if err := tx.run(deviceSQL.Keep, c.id, ev.At); err != nil {
			return err
		}
	}
	return nil
}

// leaveLost writes down which lost phones have gone by now.
func (tx *Tx) leaveLost(account string, at time.Time) error {
	gone, err := list(tx, changedFields, deviceSQL.Leave, account, at)
	if err != nil {
		return err
	}
	ev := audit.Event{Kind: audit.DeviceRemoved, At: at, Actor: audit.Nobody, Detail: map[string]string{"reason": device.ReasonLost}}
	for _, c := range gone {
		if err := tx.tellDevice(ev, c); err != nil {
			return err
		}
	}
	return nil
}

// removeDevices ends all devices of an account.
func (tx *Tx) removeDevices(account string, ev audit.Event) error {
	gone, err := list(tx, changedFields, deviceSQL.RemoveAll, device.ReasonOperator, ev.At, account)
	if err != nil {
		return err
	}
	for _, c := range gone {
		if err := tx.tellDevice(ev.As(audit.DeviceRemoved).With("reason", device.ReasonOperator), c); err != nil {
			return err
		}
	}
	return tx.run(pushSQL.UnsubscribeAll, account)
}

func (tx *Tx) tellDevice(ev audit.Event, c changed) error {
	ev.Device, ev.Account = c.id, c.account
	return tx.tell(ev)
}

// whyNot turns errLost into what is true of the device.
func (tx *Tx) whyNot(err error, id string, at time.Time) error {
	if !errors.Is(err, errLost) {
		return err
	}
	d, err := one(tx, deviceFields, deviceSQL.ByID, id)
	if err != nil {
		return none(err, device.ErrUnknown)
	}
	return stateError(d.At(at))
}

// stateError says why a device can't act; nil if it can.
func stateError(d device.Device) error {
	switch d.State {
	case device.New:
		return device.ErrNew
	case device.Suspended:
		return device.ErrSuspended
	case device.PINLocked:
		return device.ErrLocked
	case device.Removed:
		return &device.Gone{Reason: d.Reason, To: d.MovedTo, At: d.Ended}
	}
	return nil
}

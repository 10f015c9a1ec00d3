package store

import (
	"context"
	"strconv"

	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var pinSQL struct{ Begin, ByDevice, Finish, Drop, Share query }

func init() { load(&pinSQL, "pin.sql") }

var _ device.Changes = (*DB)(nil)

func changeFields(c *device.Change) []any {
	return []any{&c.Device, &c.Epoch, &c.AgreeKey, &c.Private, &c.ServerKey, &c.Nonce, &c.Expires}
}

// OnPhone implements [device.Changes].
func (d *DB) OnPhone(ctx context.Context, phone string) ([]device.Device, error) {
	return list(d.read(ctx), deviceFields, deviceSQL.OnPhone, phone)
}

// Change implements [device.Changes].
func (d *DB) Change(ctx context.Context, id string) (device.Change, error) {
	c, err := one(d.read(ctx), changeFields, pinSQL.ByDevice, id)
	return c, none(err, device.ErrChangeGone)
}

// BeginChange implements [device.Changes]. That the older one is over stays true
// although no newer one begins.
func (d *DB) BeginChange(ctx context.Context, phone string, c device.Change, ev audit.Event) error {
	var verdict error
	err := d.write(ctx, func(tx *Tx) error {
		verdict = nil
		if err := tx.run(deviceSQL.LockPhone, phone); err != nil {
			return err
		}
		if err := tx.run(pinSQL.Drop, c.Device); err != nil {
			return err
		}
		n, err := tx.Exec(pinSQL.Begin, c.Epoch, c.AgreeKey, c.Private, c.ServerKey, c.Nonce, c.Expires, c.Device)
		if err != nil {
			return err
		}
		if n == 0 {
			verdict = device.ErrChangeGone
			return nil
		}
		return tx.tell(ev)
	})
	if err == nil {
		err = verdict
	}
	return err
}

// FinishChange implements [device.Changes].
func (d *DB) FinishChange(ctx context.Context, all []device.Changed, v device.Verdict, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.run(deviceSQL.LockPhone, v.Phone); err != nil {
			return err
		}
		for _, c := range all {
			if err := tx.finishChange(c, v.Phone, ev); err != nil {
				return err
			}
		}
		sharing, err := one(tx, value[int], pinSQL.Share, v.Phone)
		if err != nil {
			return err
		}
		if sharing != len(all) {
			return device.ErrChangeGone
		}
		_, err = d.verdict(tx, v, ev)
		return err
	})
}

// finishChange gives one device its new key, and tells its account.
func (tx *Tx) finishChange(c device.Changed, phone string, ev audit.Event) error {
	done, err := list(tx, changedFields, pinSQL.Finish, c.Kk, c.Epoch, c.Device, phone, c.Nonce, ev.At)
	if err != nil {
		return err
	}
	if len(done) == 0 {
		return device.ErrChangeGone
	}
	if err := tx.run(pinSQL.Drop, c.Device); err != nil {
		return err
	}
	return tx.tellDevice(ev.With("epoch", strconv.FormatInt(c.Epoch, 10)), done[0])
}

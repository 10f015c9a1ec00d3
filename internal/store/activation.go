package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var activationSQL struct {
	Insert, ByID, Newest, ByCode, Replace, Look                  query
	Redeem, Finish, Try, Wrong, Activate                         query
	Fail, Cancel, Expire, KeyUsed, CancelOthers, CancelOfSession query
}

func init() { load(&activationSQL, "activation.sql") }

var _ activation.Store = (*DB)(nil)

func activationFields(a *activation.Activation) []any {
	return []any{&a.ID, &a.Account, &a.Session, &a.Purpose, &a.Approval, &a.Old, &a.State, &a.Cause, &a.Made, &a.Expires,
		&a.Extended, &a.Looked, &a.Browser, &a.IP, &a.Place, &a.CodeHash, &a.Code, &a.Device, &a.PhoneName, &a.Platform,
		&a.Unlock, &a.DeviceKey, &a.AgreeKey, &a.Commit, &a.Text, &a.Via, &a.Private, &a.ServerKey, &a.Nonce, &a.Redeemed,
		&a.PhoneNonce, &a.Check, &a.Tries, &a.Wrong, &a.Finished, &a.Ended}
}

// BeginActivation implements [activation.Store].
func (d *DB) BeginActivation(ctx context.Context, b activation.Begun, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockActive(b.Account, activation.ErrPurpose); err != nil {
			return err
		}
		if err := tx.leaveLost(b.Account, ev.At); err != nil {
			return err
		}
		if err := tx.mayBegin(b, ev.At); err != nil {
			return err
		}
		if err := tx.replaceActivations(b.Account, ev); err != nil {
			return err
		}
		return tx.step(ev, nil, activationSQL.Insert, b.ID, b.Account, b.Session, b.Purpose, b.Approval, b.Old,
			b.Made, b.Expires, b.Browser, b.IP, b.Place, b.CodeHash, b.Code)
	})
}

// mayBegin checks what the purpose demands, spec §6.1.
func (tx *Tx) mayBegin(b activation.Begun, at time.Time) error {
	first, err := tx.mayChangePhones(b.Account, at, activation.ErrPurpose)
	if err != nil {
		return err
	}
	action := keyturn.AddPhone
	switch b.Purpose {
	case activation.First:
		ended, err := one(tx, value[int], sessionSQL.HasEnded, b.Session)
		if err == nil && (!first || ended > 0) {
			err = activation.ErrPurpose
		}
		return err
	case activation.Add:
	case activation.Move:
		action = keyturn.MovePhone
	case activation.Recover:
		return tx.mayRecover(b.Activation, at)
	default:
		return activation.ErrPurpose
	}
	target, err := one(tx, value[string], requestSQL.Approval, b.Approval, b.Account, b.Session, action, b.Oldest, at)
	if err != nil {
		return none(err, activation.ErrApproval)
	}
	if target != b.Old {
		return activation.ErrApproval // another phone than the one that was approved
	}
	return nil
}

// mayRecover checks that a recovery code opened the session, that it has set up no
// phone yet, and that the phone which is gone is named if there is one.
func (tx *Tx) mayRecover(a activation.Activation, at time.Time) error {
	opened, err := one(tx, value[int], sessionSQL.Recovers, a.Session, a.Account, a.ID, at)
	if err != nil {
		return err
	}
	if opened == 0 {
		return activation.ErrPurpose
	}
	q, args := deviceSQL.CanBeLost, []any{a.Old, a.Account, at}
	if a.Old == "" {
		q, args = deviceSQL.Has, []any{a.Account, at}
	}
	phones, err := one(tx, value[int], q, args...)
	if err == nil && (phones > 0) != (a.Old != "") {
		err = activation.ErrLost
	}
	return err
}

// Activation implements [activation.Store].
func (d *DB) Activation(ctx context.Context, id string) (activation.Activation, error) {
	a, err := one(d.read(ctx), activationFields, activationSQL.ByID, id)
	return a, none(err, activation.ErrUnknown)
}

// ActivationOf implements [activation.Store].
func (d *DB) ActivationOf(ctx context.Context, session string) (activation.Activation, error) {
	a, err := one(d.read(ctx), activationFields, activationSQL.Newest, session)
	return a, none(err, activation.ErrUnknown)
}

// ActivationWith implements [activation.Store].
func (d *DB) ActivationWith(ctx context.Context, code keyturn.Bytes) (activation.Activation, error) {
	a, err := one(d.read(ctx), activationFields, activationSQL.ByCode, code)
	return a, none(err, activation.ErrUnknown)
}

// LookedAt implements [activation.Store]. Another look at a code that still waits
// changes nothing; for any other it returns [activation.ErrCode].
func (d *DB) LookedAt(ctx context.Context, id string, extend time.Duration, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(ev, errLost, activationSQL.Look, ev.At, extend > 0, int64(extend.Seconds()), id)
		if !errors.Is(err, errLost) {
			return err
		}
		a, err := one(tx, activationFields, activationSQL.ByID, id)
		if err != nil {
			return none(err, activation.ErrCode)
		}
		if a.State != activation.Waiting || !a.Expires.After(ev.At) {
			return activation.ErrCode
		}
		return nil
	})
}

// RedeemActivation implements [activation.Store].
func (d *DB) RedeemActivation(ctx context.Context, a activation.Activation, dev device.Device, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(ev, activation.ErrCode, activationSQL.Redeem, ev.At, a.Expires, dev.ID, a.PhoneName, a.Platform, a.Unlock,
			a.DeviceKey, a.AgreeKey, a.Commit, a.Text, a.Via, a.Private, a.ServerKey, a.Nonce, a.ID, a.CodeHash)
		if err != nil {
			return err
		}
		if err := tx.step(audit.Event{}, activation.ErrKey, deviceSQL.AddKey, hashOf(dev.Key)); err != nil {
			return err
		}
		phone, err := tx.phoneFor(a, dev)
		if err != nil {
			return err
		}
		return tx.run(deviceSQL.Add, dev.ID, a.Account, phone, dev.Name, dev.Platform, dev.Unlock, dev.Key)
	})
}

// phoneFor returns the phone of the device that vouches, or makes a new one. The
// phone is locked first: its PIN is that which was proven, or was changed before,
// and can't be changed as long as the new device is being set up. Attack A56.
func (tx *Tx) phoneFor(a activation.Activation, dev device.Device) (string, error) {
	if a.Via == "" {
		return dev.Phone, tx.run(deviceSQL.AddPhone, dev.Phone)
	}
	if err := tx.run(deviceSQL.LockPhoneOf, a.Via); err != nil {
		return "", err
	}
	phone, err := one(tx, value[string], deviceSQL.PhoneOf, a.Via, dev.Unlock, a.ViaEpoch)
	return phone, none(err, activation.ErrCode) // it was stopped meanwhile
}

// FinishActivation implements [activation.Store].
func (d *DB) FinishActivation(
	ctx context.Context, a activation.Activation, dev device.Device, c *device.Credential, ev audit.Event,
) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(ev, activation.ErrClosed, activationSQL.Finish, a.PhoneNonce, a.Check, ev.At, a.Expires, a.ID, dev.ID)
		if err != nil {
			return err
		}
		if err := tx.step(audit.Event{}, activation.ErrClosed, deviceSQL.SetKeys, dev.Kp, dev.Kk, dev.ID); err != nil || c == nil {
			return err
		}
		return tx.step(audit.Event{}, activation.ErrUnlock, deviceSQL.SetCredential,
			c.ID, c.Key, c.SignCount, c.Backup, c.BackedUp, dev.ID)
	})
}

// TryCheck implements [activation.Store].
func (d *DB) TryCheck(ctx context.Context, id string, most int, ev audit.Event) (left int, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		tries, err := one(tx, value[int], activationSQL.Try, id, most, ev.At, ev.At.Add(d.Limits.Judged))
		if err != nil {
			return none(err, activation.ErrClosed)
		}
		left = most - tries
		return tx.tell(ev)
	})
	return left, err
}

// WrongCheck implements [activation.Store].
func (d *DB) WrongCheck(ctx context.Context, id string) error {
	return d.write(ctx, func(tx *Tx) error { return tx.run(activationSQL.Wrong, id) })
}

// KeyUsed implements [activation.Store].
func (d *DB) KeyUsed(ctx context.Context, key keyturn.Bytes) (bool, error) {
	n, err := one(d.read(ctx), value[int], activationSQL.KeyUsed, hashOf(key))
	return n > 0, err
}

// Refused implements [activation.Store] and [account.Record].
func (d *DB) Refused(ctx context.Context, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error { return tx.tell(ev) })
}

// RefusedSince implements [activation.Store].
func (d *DB) RefusedSince(ctx context.Context, account string, since time.Time) (ev audit.Event, ok bool, err error) {
	r, err := one(d.read(ctx), eventFields, eventSQL.Refused, account, since)
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Event{}, false, nil
	}
	return r.event(), err == nil, err
}

// hashOf is what is kept of a public key for ever.
func hashOf(key keyturn.Bytes) []byte {
	sum := sha256.Sum256(key)
	return sum[:]
}

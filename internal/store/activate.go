package store

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// Activate implements [activation.Store]. That no other activation of the account
// is left over, the schema says: there is one unfinished at most.
func (d *DB) Activate(ctx context.Context, a activation.Activation, most int, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		a, err := one(tx, activationFields, activationSQL.ByID, a.ID) // what it is for, its row says
		if err != nil {
			return none(err, activation.ErrUnknown)
		}
		if err := tx.lockActive(a.Account, activation.ErrPurpose); err != nil {
			return err
		}
		if err := tx.step(ev, activation.ErrClosed, activationSQL.Activate, ev.At, a.ID); err != nil {
			return err
		}
		if err := tx.usePurpose(a, ev.At); err != nil {
			return err
		}
		phones, err := one(tx, value[int], deviceSQL.Count, a.Account, a.Old)
		if err != nil {
			return err
		}
		if phones >= most {
			return activation.ErrPhones
		}
		return tx.activate(a, ev, d.Limits.Probation)
	})
}

// usePurpose checks that what allowed the activation still does, and uses it up.
func (tx *Tx) usePurpose(a activation.Activation, at time.Time) error {
	first, err := tx.mayChangePhones(a.Account, at, activation.ErrPurpose)
	if err != nil {
		return err
	}
	switch a.Purpose {
	case activation.First:
		if !first {
			return activation.ErrPurpose
		}
		return nil
	case activation.Add:
		return tx.useApproval(a.Approval, a.Session, keyturn.AddPhone, time.Unix(0, 0), at, activation.ErrApproval)
	case activation.Move:
		return tx.useApproval(a.Approval, a.Session, keyturn.MovePhone, time.Unix(0, 0), at, activation.ErrApproval)
	case activation.Recover:
		opened, err := one(tx, value[int], sessionSQL.Recovers, a.Session, a.Account, a.ID, at)
		if err == nil && opened == 0 {
			err = activation.ErrPurpose
		}
		return err
	}
	return activation.ErrPurpose
}

// activate makes the new device active and ends the one that it replaces. After a
// recovery it is on probation, and the one that was named as lost is paused.
func (tx *Tx) activate(a activation.Activation, ev audit.Event, probation time.Duration) error {
	var until time.Time
	if a.Purpose == activation.Recover {
		until = ev.At.Add(probation)
	}
	if err := tx.step(audit.Event{}, activation.ErrClosed, deviceSQL.Start, ev.At, until, a.Device, a.Account); err != nil {
		return err
	}
	if err := tx.run(accountSQL.HasPhone, a.Account); err != nil {
		return err
	}
	switch a.Purpose {
	case activation.Recover:
		return tx.loseDevice(a.Account, a.Old, a.PhoneName, a.Device, until, ev)
	case activation.Move:
		return tx.moved(a, ev)
	}
	return nil
}

// moved ends the device that the new one takes over from.
func (tx *Tx) moved(a activation.Activation, ev audit.Event) error {
	moved := ev.As(audit.DeviceRemoved).With("reason", device.ReasonMoved)
	err := tx.removeDevice(a.Account, a.Old, device.ReasonMoved, a.PhoneName, moved)
	if errors.Is(err, errLost) {
		return activation.ErrApproval // it has ended meanwhile
	}
	return err
}

// EndActivation implements [activation.Store]. For expired its time must be over.
func (d *DB) EndActivation(ctx context.Context, id string, to activation.State, cause string, ev audit.Event) error {
	q := map[activation.State]query{
		activation.Failed:    activationSQL.Fail,
		activation.Cancelled: activationSQL.Cancel,
		activation.Expired:   activationSQL.Expire,
	}[to]
	return d.write(ctx, func(tx *Tx) error {
		ended, err := list(tx, endedFields, q, cause, ev.At, id)
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			return activation.ErrClosed
		}
		if err := tx.tell(ev); err != nil {
			return err
		}
		return tx.run(deviceSQL.Fail, ev.At, ended[0].device)
	})
}

// ended is an activation that was ended, and the device that ends with it.
type ended struct{ id, device string }

func endedFields(e *ended) []any { return []any{&e.id, &e.device} }

// replaceActivations ends what an account has begun.
func (tx *Tx) replaceActivations(account string, ev audit.Event) error {
	return tx.endActivations(ev.As(audit.ActivationReplaced), activationSQL.Replace, activation.CauseNewer, ev.At, account)
}

// endActivations runs a statement that ends activations; their devices end with them.
func (tx *Tx) endActivations(ev audit.Event, q query, args ...any) error {
	all, err := list(tx, endedFields, q, args...)
	if err != nil {
		return err
	}
	for _, e := range all {
		ev := ev
		ev.Subject, ev.Device = e.id, e.device
		if err := tx.tell(ev); err != nil {
			return err
		}
		if err := tx.run(deviceSQL.Fail, ev.At, e.device); err != nil {
			return err
		}
	}
	return nil
}

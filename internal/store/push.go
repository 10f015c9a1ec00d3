package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

var pushSQL struct {
	Subscribe, Speak, Unsubscribe, UnsubscribeAll, Switch, Switchable query
	ByDevice, OfAccount, Sent, Lose                                   query
	TakePush, Ring, MarkRung, Rung, Pushes, Row, Quiet                query
}

func init() { load(&pushSQL, "push.sql") }

var (
	_ device.Subscriptions = (*DB)(nil)
	_ approval.Pushes      = (*DB)(nil)
)

func subscriptionFields(s *device.Subscription) []any {
	return []any{&s.Device, &s.Account, &s.Endpoint, &s.P256DH, &s.Auth, &s.Language, &s.Sent}
}

// Subscribe implements [device.Subscriptions].
func (d *DB) Subscribe(ctx context.Context, s device.Subscription, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		err := tx.step(ev, errLost, pushSQL.Subscribe, s.Endpoint, s.P256DH, s.Auth, ev.At, s.Device, s.Language)
		if !errors.Is(err, errLost) {
			return err
		}
		dev, e := one(tx, deviceFields, deviceSQL.ByID, s.Device)
		if e == nil && dev.State == device.Active {
			return tx.run(pushSQL.Speak, s.Language, s.Device) // else it is the same as before
		}
		return tx.whyNot(err, s.Device, ev.At)
	})
}

// Unsubscribe implements [device.Subscriptions].
func (d *DB) Unsubscribe(ctx context.Context, id string, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error { return tx.maybe(ev, pushSQL.Unsubscribe, id) })
}

// SwitchPush implements [device.Subscriptions].
func (d *DB) SwitchPush(ctx context.Context, account, id string, on bool, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		there, err := one(tx, value[int], pushSQL.Switchable, id, account)
		if err != nil {
			return err
		}
		if there == 0 {
			return device.ErrUnknown
		}
		return tx.maybe(ev, pushSQL.Switch, !on, id, account)
	})
}

// Subscription implements [device.Subscriptions].
func (d *DB) Subscription(ctx context.Context, id string) (device.Subscription, error) {
	s, err := one(d.read(ctx), subscriptionFields, pushSQL.ByDevice, id)
	return s, none(err, device.ErrPush)
}

// SubscriptionsOf returns those of an account that pushes may be sent to: for a
// request of the devices that may answer it, else of suspended and locked ones too.
func (d *DB) SubscriptionsOf(ctx context.Context, account string, request bool) ([]device.Subscription, error) {
	return list(d.read(ctx), subscriptionFields, pushSQL.OfAccount, account, request)
}

// PushTaken keeps that a push service has taken a push.
func (d *DB) PushTaken(ctx context.Context, id, endpoint string, at time.Time) error {
	return d.write(ctx, func(tx *Tx) error { return tx.run(pushSQL.Sent, at, id, endpoint) })
}

// LosePush ends a subscription that its push service doesn't know any more. A newer
// one of the device stays; then no event is written, and lost is false.
func (d *DB) LosePush(ctx context.Context, id, endpoint string, ev audit.Event) (lost bool, err error) {
	err = d.step(ctx, ev, errLost, pushSQL.Lose, id, endpoint)
	if errors.Is(err, errLost) {
		return false, nil
	}
	return err == nil, err
}

// PushRecord implements [approval.Pushes].
func (d *DB) PushRecord(ctx context.Context, account, request string, at time.Time) (policy.PushRecord, error) {
	return d.pushRecord(d.read(ctx), account, request, at)
}

func (d *DB) pushRecord(from source, account, request string, at time.Time) (r policy.PushRecord, err error) {
	if r.Quiet, err = one(from, value[time.Time], pushSQL.Quiet, account); err != nil {
		return r, none(err, approval.ErrUnknown)
	}
	l := d.Limits
	if r.Sent, err = list(from, value[time.Time], pushSQL.Pushes, l.PushesOf(account).Key, at.Add(-l.Pushes.In), l.Pushes.Most); err != nil {
		return r, err
	}
	type ended struct {
		approved bool
		at       time.Time
	}
	row, err := list(from, func(e *ended) []any { return []any{&e.approved, &e.at} }, pushSQL.Row, account, l.PushRow)
	if err != nil {
		return r, err
	}
	for _, e := range row {
		if e.approved {
			break
		}
		r.Row++
		r.RowEnded = row[0].at
	}
	return r, d.rung(from, request, &r)
}

// rung fills in the pushes of one request.
func (d *DB) rung(from source, request string, r *policy.PushRecord) error {
	_, err := one(from, func(*struct{}) []any { return []any{&r.Times, &r.Last} }, pushSQL.Rung, request)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// TakePush implements [approval.Pushes]. The account's row is locked first, so that
// of two requests at once the second sees the first one's push.
func (d *DB) TakePush(
	ctx context.Context, r approval.Request, at time.Time, ev, evPaused audit.Event,
) (p policy.Push, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(r.Account); err != nil {
			return err
		}
		record, err := d.pushRecord(tx, r.Account, r.ID, at)
		if err != nil {
			return err
		}
		switch p = policy.MayPush(record, d.Limits, at); {
		case !p.Paused.IsZero():
			return tx.tell(evPaused.With("cause", string(p.Cause)).With("until", strconv.FormatInt(p.Paused.Unix(), 10)))
		case !p.May():
			return nil
		}
		return d.takePush(tx, r, at, ev.With("count", strconv.Itoa(record.Times+1)))
	})
	return p, err
}

// takePush takes a push for the account and for the request, or neither.
func (d *DB) takePush(tx *Tx, r approval.Request, at time.Time, ev audit.Event) error {
	l := d.Limits
	err := tx.step(audit.Event{}, errLost, pushSQL.TakePush, l.PushesOf(r.Account).Key, at, at.Add(-l.PushApart), at.Add(-l.Pushes.In), l.Pushes.Most)
	if err == nil {
		err = tx.step(ev, errLost, pushSQL.Ring, r.ID, at, 1+l.PushAgain)
	}
	if err == nil {
		err = tx.run(pushSQL.MarkRung, r.ID)
	}
	return tx.gone(err, r.ID, at)
}

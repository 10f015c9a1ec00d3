package store

import (
	"context"
	"encoding/json"
	"strings"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/notice"
)

var eventSQL struct{ Append, Refused, OfAccount, OfDevice, OfSubject, OfReference query }

func init() { load(&eventSQL, "event.sql") }

// tell writes an event into the record, and with it whatever people are told of it.
// One without a kind says that there is nothing to tell.
func (tx *Tx) tell(ev audit.Event) error {
	if ev.Kind == "" {
		return nil
	}
	tx.told = append(tx.told, ev.Kind)
	if kind, ok := notice.Of(ev); ok {
		return tx.hear(kind, ev)
	}
	row, err := tx.row(ev)
	if err != nil {
		return err
	}
	return tx.run(eventSQL.Append, row...)
}

// row is an event as it stands in its table. Addresses stand apart: they are forgotten before the rest.
func (tx *Tx) row(ev audit.Event) ([]any, error) {
	facts, addresses := ev.Split()
	detail, err := text(facts)
	if err != nil {
		return nil, tx.fail(err)
	}
	from := ""
	if len(addresses) > 0 {
		if from, err = text(addresses); err != nil {
			return nil, tx.fail(err)
		}
	}
	return []any{ev.Kind, ev.At, ev.Account, ev.Device, ev.Subject, ev.Reference, detail, ev.By(tx.actor), from}, nil
}

// text is a few short facts as JSON.
func text(facts map[string]string) (string, error) {
	if len(facts) == 0 {
		return "{}", nil
	}
	t, err := json.Marshal(facts)
	return string(t), err
}

// step runs one statement and writes its event. If no row changed it returns
// lost: somebody else was first, or time is over.
func (tx *Tx) step(ev audit.Event, lost error, q query, args ...any) error {
	n, err := tx.Exec(q, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return lost
	}
	return tx.tell(ev)
}

// step is a transaction of one step.
func (d *DB) step(ctx context.Context, ev audit.Event, lost error, q query, args ...any) error {
	return d.write(ctx, func(tx *Tx) error { return tx.step(ev, lost, q, args...) })
}

// About returns the events that name the id of an account, a device, an activation, a request or a session,
// or that carry a reference, oldest first.
func (d *DB) About(ctx context.Context, id string) ([]audit.Event, error) {
	rows, err := list(d.read(ctx), eventFields, about(id), id)
	events := make([]audit.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, err
}

// about is how to find what is named: each way has its index.
func about(id string) query {
	switch {
	case strings.HasPrefix(id, keyturn.AccountID):
		return eventSQL.OfAccount
	case strings.HasPrefix(id, keyturn.DeviceID):
		return eventSQL.OfDevice
	case strings.Contains(id, "_"):
		return eventSQL.OfSubject
	}
	return eventSQL.OfReference
}

// eventRow is an event as it stands in its table.
type eventRow struct {
	audit.Event
	detail, addresses string
}

func eventFields(r *eventRow) []any {
	return []any{&r.Kind, &r.At, &r.Account, &r.Device, &r.Subject, &r.Reference, &r.detail, &r.Actor, &r.addresses}
}

func (r eventRow) event() audit.Event {
	_ = json.Unmarshal([]byte(r.detail), &r.Detail) // tell wrote it; without it the rest is still true
	if r.addresses != "" {
		_ = json.Unmarshal([]byte(r.addresses), &r.Detail) // adds to what is there
	}
	return r.Event
}

// changed is what a statement that ends several rows returns of each.
type changed struct{ id, account string }

func changedFields(c *changed) []any { return []any{&c.id, &c.account} }

// tellEach runs a statement that ends rows and returns their ids and accounts,
// and writes the event for each of them.
func (tx *Tx) tellEach(ev audit.Event, q query, args ...any) error {
	rows, err := list(tx, changedFields, q, args...)
	if err != nil {
		return err
	}
	for _, c := range rows {
		ev.Subject, ev.Account = c.id, c.account
		if err := tx.tell(ev); err != nil {
			return err
		}
	}
	return nil
}

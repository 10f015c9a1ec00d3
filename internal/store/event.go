package store

import (
	"context"
	"encoding/json"

	"keyturn/internal/audit"
	"keyturn/internal/notice"
)

var eventSQL struct{ Append, Refused, About query }

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
	detail, err := tx.detail(ev)
	if err != nil {
		return err
	}
	_, err = tx.Exec(eventSQL.Append, ev.Kind, ev.At, ev.Account, ev.Device, ev.Subject, ev.Reference, detail)
	return err
}

// detail is what is kept of the details of an event.
func (tx *Tx) detail(ev audit.Event) (string, error) {
	if len(ev.Detail) == 0 {
		return "{}", nil
	}
	text, err := json.Marshal(ev.Detail)
	return string(text), tx.fail(err)
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

// About returns the events that name the id of an account, a device, an activation,
// a request or a session, oldest first. It looks through the whole record: for
// people and tests, not for doors.
func (d *DB) About(ctx context.Context, id string) ([]audit.Event, error) {
	rows, err := list(d.read(ctx), eventFields, eventSQL.About, id)
	events := make([]audit.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, err
}

// eventRow is an event as it stands in its table.
type eventRow struct {
	audit.Event
	detail string
}

func eventFields(r *eventRow) []any {
	return []any{&r.Kind, &r.At, &r.Account, &r.Device, &r.Subject, &r.Reference, &r.detail}
}

func (r eventRow) event() audit.Event {
	_ = json.Unmarshal([]byte(r.detail), &r.Detail) // tell wrote it; without it the rest is still true
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

package store

import "context"

var recordSQL struct{ Since, Last query }

func init() { load(&recordSQL, "record.sql") }

// Told is as much of an event as says who may want to look again.
type Told struct {
	Seq     int64 // counts up; two nodes may commit in another order than they counted
	Account string
	Subject string // id of the activation, request or session; may be empty
}

func toldFields(t *Told) []any { return []any{&t.Seq, &t.Account, &t.Subject} }

// EventsSince returns at most so many events after the one with that number,
// whoever wrote them.
func (d *DB) EventsSince(ctx context.Context, after int64, most int) ([]Told, error) {
	return list(d.read(ctx), toldFields, recordSQL.Since, after, most)
}

// LastEvent returns the number of the newest event, 0 if there is none.
func (d *DB) LastEvent(ctx context.Context) (int64, error) {
	return one(d.read(ctx), value[int64], recordSQL.Last)
}

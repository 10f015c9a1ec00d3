package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

var forgetSQL struct {
	Events, Requests, Activations, Devices                                query
	Addresses, RequestEvents, BeginningEvents, LetterEvents, ChangeEvents query
	OldRequests, ActivationAddresses, NeverActive, Phone, OldActivations  query
	DeviceAddresses, Upto, Mark, Clock, PhonesOf                          query
}

func init() { load(&forgetSQL, "forget.sql") }

// askew is how far the times of rows may be out of the order of their numbers: clocks of
// nodes differ, and are set. What is younger than that behind a limit is looked at again.
const askew = 24 * time.Hour

// A fate is what becomes of old rows of one table.
type fate struct {
	what string        // for the record; "": it isn't told
	part query         // looks at the next rows
	do   []query       // what is done to those that are older than the limit
	kept time.Duration //
	mark string        // name under which it is kept how far this has come: others of the table stay
	all  bool          // the table's order says nothing of its time: it is read to its end
}

func fates(t Tidy) []fate {
	k, s := t.Keep, forgetSQL
	return []fate{
		{what: "events", part: s.Events, do: []query{s.RequestEvents}, kept: k.Requests, mark: "requests"},
		{what: "events", part: s.Events, do: []query{s.BeginningEvents}, kept: k.Activations, mark: "activations"},
		{what: "events", part: s.Events, do: []query{s.LetterEvents}, kept: k.Letters, mark: "letters"},
		{what: "events", part: s.Events, do: []query{s.ChangeEvents}, kept: k.Changes, mark: "changes"},
		{part: s.Events, do: []query{s.Addresses}, kept: k.Addresses, mark: "addresses"},
		{what: "requests", part: s.Requests, do: []query{s.OldRequests}, kept: k.Requests},
		{part: s.Activations, do: []query{s.ActivationAddresses}, kept: k.Addresses},
		{what: "activations", part: s.Activations, do: []query{s.NeverActive, s.OldActivations}, kept: k.Activations},
		{part: s.Devices, do: []query{s.DeviceAddresses}, kept: k.Addresses, all: true},
	}
}

// forget lets all fates happen and returns how many rows went.
func (d *DB) forget(ctx context.Context, t Tidy) (map[string]int64, error) {
	gone := map[string]int64{}
	for _, f := range fates(t) {
		n, err := d.meet(ctx, t, f)
		if n > 0 && f.what != "" {
			gone[f.what] += n
		}
		if err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// A part is some rows that follow each other.
type part struct {
	old    int // of them, older than the limit
	last   int64
	newest time.Time
}

func partFields(p *part) []any { return []any{&p.old, &p.last, &p.newest} }

// meet goes through a table from its old end.
func (d *DB) meet(ctx context.Context, t Tidy, f fate) (gone int64, err error) {
	until := t.At.Add(-f.kept)
	from, err := d.upto(ctx, f)
	if err != nil {
		return 0, err
	}
	for {
		p, err := one(d.read(ctx), partFields, f.part, from, tidyPart, until)
		if err != nil || p.last == 0 || p.old == 0 && !f.all {
			return gone, err
		}
		began := time.Now()
		if p.old > 0 {
			n, err := d.part(ctx, f, from, p, until)
			gone += n
			if err != nil {
				return gone, err
			}
		}
		from = p.last
		if err := t.Rest(time.Since(began)); err != nil {
			return gone, err
		}
	}
}

func (d *DB) upto(ctx context.Context, f fate) (int64, error) {
	if f.mark == "" {
		return 0, nil
	}
	n, err := one(d.read(ctx), value[int64], forgetSQL.Upto, f.mark)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, err
}

// part is one transaction of meet.
func (d *DB) part(ctx context.Context, f fate, from int64, p part, until time.Time) (gone int64, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		gone = 0
		for _, q := range f.do {
			n, err := tx.forget(q, from, p.last, until)
			if err != nil {
				return err
			}
			gone = n // the last one is what it is about
		}
		if f.mark != "" && !p.newest.After(until.Add(-askew)) {
			return tx.run(forgetSQL.Mark, f.mark, p.last)
		}
		return nil
	})
	return gone, err
}

// forget runs one statement; phones whose last device it removes go too.
func (tx *Tx) forget(q query, args ...any) (int64, error) {
	if q.name != forgetSQL.NeverActive.name {
		return tx.Exec(q, args...)
	}
	phones, err := list(tx, value[string], q, args...)
	if err != nil {
		return 0, err
	}
	return 0, tx.forgetPhones(phones)
}

func (tx *Tx) forgetPhones(phones []string) error {
	for _, id := range phones {
		if err := tx.run(forgetSQL.Phone, id); err != nil {
			return err
		}
	}
	return nil
}

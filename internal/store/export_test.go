package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"time"

	"keyturn"
)

// The engine, for tests that try it without any noun.

func (d *DB) Write(ctx context.Context, f func(*Tx) error) error { return d.write(ctx, f) }

// CheckLog is checkLog, for tests.
var CheckLog = checkLog

// Beside runs a statement on another connection and outside a transaction, as SQLite's
// shell would.
func (d *DB) Beside(ctx context.Context, statement string) error {
	db, _, err := d.engine.migrations()
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// Reading begins to read on another connection, as a backup that takes its time would.
func (d *DB) Reading(ctx context.Context, query string) (end func() error, err error) {
	db, _, err := d.engine.migrations()
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "BEGIN; "+query)
	}
	return func() error { return errors.Join(conn.Close(), db.Close()) }, err
}

// Waiting is how many functions wait for the writer of a SQLite file.
func (d *DB) Waiting() int { return len(d.engine.(*sqlite).writer.jobs) }

// OnPostgres reports which engine it is.
func (d *DB) OnPostgres() bool { return d.read(context.Background()).postgres }

// MigrateWith is Migrate with other steps.
func (d *DB) MigrateWith(ctx context.Context, steps fs.FS) (Change, error) {
	return d.migrate(ctx, steps)
}

// Text makes a query of a text that both engines understand.
func Text(text string) query { return query{"test", text, text} }

// Int reads one number outside a transaction.
func (d *DB) Int(ctx context.Context, text string, args ...any) (int64, error) {
	return one(d.read(ctx), value[int64], Text(text), args...)
}

// Prepare parses every statement of the .sql files and returns the first error.
func (d *DB) Prepare(ctx context.Context) error {
	db, _, err := d.engine.migrations()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, q := range queries {
		text := q.on(d.read(ctx).postgres)
		if text == "" {
			continue
		}
		stmt, err := db.PrepareContext(ctx, text)
		if err != nil {
			return failed(q, err)
		}
		stmt.Close()
	}
	return nil
}

// A Value has one field of each kind that is stored.
type Value struct {
	At    time.Time
	Name  Name
	Bytes keyturn.Bytes
	Yes   bool
}

// Name is a text with a type of its own, such as a state.
type Name string

func (v Value) Equal(o Value) bool {
	return v.At.Equal(o.At) && v.Name == o.Name && bytes.Equal(v.Bytes, o.Bytes) && v.Yes == o.Yes
}

func (d *DB) Value(ctx context.Context, id int) (Value, error) {
	return one(d.read(ctx), func(v *Value) []any { return []any{&v.At, &v.Name, &v.Bytes, &v.Yes} },
		Text("SELECT n, name, bytes, yes FROM thing WHERE id = $1"), id)
}

// Refold runs migration 14 again.
func (d *DB) Refold(ctx context.Context) error { return d.again(ctx, refoldNames) }

// Apart runs migration 19 again.
func (d *DB) Apart(ctx context.Context) error { return d.again(ctx, setAddressesApart) }

// again runs a migration that is written in Go.
func (d *DB) again(ctx context.Context, step func(context.Context, *sql.Tx) error) error {
	db, _, err := d.engine.migrations()
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit this does nothing
	if err := step(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Behind makes whoever counts something have waited in line for so long.
func (d *DB) Behind(waited time.Duration) { d.engine = behind{d.engine, waited} }

type behind struct {
	engine
	waited time.Duration
}

func (b behind) inLine(context.Context, int, ...string) (leave func(), waited time.Duration, err error) {
	return func() {}, b.waited, nil
}

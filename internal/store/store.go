// Package store keeps everything in SQLite or PostgreSQL, and is the only
// package that knows SQL. Each noun has a NOUN.sql with its statements and a
// NOUN.go that implements the Store interface of the package that needs it: the
// interfaces belong to their users, and their comments are the contract.
//
// Every method is one transaction. An arrow of spec §6.7 or §8.7 is one UPDATE
// that names the state it leaves, so of two callers at most one changes the
// row, and the audit event is written by the winner in the same transaction.
//
// Both engines run the same text; a statement that must differ says so in its
// name. SQLite has one writer whose callers each wait for their own durable
// commit, many of them sharing one (writer.go). PostgreSQL does the same itself.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"keyturn/internal/audit"
	"keyturn/internal/notice"
	"keyturn/internal/policy"
)

// Errors that a caller can act on, besides those of the interfaces.
var (
	ErrURL     = errors.New(`store: the address of the database is neither "sqlite:FILE" nor "postgres://…"`)
	ErrClosed  = errors.New("store: closed")
	ErrMissing = errors.New("store: there is no database")
	ErrEmpty   = errors.New("store: nothing is in the database yet")
	ErrOlder   = errors.New("store: the database is of an older version of this program")
	ErrNewer   = errors.New("store: the database was last used by a newer version of this program")
)

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	// Limits are those of a fresh installation until somebody sets others, before
	// the first use. The store looks at those that no method is given.
	Limits policy.Limits

	// Around, if it is set before the first use, is called with the kinds of a
	// transaction's events when its work is done and not committed, and again
	// (done) when the commit is durable and its caller not yet told: for a test
	// that ends the process right there.
	Around func(kinds []audit.Kind, done bool)

	// Actor, if it is set before the first use, is who acts in everything that this
	// program does, as [audit.Operator] makes it. Without it the events say it.
	Actor string

	// Mail says which letters are written, if it is set before the first use.
	Mail Mail

	// Heard, if it is set before the first use, is called after the durable commit of
	// each thing that people are told. It returns at once.
	Heard func(t notice.Told)

	engine engine
}

// Mail says which letters are written: to the account's address, and to the
// operator's. The zero value writes none.
type Mail struct {
	People   bool
	Operator string // address; empty: the operator gets none
}

// An engine is one kind of database.
type engine interface {
	// read returns where queries outside a transaction run. Each of them sees
	// what was committed when it began.
	read(ctx context.Context) reads

	// write runs f in a transaction and returns after its durable commit.
	write(ctx context.Context, f func(*Tx) error) error

	// inLine waits until no other transaction of this process counts by one of the keys,
	// where such ones would wait inside the database, and returns how long that took. Until
	// then no connection is taken. Where more than longest wait it returns account.ErrBusy.
	inLine(ctx context.Context, longest int, keys ...string) (leave func(), waited time.Duration, err error)

	// migrations returns a handle for changing the schema, which its user closes.
	migrations() (*sql.DB, goose.Dialect, error)

	// alone keeps other programs from changing the schema until release is called.
	alone(ctx context.Context, db *sql.DB) (release func(), err error)

	// backup keeps a copy of the database as it was before a change of schema to the
	// given version, where the engine can, and returns the copy's name.
	backup(ctx context.Context, version int64) (name string, err error)

	close() error

	// left returns the name of a log whose changes the database's file lacks.
	left() string
}

// Open opens the database at url and checks that it answers:
//
//	sqlite:FILE        a file, made with mode 0600 if it isn't there; its folder must be
//	sqlite::memory:    a database of this value's own that leaves nothing behind
//	postgres://…       PostgreSQL 13 or later, a URL as libpq takes it
//
// The schema is not looked at: [DB.Migrate] and [DB.Current] do. An address of another
// form is refused with [ErrURL], such as sqlite://FILE or one with parameters behind
// the file's name: it would name another file than its author thinks.
func Open(ctx context.Context, url string) (*DB, error) { return open(ctx, url, true) }

// OpenExisting is Open without making anything: a file that isn't there is
// [ErrMissing].
func OpenExisting(ctx context.Context, url string) (*DB, error) { return open(ctx, url, false) }

func open(ctx context.Context, url string, make bool) (*DB, error) {
	loadAll()
	var e engine
	var err error
	switch kind, rest, _ := strings.Cut(url, ":"); {
	case kind == "sqlite":
		e, err = openSQLite(ctx, rest, make)
	case (kind == "postgres" || kind == "postgresql") && strings.HasPrefix(rest, "//"):
		e, err = openPostgres(ctx, url)
	default:
		err = ErrURL
	}
	if err != nil {
		return nil, err
	}
	return &DB{Limits: policy.Defaults(), engine: e}, nil
}

// Close finishes what was handed in and closes the database. What comes later
// fails with [ErrClosed] or an error of the engine.
func (d *DB) Close() error { return d.engine.close() }

// Left returns, after Close, the name of a log that is beside the SQLite file because
// another program reads there: without it a copy of the file lacks the newest changes.
// It is "" if the file is whole, and on PostgreSQL.
func (d *DB) Left() string { return d.engine.left() }

// read returns where queries outside a transaction run.
func (d *DB) read(ctx context.Context) reads { return d.engine.read(ctx) }

// write runs f in one transaction: what it changed is kept if f returns nil, and
// undone if it returns an error, panics, or one of its statements failed. write
// returns after the durable commit, and an error of the commit itself means
// that nobody knows whether the change is there.
//
// If ctx ends before f has begun, f doesn't run; later its end changes nothing.
// On PostgreSQL f runs again from its beginning after a deadlock, so it sets
// the variables around it and never adds to them.
func (d *DB) write(ctx context.Context, f func(*Tx) error) error {
	var told []audit.Kind
	var heard []notice.Told
	err := d.engine.write(ctx, func(tx *Tx) error {
		tx.mail, tx.actor, tx.known = d.Mail, d.Actor, d.Limits.Browser
		err := f(tx)
		if told, heard = tx.told, tx.heard; err == nil && d.Around != nil {
			d.Around(told, false)
		}
		return err
	})
	if err != nil {
		return err
	}
	if d.Around != nil {
		d.Around(told, true)
	}
	for _, t := range heard {
		if d.Heard != nil {
			d.Heard(t)
		}
	}
	return nil
}

// failed adds the name of a statement to its error.
func failed(q query, err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return fmt.Errorf("store: %s: %w", q.name, err)
}

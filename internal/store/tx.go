package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/notice"
)

// A runner is what database/sql has in common: a pool, a connection, a
// transaction; and statements that are parsed once.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// reads is where queries run, bound to the context of one call.
type reads struct {
	ctx      context.Context
	on       runner
	postgres bool
}

// A Tx is a transaction under way. It is good inside the function that it was
// given to, and in one goroutine.
type Tx struct {
	reads
	err   error        // of the first statement that failed: nothing of the transaction is kept
	told  []audit.Kind // of the events so far
	heard []notice.Told
	mail  Mail
	known time.Duration // how long a network stays familiar
	actor string        // of all its events; empty: each says it
}

// A source runs queries: reads or a Tx.
type source interface {
	each(q query, args []any, row func(*sql.Rows) error) error
}

// Exec runs a statement and returns how many rows it changed. For an arrow of a
// state picture that is 1 or 0: won or lost. After a statement that failed it runs
// nothing: on SQLite the transaction may be gone, and it would commit by itself.
func (tx *Tx) Exec(q query, args ...any) (int64, error) {
	if tx.err != nil {
		return 0, tx.err
	}
	text := q.on(tx.postgres)
	if text == "" { // a lock that SQLite doesn't need
		return 0, nil
	}
	res, err := tx.on.ExecContext(tx.ctx, text, plain(args)...)
	if err != nil {
		return 0, tx.fail(failed(q, err))
	}
	n, err := res.RowsAffected()
	return n, tx.fail(failed(q, err))
}

func (tx *Tx) each(q query, args []any, row func(*sql.Rows) error) error {
	if tx.err != nil {
		return tx.err
	}
	return tx.fail(tx.reads.each(q, args, row))
}

// fail remembers the first error. On PostgreSQL a failed statement ends the
// transaction and on SQLite it may: so it always does.
func (tx *Tx) fail(err error) error {
	if tx.err == nil {
		tx.err = err
	}
	return err
}

func (r reads) each(q query, args []any, row func(*sql.Rows) error) error {
	rows, err := r.on.QueryContext(r.ctx, q.on(r.postgres), plain(args)...)
	if err != nil {
		return failed(q, err)
	}
	defer rows.Close() // its error is also that of rows.Err
	for rows.Next() {
		if err := row(rows); err != nil {
			return failed(q, err)
		}
	}
	return failed(q, rows.Err())
}

// one returns the first row of a query, or [sql.ErrNoRows]. fields names the
// parts of a T in the order of the query's columns.
func one[T any](from source, fields func(*T) []any, q query, args ...any) (T, error) {
	var v T
	found := false
	err := from.each(q, args, func(rows *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(scans(fields(&v))...)
	})
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	return v, err
}

// list returns all rows of a query.
func list[T any](from source, fields func(*T) []any, q query, args ...any) ([]T, error) {
	var all []T
	err := from.each(q, args, func(rows *sql.Rows) error {
		var v T
		err := rows.Scan(scans(fields(&v))...)
		all = append(all, v)
		return err
	})
	return all, err
}

// value is the fields of a query with one column.
func value[T any](v *T) []any { return []any{v} }

// plain turns arguments into what both engines take alike: int64, string, bool,
// []byte and NULL. A time is its Unix seconds; a zero time and empty bytes are NULL.
func plain(args []any) []any {
	for i, arg := range args {
		switch v := arg.(type) {
		case nil, int64, string, bool:
		case time.Time:
			args[i] = nil
			if !v.IsZero() {
				args[i] = v.Unix()
			}
		default:
			args[i] = plainKind(reflect.ValueOf(arg))
		}
	}
	return args
}

// plainKind is plain for types that have a name, such as a state.
func plainKind(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return int64(v.Uint())
	case v.Kind() == reflect.Bool:
		return v.Bool()
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		if v.Len() == 0 {
			return nil
		}
		return v.Bytes()
	}
	panic(fmt.Sprintf("store: a %s can't be stored", v.Type()))
}

// scans is the reverse of plain: it turns pointers to parts of a value into
// what database/sql fills.
func scans(into []any) []any {
	for i, p := range into {
		switch p := p.(type) {
		case *time.Time:
			into[i] = (*seconds)(p)
		case *keyturn.Bytes:
			into[i] = (*[]byte)(p)
		}
	}
	return into
}

// seconds scans Unix seconds into a time, and NULL into the zero time.
type seconds time.Time

// Scan implements [sql.Scanner].
func (s *seconds) Scan(from any) error {
	switch v := from.(type) {
	case nil:
		*s = seconds{}
	case int64:
		*s = seconds(time.Unix(v, 0))
	default:
		return fmt.Errorf("store: a %T is not a time", from)
	}
	return nil
}

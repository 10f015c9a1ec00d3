package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	// mostConns is what a node takes of the server's connections. Beyond 16
	// writers PostgreSQL gets hardly faster.
	mostConns = 32

	// mostTime is how long a transaction may take once it has begun. It is not
	// ended by its caller going away: that would cost a connection each time.
	mostTime = 10 * time.Second

	// mostRuns is how often a transaction is tried that lost a deadlock, or whose server
	// keeps no changes.
	mostRuns = 5
)

// A postgres is a pool of connections. The server shares commits by itself, so
// each caller has a transaction of its own, READ COMMITTED: an UPDATE that waited
// for another looks at its condition again, and changes no row if it lost.
type postgres struct {
	config *pgx.ConnConfig
	db     *sql.DB
	lines  lines
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	p := connectPostgres(config)
	pooled, err := p.pooled(ctx)
	if err == nil && pooled && config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		err = p.close()
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
		p = connectPostgres(config)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), p.close())
	}
	return p, nil
}

func connectPostgres(config *pgx.ConnConfig) *postgres {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(mostConns)
	db.SetMaxIdleConns(mostConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return &postgres{config: config, db: db}
}

// pooled reports whether something like PgBouncer stands in between: the process that
// answers isn't the one that was introduced. In transaction mode each transaction may get
// another process, which knows nothing of a statement that was prepared before: so
// statements are parsed each time.
func (p *postgres) pooled(ctx context.Context) (pooled bool, err error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close() // gives it back to the pool
	err = conn.Raw(func(under any) error {
		pg := under.(*stdlib.Conn).Conn()
		var answers uint32
		err := pg.QueryRow(ctx, "SELECT pg_backend_pid()", pgx.QueryExecModeSimpleProtocol).Scan(&answers)
		pooled = answers != pg.PgConn().PID()
		return err
	})
	return pooled, err
}

func (p *postgres) read(ctx context.Context) reads {
	return reads{ctx: ctx, on: p.db, postgres: true}
}

// write runs f again if PostgreSQL chose it as the victim of a deadlock, or if its
// connection leads to a server that keeps no changes any more.
func (p *postgres) write(ctx context.Context, f func(*Tx) error) error {
	for run := 1; ; run++ {
		err := p.once(ctx, f)
		if run == mostRuns || !again(err) {
			return err
		}
	}
}

func (p *postgres) once(ctx context.Context, f func(*Tx) error) (err error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer func() { giveBack(conn, err) }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mostTime)
	defer cancel()
	sqltx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer sqltx.Rollback() // after Commit this does nothing
	tx := &Tx{reads: reads{ctx: ctx, on: sqltx, postgres: true}}
	if err := f(tx); err != nil {
		return err
	}
	if tx.err != nil {
		return tx.err // a statement failed and f didn't say so
	}
	if err := sqltx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

// giveBack gives a connection back to the pool, unless its server keeps no changes: it
// was a cluster's first and is one of the others now. Kept, such a connection would fail
// for as long as it is used, while a new one leads to the server that is first today.
func giveBack(conn *sql.Conn, err error) {
	if keepsNothing(err) {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // closes it
	}
	_ = conn.Close()
}

// keepsNothing reports whether an error is read_only_sql_transaction.
func keepsNothing(err error) bool {
	p, ok := errors.AsType[*pgconn.PgError](err)
	return ok && p.Code == "25006"
}

// again reports whether a transaction failed only because of another one
// (serialization_failure, deadlock_detected) or of its connection.
func again(err error) bool {
	p, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (p.Code == "40001" || p.Code == "40P01") || keepsNothing(err)
}

// duplicate reports whether a row was refused because of another with the same key:
// unique_violation. On SQLite, with one writer, a condition sees the other row before.
func duplicate(err error) bool {
	p, ok := errors.AsType[*pgconn.PgError](err)
	return ok && p.Code == "23505"
}

// inLine implements engine.
func (p *postgres) inLine(
	ctx context.Context, longest int, keys ...string,
) (leave func(), waited time.Duration, err error) {
	return p.lines.enter(ctx, longest, keys)
}

// left implements engine: its server has it.
func (p *postgres) left() string { return "" }

func (p *postgres) close() error { return p.db.Close() }

// migrations implements engine. Whatever time the database gives a statement, a change of
// the schema has as much as it needs: one that is ended is begun anew at the next start,
// and ended again. A pooler hands such a word to whoever comes next, so none is said to it.
func (p *postgres) migrations() (*sql.DB, goose.Dialect, error) {
	unhurried := stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		if p.config.DefaultQueryExecMode == pgx.QueryExecModeExec {
			return nil
		}
		_, err := conn.Exec(ctx, "SET statement_timeout = 0")
		return err
	})
	return stdlib.OpenDB(*p.config, unhurried), goose.DialectPostgres, nil
}

// alone implements engine: nodes that start together take turns. goose's own lock is one
// of a session, which a pooler in between would give to one process and take from
// another. This one ends with its transaction, which stays where it began.
func (p *postgres) alone(ctx context.Context, db *sql.DB) (release func(), err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"SET LOCAL lock_timeout = '5min'",
		"SET LOCAL statement_timeout = 0",
		"SET LOCAL idle_in_transaction_session_timeout = 0",
		// Older versions of this program take the same.
		fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", lock.DefaultLockID),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
	}
	return func() { _ = tx.Rollback() }, nil // it changed nothing
}

// backup implements engine: a PostgreSQL database is backed up by its operator.
func (p *postgres) backup(context.Context, int64) (string, error) { return "", nil }

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
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

	// mostRuns is how often a transaction is tried that lost a deadlock.
	mostRuns = 5
)

// A postgres is a pool of connections. The server shares commits by itself, so
// each caller has a transaction of its own, READ COMMITTED: an UPDATE that waited
// for another looks at its condition again, and changes no row if it lost.
type postgres struct {
	url string
	db  *sql.DB
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.SetMaxOpenConns(mostConns)
	db.SetMaxIdleConns(mostConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), db.Close())
	}
	return &postgres{url, db}, nil
}

func (p *postgres) read(ctx context.Context) reads {
	return reads{ctx: ctx, on: p.db, postgres: true}
}

// write runs f again if PostgreSQL chose it as the victim of a deadlock.
func (p *postgres) write(ctx context.Context, f func(*Tx) error) error {
	for run := 1; ; run++ {
		err := p.once(ctx, f)
		if run == mostRuns || !again(err) {
			return err
		}
	}
}

func (p *postgres) once(ctx context.Context, f func(*Tx) error) error {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer conn.Close() // gives it back to the pool
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

// again reports whether a transaction failed only because of another one:
// serialization_failure, deadlock_detected.
func again(err error) bool {
	p, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (p.Code == "40001" || p.Code == "40P01")
}

func (p *postgres) close() error { return p.db.Close() }

// migrations implements engine. Nodes that start together take turns.
func (p *postgres) migrations() (*sql.DB, goose.Dialect, []goose.ProviderOption, error) {
	oneAtATime, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // every second, 5 minutes
	if err != nil {
		return nil, "", nil, err
	}
	db, err := sql.Open("pgx", p.url)
	return db, goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(oneAtATime)}, err
}

// backup implements engine: a PostgreSQL database is backed up by its operator.
func (p *postgres) backup(context.Context, int64) (string, error) { return "", nil }

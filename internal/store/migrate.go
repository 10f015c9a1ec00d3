package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Migrations are one time line for both engines, forward only. There is no way
// down: going back means restoring the backup made before.
//
//go:embed migrations/*.sql
var embedded embed.FS

// Queries of goose's own table.
var (
	versionSQL = query{"schema version",
		"SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied",
		"SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied"}
	begunSQL = query{"schema",
		"SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'",
		"SELECT count(to_regclass('goose_db_version'))"}
)

// A Change is what [DB.Migrate] did to the schema.
type Change struct {
	From, To int64  // number of the newest migration; From is 0 for an empty database
	Backup   string // file with the database as it was before; may be empty
}

// Migrate brings the schema up to date. A SQLite file that has a schema is copied
// first, to FILE.before-VERSION, once, and no copy takes the place of one of another
// schema. Programs that start together may all call it.
// A database that was used by a newer version is left alone, with [ErrNewer].
//
// If there is nothing to do this is one small query, so that a start is fast.
func (d *DB) Migrate(ctx context.Context) (Change, error) {
	steps, inGo, err := d.steps()
	if err != nil {
		return Change{}, err
	}
	return d.migrate(ctx, steps, inGo...)
}

// Current returns nil if the schema is the one that this program knows, and changes
// nothing. It returns [ErrOlder] or [ErrNewer], which name both, or [ErrEmpty].
func (d *DB) Current(ctx context.Context) error {
	steps, inGo, err := d.steps()
	if err != nil {
		return err
	}
	want, err := newest(steps, inGo)
	if err != nil {
		return err
	}
	have, err := d.version(ctx)
	switch {
	case err != nil:
		return err
	case have == 0:
		return ErrEmpty
	case have < want:
		return fmt.Errorf("%w: its schema is %d, this program needs %d", ErrOlder, have, want)
	}
	return newer(have, want)
}

// steps are the migrations of this program: those of the folder and those in Go.
func (d *DB) steps() (fs.FS, []*goose.Migration, error) {
	steps, err := fs.Sub(embedded, "migrations")
	return steps, []*goose.Migration{identity(d.read(context.Background()).postgres), refold(), addressesApart()}, err
}

func newer(have, want int64) error {
	if have > want {
		return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewer, have, want)
	}
	return nil
}

// migrate applies the steps of a folder and those that are written in Go.
func (d *DB) migrate(ctx context.Context, steps fs.FS, inGo ...*goose.Migration) (done Change, err error) {
	if done.To, err = newest(steps, inGo); err != nil {
		return done, err
	}
	if done.From, err = d.version(ctx); err != nil {
		return done, err
	}
	for tries, have := 1, done.From; have != done.To; tries++ {
		if err := newer(have, done.To); err != nil {
			return done, err
		}
		if done.From > 0 && done.Backup == "" { // what was empty, or was copied, needs no copy
			if done.Backup, err = d.engine.backup(ctx, done.To); err != nil {
				return done, fmt.Errorf("store: backup before migrating: %w", err)
			}
		}
		err := d.up(ctx, steps, inGo)
		if err == nil {
			return done, nil
		}
		now, e := d.version(ctx)
		if e != nil || now <= have || tries > int(done.To) {
			return done, fmt.Errorf("store: migrating: %w", err)
		}
		have = now // another program was first, with a step or all of them: look again
	}
	return done, nil
}

// version returns the newest migration that was applied, 0 if none was.
func (d *DB) version(ctx context.Context) (int64, error) {
	have, err := one(d.read(ctx), value[int64], versionSQL)
	if err == nil {
		return have, nil
	}
	if begun, e := one(d.read(ctx), value[int64], begunSQL); begun == 0 || e != nil {
		return 0, e
	}
	return one(d.read(ctx), value[int64], versionSQL) // another program may have made it just now
}

// newest returns the number of the last step.
func newest(steps fs.FS, inGo []*goose.Migration) (last int64, err error) {
	files, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		n, err := goose.NumericComponent(file)
		if err != nil {
			return 0, err
		}
		last = max(last, n)
	}
	for _, m := range inGo {
		last = max(last, m.Version)
	}
	return last, nil
}

// up applies what is missing.
func (d *DB) up(ctx context.Context, steps fs.FS, inGo []*goose.Migration) (err error) {
	db, dialect, err := d.engine.migrations()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	release, err := d.engine.alone(ctx, db)
	if err != nil {
		return err
	}
	defer release()
	inSQL, err := texts(steps)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db, nil, goose.WithGoMigrations(append(inSQL, inGo...)...))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// texts are the files of a folder as steps. Each is handed to the engine as it is, which
// takes any number of statements: reading them one by one first is most of what a new
// database costs.
func texts(steps fs.FS) (all []*goose.Migration, err error) {
	files, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		n, errName := goose.NumericComponent(file)
		text, errRead := fs.ReadFile(steps, file)
		if err := errors.Join(errName, errRead); err != nil {
			return nil, err
		}
		all = append(all, goose.NewGoMigration(n, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			return nil
		}}, nil))
	}
	return all, nil
}

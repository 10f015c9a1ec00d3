package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

// Migrations are one time line for both engines, forward only. There is no way
// down: going back means restoring the backup made before.
//
//go:embed migrations/*.sql
var embedded embed.FS

// versionSQL asks goose's own table.
var versionSQL = query{"schema version",
	"SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied",
	"SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied"}

// Migrate brings the schema up to date. A SQLite file that has a schema is copied
// first, to FILE.before-VERSION. Programs that start together may all call it.
// A database that was used by a newer version is left alone, with [ErrNewer].
//
// If there is nothing to do this is one small query, so that a start is fast.
func (d *DB) Migrate(ctx context.Context) error {
	steps, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	return d.migrate(ctx, steps, identity(d.read(ctx).postgres), refold())
}

// migrate applies the steps of a folder and those that are written in Go.
func (d *DB) migrate(ctx context.Context, steps fs.FS, inGo ...*goose.Migration) error {
	want, err := newest(steps, inGo)
	if err != nil {
		return err
	}
	for tries := 1; ; tries++ {
		have, err := d.version(ctx)
		switch {
		case err == nil && have == want:
			return nil
		case err == nil && have > want:
			return fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewer, have, want)
		case err == nil && have > 0:
			if err := d.engine.backup(ctx, want); err != nil {
				return fmt.Errorf("store: backup before migrating: %w", err)
			}
		}
		// Without an answer there may be no schema yet; if it is something else,
		// goose meets it again and says so.
		err = d.up(ctx, steps, inGo)
		if err == nil {
			return nil
		}
		if now, e := d.version(ctx); e != nil || now <= have || tries > int(want) {
			return fmt.Errorf("store: migrating: %w", err)
		} // another program was first, with a step or all of them: look again
	}
}

// version returns the newest migration that was applied.
func (d *DB) version(ctx context.Context) (int64, error) {
	return one(d.read(ctx), value[int64], versionSQL)
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
	db, dialect, options, err := d.engine.migrations()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(dialect, db, steps, append(options, goose.WithGoMigrations(inGo...))...)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// backup implements engine. The copy is made under another name and moved when
// it is whole, so that a backup is never half of one.
func (s *sqlite) backup(ctx context.Context, version int64) error {
	if s.file == "" {
		return nil // in memory: there is nothing that one would want back
	}
	db, _, _, err := s.migrations() // readers may not, and the writer is busy
	if err != nil {
		return err
	}
	defer db.Close() // it changed nothing
	name := fmt.Sprintf("%s.before-%05d", s.file, version)
	part, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) // fails if it was moved
	defer part.Close()           // it was synced
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", part.Name()); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	return os.Rename(part.Name(), name)
}

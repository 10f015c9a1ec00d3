package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"keyturn/internal/config"
	"keyturn/internal/seal"
	"keyturn/internal/store"
)

// may is what somebody who opens the storage may do to it. A command that changed the
// schema would do so under a running server of another version, which then can't start
// again.
type may int

const (
	takes    may = iota // nothing: the database is there, and of this version
	begins              // make the schema and the key where nothing is yet
	migrates            // and bring the schema of an older version up to date
)

// ErrKey means that the key for the sealed secrets of the database is missing.
var ErrKey = errors.New("the key that closes the database's secrets is missing")

// ErrOtherKey says that there is a key, and that it isn't the one.
var ErrOtherKey = errors.New("the key isn't the one that closed the database's secrets")

// open opens the database, then the key, and only then touches the schema: without
// its key a database is of no use, and it stays as it was.
func (m may) open(ctx context.Context, c config.Config, log *slog.Logger) (*store.DB, *seal.Box, error) {
	db, err := m.database(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	box, err := m.key(ctx, c, db)
	if err == nil {
		err = m.schema(ctx, db, log)
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, box, nil
}

func (m may) database(ctx context.Context, c config.Config) (*store.DB, error) {
	if m == takes {
		return store.OpenExisting(ctx, string(c.Storage.URL))
	}
	return store.Open(ctx, string(c.Storage.URL))
}

// schema makes sure that the schema is the one of this program.
func (m may) schema(ctx context.Context, db *store.DB, log *slog.Logger) error {
	err := db.Current(ctx)
	empty, older := errors.Is(err, store.ErrEmpty), errors.Is(err, store.ErrOlder)
	if !(empty && m >= begins || older && m >= migrates) {
		return err
	}
	change, err := db.Migrate(ctx)
	if err == nil && older {
		log.LogAttrs(ctx, slog.LevelInfo, "the database's schema was changed",
			slog.Int64("from", change.From), slog.Int64("to", change.To), slog.String("backup", change.Backup))
	}
	return err
}

// key opens the key. Its file is made as long as nothing in the database was closed by
// another one, which would be missing then.
func (m may) key(ctx context.Context, c config.Config, db *store.DB) (*seal.Box, error) {
	if c.Seal.Key == "" && c.KeyFile() != "" && !exists(c.KeyFile()) {
		sealed, err := holdsSecrets(ctx, db)
		switch {
		case err != nil:
			return nil, err
		case sealed:
			return nil, fmt.Errorf("%w: %s", ErrKey, c.KeyFile())
		case m == takes:
			return nil, store.ErrEmpty
		}
	}
	return openBox(c)
}

// openBox takes the key from the environment, from its file, which it makes if it isn't
// there, or, for a database in memory, makes one that is gone with it.
func openBox(c config.Config) (*seal.Box, error) {
	switch {
	case c.Seal.Key != "":
		return seal.Parse(string(c.Seal.Key))
	case c.KeyFile() == "":
		return seal.New()
	}
	return seal.Open(c.KeyFile())
}

// holdsSecrets reports whether a key was used for the database: a server or command
// that comes first keeps a secret at once.
func holdsSecrets(ctx context.Context, db *store.DB) (bool, error) {
	if err := db.Current(ctx); errors.Is(err, store.ErrEmpty) {
		return false, nil
	}
	_, err := db.Secret(ctx, firstSecret)
	if errors.Is(err, store.ErrNoSecret) {
		return false, nil
	}
	return err == nil, err
}

// Migrate brings the schema of the settings' database up to date, and makes it in an
// empty one: with the rights of somebody who may, where the server may not. It needs no
// key.
func Migrate(ctx context.Context, c config.Config) (change store.Change, err error) {
	db, err := store.Open(ctx, string(c.Storage.URL))
	if err != nil {
		return change, err
	}
	change, err = db.Migrate(ctx)
	return change, errors.Join(err, db.Close())
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return !errors.Is(err, fs.ErrNotExist)
}

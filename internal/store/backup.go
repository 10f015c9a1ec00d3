package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"keyturn/internal/owner"
)

// backup implements engine. The copy is made under another name and moved when
// it is whole, so that a backup is never half of one.
func (s *sqlite) backup(ctx context.Context, version int64) (name string, err error) {
	if s.file == "" {
		return "", nil // in memory: there is nothing that one would want back
	}
	name = fmt.Sprintf("%s.before-%05d", s.file, version)
	part, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // mode 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(part.Name()) // fails if it was moved
	defer part.Close()           // it was synced
	if err := s.copyTo(ctx, part); err != nil {
		return "", err
	}
	if name, err = beside(ctx, name, part.Name()); err != nil {
		return "", err
	}
	return name, os.Rename(part.Name(), name)
}

// copyTo makes a file a copy of the database, kept on the disk.
func (s *sqlite) copyTo(ctx context.Context, part *os.File) error {
	db, _, err := s.migrations() // readers may not, and the writer is busy
	if err != nil {
		return err
	}
	defer db.Close() // it changed nothing
	if err := owner.Give(part); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", part.Name()); err != nil {
		return err
	}
	return part.Sync()
}

// beside is the name for a copy. Where one of another schema has the name, such as that from
// before a change that failed halfway, it keeps it: it alone leads back to the older program.
func beside(ctx context.Context, name, copied string) (string, error) {
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return name, nil
	}
	have, err := schemaOf(ctx, copied)
	if err != nil {
		return "", err
	}
	if there, err := schemaOf(ctx, name); err == nil && there == have {
		return name, nil
	}
	return fmt.Sprintf("%s-from-%05d", name, have), nil
}

// schemaOf returns the schema of a database that nobody has open, and makes no file
// beside it.
func schemaOf(ctx context.Context, file string) (version int64, err error) {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: file}
	db, err := sql.Open("sqlite", uri.String()+"?mode=ro&immutable=1")
	if err != nil {
		return 0, err
	}
	defer db.Close() // it changed nothing
	err = db.QueryRowContext(ctx, versionSQL.sqlite).Scan(&version)
	return version, err
}

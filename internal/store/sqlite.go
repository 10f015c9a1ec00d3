package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // driver "sqlite"

	"keyturn/internal/owner"
)

// A sqlite is a database in one file: a writer and a pool of readers. Readers
// don't wait for the writer, nor it for them (WAL).
type sqlite struct {
	file    string // absolute; empty for a database in memory
	dsn     string
	writer  *writer
	readers *sql.DB
	queries *prepared // on readers
}

// pragmas are set on each connection.
//   - busy_timeout: how long, in ms, to wait for another program, such as
//     "keyturn account add" beside the server.
//   - synchronous(FULL): a commit that was answered survives a power cut.
//   - journal_size_limit: the log shrinks to 64 MiB after a long reader was gone.
const pragmas = "&_pragma=busy_timeout(" + busyTimeout + ")&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
	"&_pragma=trusted_schema(0)&_pragma=journal_size_limit(67108864)&_dqs=0&_defensive=1"

const busyTimeout = "10000" // ms

func openSQLite(ctx context.Context, path string, make bool) (*sqlite, error) {
	s := &sqlite{}
	if path == ":memory:" {
		s.dsn = "file:/keyturn-" + rand.Text() + "?vfs=memdb" + pragmas
	} else if err := s.prepareFile(path, make); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", s.dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if s.writer, err = newWriter(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", path, err), db.Close())
	}
	s.sortBeside(ctx)
	if s.readers, err = sql.Open("sqlite", s.dsn+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, s.writer.stop())
	}
	// Reading is pure computation: more readers than processors gain nothing.
	s.readers.SetMaxOpenConns(max(2, runtime.GOMAXPROCS(0)))
	s.readers.SetMaxIdleConns(max(2, runtime.GOMAXPROCS(0)))
	s.queries = &prepared{by: s.readers}
	return s, nil
}

// sortBeside has SQLite put the files that it needs for a moment, to sort a large index or
// to take a statement back, into the folder of the database, which can be written to. It
// looks in $TMPDIR, /var/tmp and /tmp otherwise, and a container may have none of them. It
// holds for all connections of the program. Where SQLite doesn't take it, it looks there.
func (s *sqlite) sortBeside(ctx context.Context) {
	if s.file == "" {
		return
	}
	folder := strings.ReplaceAll(filepath.Dir(s.file), "'", "''")
	_, _ = s.writer.bare.ExecContext(ctx, "PRAGMA temp_store_directory = '"+folder+"'")
}

// prepareFile makes the file if it isn't there and may be made: nobody else may read
// it, nor the log beside it, which inherits its mode.
func (s *sqlite) prepareFile(path string, make bool) (err error) {
	if !isFile(path) {
		return ErrURL
	}
	if s.file, err = filepath.Abs(path); err != nil {
		return errors.Join(ErrURL, err)
	}
	if err := checkLog(s.file); err != nil {
		return err
	}
	f, err := openFile(s.file, make)
	if errors.Is(err, fs.ErrNotExist) && !make {
		return fmt.Errorf("%w: %s", ErrMissing, path)
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	uri := url.URL{Scheme: "file", OmitHost: true, Path: s.file}
	s.dsn = uri.String() + "?_journal_mode=WAL" + pragmas
	return f.Close()
}

// isFile reports whether what stands behind "sqlite:" can only be meant as the name of
// a file: other programs write //, file: and ?parameters there.
func isFile(path string) bool {
	return path != "" && strings.TrimSpace(path) == path && !strings.Contains(path, "?") &&
		!strings.HasPrefix(path, "//") && !strings.HasPrefix(path, ":") && !strings.HasPrefix(path, "file:")
}

// openFile opens a file. If it may make it, a new one belongs to the folder's owner, and
// so do the logs that SQLite puts beside it.
func openFile(name string, make bool) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if !make || !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.OpenFile(name, os.O_RDWR, 0) // another program was faster
	}
	if err != nil {
		return nil, err
	}
	if err := owner.Give(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// read implements engine. A query takes microseconds and waits for nobody, so
// watching the context meanwhile would cost more than the query.
func (s *sqlite) read(ctx context.Context) reads {
	return reads{ctx: context.WithoutCancel(ctx), on: s.queries}
}

func (s *sqlite) write(ctx context.Context, f func(*Tx) error) error { return s.writer.write(ctx, f) }

func (s *sqlite) close() error { return errors.Join(s.queries.close(), s.writer.stop()) }

// inLine implements engine: all wait for one writer, in turn.
func (s *sqlite) inLine(context.Context, int, ...string) (leave func(), waited time.Duration, err error) {
	return func() {}, 0, nil
}

// left implements engine.
func (s *sqlite) left() string {
	if s.file == "" {
		return ""
	}
	if l, err := readLog(s.file + "-wal"); err == nil && l.frames == 0 {
		return ""
	}
	return s.file + "-wal"
}

func (s *sqlite) migrations() (*sql.DB, goose.Dialect, error) {
	db, err := sql.Open("sqlite", s.dsn+"&_txlock=immediate")
	return db, goose.DialectSQLite3, err
}

// alone implements engine: each step is a transaction, and SQLite has one at a time.
func (s *sqlite) alone(context.Context, *sql.DB) (release func(), err error) {
	return func() {}, nil
}

// prepared runs statements that are parsed once for each connection. It is as
// safe for concurrent use as what it prepares by.
type prepared struct {
	by interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
		Close() error
	}
	stmts sync.Map // query text to *sql.Stmt; there are as many as queries in the .sql files
}

func (p *prepared) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := p.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	made, err := p.by.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, found := p.stmts.LoadOrStore(query, made)
	if found { // somebody was faster
		_ = made.Close() // it has run nothing
	}
	return s.(*sql.Stmt), nil
}

// close closes the statements, then what they were prepared by. SQLite puts its log
// into the file when the last connection is closed, and a connection stays open as long
// as one of its statements is, whatever database/sql says of it.
func (p *prepared) close() (err error) {
	p.stmts.Range(func(_, s any) bool {
		err = errors.Join(err, s.(*sql.Stmt).Close())
		return true
	})
	if e := p.by.Close(); !errors.Is(e, sql.ErrConnDone) { // a second time
		err = errors.Join(err, e)
	}
	return err
}

// ExecContext is that of [sql.Stmt].
func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext is that of [sql.Stmt].
func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

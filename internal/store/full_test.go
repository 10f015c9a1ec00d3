package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"keyturn/internal/store"
)

// A full disk is known by what each engine and the system say of it, and nothing else is.
func TestFull(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "k.db")+"?_pragma=max_page_count(2)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, full := db.Exec("CREATE TABLE big AS SELECT zeroblob(100000)")
	_, other := db.Exec("SELECT nothing")
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"SQLite without a page left", fmt.Errorf("store: commit: %w", full), true},
		{"SQLite for another reason", other, false},
		{"PostgreSQL's disk", &pgconn.PgError{Code: "53100"}, true},
		{"PostgreSQL for another reason", &pgconn.PgError{Code: "53200"}, false},
		{"a file", &fs.PathError{Op: "write", Path: "/key", Err: syscall.ENOSPC}, true},
		{"a quota", os.NewSyscallError("write", syscall.EDQUOT), true},
		{"another file", fs.ErrNotExist, false},
		{"no error", nil, false},
	} {
		if got := store.Full(tt.err); got != tt.want {
			t.Errorf("%s: Full(%v) = %v", tt.name, tt.err, got)
		}
	}
	if full == nil || errors.Is(full, fs.ErrNotExist) {
		t.Errorf("it wasn't full: %v", full)
	}
}

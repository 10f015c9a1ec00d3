package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"keyturn/internal/store"
	"keyturn/locale"
)

// Of what the system refuses to write SQLite says only that it did, where a quota is used up
// too. Here it refuses since nothing can be written to the descriptor of the database's log.
func TestHintOfUnwritten(t *testing.T) {
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "k.db")
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(wal)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t (a)"); err != nil {
		t.Fatal(err)
	}
	deafen(t, file+"-wal")
	_, err = db.Exec("INSERT INTO t VALUES (1)")
	err = fmt.Errorf("store: commit: %w", err)
	if got := (&terminal{words: locale.For(locale.English)}).hint(err); !strings.HasPrefix(got, "the system refused to write: ") {
		t.Errorf("%v: the hint is %q", err, got)
	}
	if store.Full(err) {
		t.Errorf("%v: is a full disk", err)
	}
}

// deafen has nothing more written to a file that this process has open.
func deafen(t *testing.T, file string) {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	for fd := range 1000 {
		if at, err := os.Readlink(fmt.Sprint("/proc/self/fd/", fd)); err == nil && at == file {
			if err := unix.Dup3(int(null.Fd()), fd, unix.O_CLOEXEC); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("nobody has it open: " + file)
}

package store_test

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// file opens a SQLite file with a table of its own; it returns its path too.
func file(t testing.TB) (*store.DB, string) {
	url := storetest.SQLite(t)
	db := storetest.Open(t, url)
	write(t, db, "CREATE TABLE thing (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)")
	return db, strings.TrimPrefix(url, "sqlite:")
}

// commits is how many there have been.
func commits(t *testing.T, db *store.DB) int64 { return count(t, db, "PRAGMA user_version") }

// together runs functions such that all but the first wait while the first runs, in
// their order.
func together(db *store.DB, t *testing.T, fs ...func(*store.Tx) error) []error {
	errs := make([]error, len(fs))
	running, queued := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		errs[0] = db.Write(t.Context(), func(tx *store.Tx) error {
			close(running)
			<-queued
			return fs[0](tx)
		})
	})
	<-running
	for i, f := range fs[1:] {
		wg.Go(func() { errs[i+1] = db.Write(t.Context(), f) })
		for db.Waiting() <= i {
			runtime.Gosched()
		}
	}
	close(queued)
	wg.Wait()
	return errs
}

// Fifty callers share a few commits, and each finds its row when it returns.
func TestCommitIsShared(t *testing.T) {
	db, _ := file(t)
	before := commits(t, db)
	var fs []func(*store.Tx) error
	for i := range 50 {
		fs = append(fs, run(insert, i, i))
	}
	if err := errors.Join(together(db, t, fs...)...); err != nil {
		t.Fatal(err)
	}
	if n := commits(t, db) - before; n > 5 {
		t.Errorf("%d commits for 50 callers: they don't share", n)
	}
	if n := count(t, db, "SELECT count(*) FROM thing"); n != 50 {
		t.Errorf("%d rows", n)
	}
}

// On one processor the writer would run as soon as the first caller is there, and
// commit for it alone while the others still work. It lets them come first.
func TestCommitIsSharedOnOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	db, _ := file(t)
	before := commits(t, db)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			_ = sha256.Sum256(make([]byte, 1<<18)) // such as checking a signature
			if err := db.Write(t.Context(), run(insert, i, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := commits(t, db) - before; n > 10 {
		t.Errorf("%d commits for 50 callers: they don't share", n)
	}
}

// Whoever of a turn loses the transaction, nothing of those who come later in it is
// kept, and nobody is told that something was kept which wasn't.
func TestLostTransaction(t *testing.T) {
	for place := range 4 {
		db, _ := file(t)
		fs := []func(*store.Tx) error{run(insert, 1, 1), run(insert, 2, 2), run(insert, 3, 3), run(insert, 4, 4)}
		fs[place] = run("ROLLBACK")
		for i, err := range together(db, t, fs...) {
			if err == nil {
				t.Errorf("the transaction is lost in job %d, and job %d is told that it is kept", place+1, i+1)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM thing"); n != 0 {
			t.Errorf("the transaction is lost in job %d, and %d rows are kept", place+1, n)
		}
		write(t, db, insert, 9, 9) // the writer goes on
	}
}

// SQLite ends the transaction itself when the disk is full, say. What the same
// function does afterwards would commit by itself, statement by statement.
func TestNothingRunsAfterAFailure(t *testing.T) {
	tables(t, func(t *testing.T, db *store.DB) {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_ = run("INSERT OR ROLLBACK INTO thing (id) VALUES (1)")(tx) // has no n
			_ = run(insert, 2, 2)(tx)
			return nil
		})
		if err == nil {
			t.Error("the failed statement is forgotten")
		}
		if n := count(t, db, "SELECT count(*) FROM thing"); n != 0 {
			t.Errorf("%d rows are kept of a function that failed", n)
		}
	})
}

// Closing keeps what was handed in before; later callers get an error.
func TestClose(t *testing.T) {
	db, path := file(t)
	var kept atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			switch err := db.Write(t.Context(), run(insert, i, i)); {
			case err == nil:
				kept.Add(1)
			case !errors.Is(err, store.ErrClosed):
				t.Error(err)
			}
		})
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := db.Write(t.Context(), run(insert, 99, 1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	again := storetest.Open(t, "sqlite:"+path)
	if n := count(t, again, "SELECT count(*) FROM thing"); n != kept.Load() {
		t.Errorf("%d rows, %d were told so", n, kept.Load())
	}
}

// A database that was closed is one file, and a copy of it has everything.
func TestCloseLeavesOneFile(t *testing.T) {
	db, path := file(t)
	write(t, db, insert, 1, 1)
	var wg sync.WaitGroup
	for range 8 { // each reader has statements of its own
		wg.Go(func() { count(t, db, "SELECT count(*) FROM thing") })
	}
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("closing leaves %v", left)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(copied, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := count(t, storetest.Open(t, "sqlite:"+copied), "SELECT count(*) FROM thing"); n != 1 {
		t.Errorf("a copy has %d rows", n)
	}
}

func TestFilesAreThePersonsOwn(t *testing.T) {
	_, path := file(t)
	found, _ := filepath.Glob(path + "*")
	for _, f := range found {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
	if len(found) != 3 {
		t.Errorf("files: %v", found)
	}
}

func TestOddNames(t *testing.T) {
	for _, name := range []string{"a b", "q&x=1", "h#1", "p%41", "里昂", "a&b=c"} {
		path := filepath.Join(t.TempDir(), name)
		write(t, storetest.Open(t, "sqlite:"+path), "CREATE TABLE x (id BIGINT)")
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestMemoryIsItsOwn(t *testing.T) {
	a, b := storetest.Open(t, "sqlite::memory:"), storetest.Open(t, "sqlite::memory:")
	write(t, a, "CREATE TABLE x (id BIGINT)")
	write(t, b, "CREATE TABLE x (id BIGINT)")
}

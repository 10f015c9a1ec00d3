package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"keyturn/internal/store"
)

// crash returns a folder as a server that was killed leaves it: file and log, with a row
// that is in the log alone.
func crash(t *testing.T, db *store.DB, path string) string {
	t.Helper()
	write(t, db, insert, 1000+count(t, db, "SELECT count(*) FROM thing"), 1)
	folder := t.TempDir()
	for _, end := range []string{"", "-wal"} {
		copyFile(t, path+end, filepath.Join(folder, "keyturn.db"+end))
	}
	return folder
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	whole, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, whole, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stopped is a database with a row, closed.
func stopped(t *testing.T) (path string) {
	t.Helper()
	db, path := file(t)
	write(t, db, insert, 1, 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// After a crash the log's rows are there, whatever part of it is in the file already.
func TestCrashLosesNothing(t *testing.T) {
	path := stopped(t)
	db := open(t, "sqlite:"+path)
	for i := range 5 {
		left := open(t, "sqlite:"+filepath.Join(crash(t, db, path), "keyturn.db"))
		if n := count(t, left, "SELECT count(*) FROM thing"); n != int64(i)+2 {
			t.Errorf("%d rows after a crash, want %d", n, i+2)
		}
		if i%2 == 0 {
			beside(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
		}
	}
}

// Whoever puts a copy back over what a crash has left, and leaves the log there, would
// get a mixture.
func TestLogOfAnotherState(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, folder, before string, db *store.DB){
		"the copy of the stopped server": func(t *testing.T, folder, before string, _ *store.DB) {
			copyFile(t, before, filepath.Join(folder, "keyturn.db"))
		},
		"the same under the same inode": func(t *testing.T, folder, before string, _ *store.DB) {
			whole, err := os.ReadFile(before)
			f, err2 := os.OpenFile(filepath.Join(folder, "keyturn.db"), os.O_RDWR|os.O_TRUNC, 0)
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			_, err = f.Write(whole)
			if err := errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
		},
		"a copy that was made while it ran": func(t *testing.T, folder, _ string, db *store.DB) {
			copied := filepath.Join(folder, "copy.db")
			beside(t, db, "VACUUM INTO '"+copied+"'")
			if err := os.Rename(copied, filepath.Join(folder, "keyturn.db")); err != nil {
				t.Fatal(err)
			}
		},
		"an empty file": func(t *testing.T, folder, _ string, _ *store.DB) {
			if err := os.Truncate(filepath.Join(folder, "keyturn.db"), 0); err != nil {
				t.Fatal(err)
			}
		},
		"no file": func(t *testing.T, folder, _ string, _ *store.DB) {
			if err := os.Remove(filepath.Join(folder, "keyturn.db")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := stopped(t)
			before := filepath.Join(t.TempDir(), "before.db")
			copyFile(t, path, before)
			db := open(t, "sqlite:"+path)
			write(t, db, insert, 2, 2)
			write(t, db, insert, 3, 3)
			folder := crash(t, db, path)
			spoil(t, folder, before, db)

			file := filepath.Join(folder, "keyturn.db")
			log, err := os.ReadFile(file + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			for _, open := range []func() (*store.DB, error){
				func() (*store.DB, error) { return store.Open(t.Context(), "sqlite:"+file) },
				func() (*store.DB, error) { return store.OpenExisting(t.Context(), "sqlite:"+file) },
			} {
				if _, err := open(); !errors.Is(err, store.ErrLog) {
					t.Errorf("it is opened: %v", err)
				}
			}
			if now, err := os.ReadFile(file + "-wal"); err != nil || string(now) != string(log) {
				t.Errorf("the log was touched: %v", err)
			}
			if err := os.Remove(file + "-wal"); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(file); err == nil && name != "an empty file" {
				if n := count(t, open(t, "sqlite:"+file), "SELECT count(*) FROM thing"); n < 1 {
					t.Errorf("without the log it has %d rows", n)
				}
			}
		})
	}
}

// Somebody who reads during the first commit only puts off that the file is told from
// its copies.
func TestLogOfAnotherStateDespiteAReader(t *testing.T) {
	path := stopped(t)
	before := filepath.Join(t.TempDir(), "before.db")
	copyFile(t, path, before)
	db := open(t, "sqlite:"+path)
	end, err := db.Reading(t.Context(), "SELECT count(*) FROM thing")
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, insert, 2, 2)
	write(t, db, insert, 3, 3) // by now the first try has been in vain
	if err := end(); err != nil {
		t.Fatal(err)
	}
	write(t, db, insert, 4, 4)

	file := filepath.Join(crash(t, db, path), "keyturn.db")
	copyFile(t, before, file)
	if _, err := store.Open(t.Context(), "sqlite:"+file); !errors.Is(err, store.ErrLog) {
		t.Errorf("it is opened: %v", err)
	}
}

func beside(t *testing.T, db *store.DB, statement string) {
	t.Helper()
	if err := db.Beside(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// A log that is being written, and put into the file meanwhile, is never taken for that
// of another one.
func TestLogInUse(t *testing.T) {
	db, path := file(t)
	write(t, db, "PRAGMA wal_autocheckpoint = 5")
	ctx, done := t.Context(), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				if err := db.Write(ctx, run(insert, i, 1)); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range 3000 {
		if err := store.CheckLog(path); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}

// A stopped server leaves one file. If another program reads there, it says that the log
// remains; one that only has the file open is no reason.
func TestLogThatIsLeft(t *testing.T) {
	db, path := file(t)
	other := open(t, "sqlite:"+path)
	write(t, db, insert, 1, 1)
	count(t, other, "SELECT count(*) FROM thing")
	if err := db.Close(); err != nil || db.Left() != "" {
		t.Fatalf("left %q beside a program that reads nothing, %v", db.Left(), err)
	}
	alone := filepath.Join(t.TempDir(), "keyturn.db")
	copyFile(t, path, alone)
	if n := count(t, open(t, "sqlite:"+alone), "SELECT count(*) FROM thing"); n != 1 {
		t.Errorf("a copy has %d rows, want 1", n)
	}

	db = open(t, "sqlite:"+path)
	write(t, db, insert, 2, 1)
	end, err := other.Reading(t.Context(), "SELECT count(*) FROM thing")
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, insert, 3, 1)
	if err := db.Close(); err != nil || db.Left() != path+"-wal" {
		t.Errorf("left %q, %v, want the log", db.Left(), err)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	db = open(t, "sqlite:"+path)
	if err := db.Close(); err != nil || db.Left() != "" {
		t.Errorf("left %q, %v, when nobody reads any more", db.Left(), err)
	}
}

package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

func TestEveryQueryPrepares(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		if err := db.Prepare(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// tables runs a test on each engine with a small table of its own.
func tables(t *testing.T, test func(t *testing.T, db *store.DB)) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		write(t, db, "CREATE TABLE thing (id BIGINT PRIMARY KEY, n BIGINT NOT NULL, name TEXT, bytes BYTEA, yes BOOLEAN)")
		test(t, db)
	})
}

func write(t testing.TB, db *store.DB, text string, args ...any) {
	t.Helper()
	if err := db.Write(t.Context(), run(text, args...)); err != nil {
		t.Fatal(err)
	}
}

func run(text string, args ...any) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Exec(store.Text(text), args...)
		return err
	}
}

func count(t testing.TB, db *store.DB, text string, args ...any) int64 {
	t.Helper()
	n, err := db.Int(t.Context(), text, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const insert = "INSERT INTO thing (id, n) VALUES ($1, $2)"

// Fifty callers at once: those that fail, panic or were cancelled undo only
// what they did themselves.
func TestFailureIsPrivate(t *testing.T) {
	tables(t, func(t *testing.T, db *store.DB) {
		own := errors.New("own")
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				switch i % 5 {
				case 0:
					if err := db.Write(t.Context(), run(insert, i, 1)); err != nil {
						t.Errorf("%d: %v", i, err)
					}
				case 1:
					err := db.Write(t.Context(), func(tx *store.Tx) error {
						_ = run(insert, i, 1)(tx)
						return own
					})
					if err != own {
						t.Errorf("%d: %v", i, err)
					}
				case 2:
					if err := db.Write(t.Context(), run("INSERT INTO thing (id) VALUES ($1)", i)); err == nil {
						t.Errorf("%d: a row without n is there", i)
					}
				case 3:
					defer func() {
						if recover() == nil {
							t.Errorf("%d: the panic is lost", i)
						}
					}()
					db.Write(t.Context(), func(tx *store.Tx) error {
						_ = run(insert, i, 1)(tx)
						panic("oh")
					})
				case 4:
					err := db.Write(t.Context(), func(tx *store.Tx) error {
						_ = run("INSERT INTO thing (id) VALUES ($1)", i)(tx) // fails, and nobody looks
						return nil
					})
					if err == nil {
						t.Errorf("%d: the failed statement is forgotten", i)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, db, "SELECT count(*) FROM thing"); n != 10 {
			t.Errorf("%d rows, want 10", n)
		}
		if n := count(t, db, "SELECT count(*) FROM thing WHERE id % 5 <> 0"); n != 0 {
			t.Errorf("%d rows of functions that failed", n)
		}
	})
}

// One winner, and everyone else sees that the row has changed.
func TestOneWinner(t *testing.T) {
	tables(t, func(t *testing.T, db *store.DB) {
		write(t, db, insert, 1, 0)
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				var n int64
				err := db.Write(t.Context(), func(tx *store.Tx) (err error) {
					n, err = tx.Exec(store.Text("UPDATE thing SET n = 1 WHERE id = 1 AND n = 0"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
				won.Add(n)
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d winners", won.Load())
		}
	})
}

// A caller that gave up before its turn changes nothing; one whose function has
// begun gets its result.
func TestCancel(t *testing.T) {
	tables(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(ctx, func(tx *store.Tx) error {
			cancel()
			return run(insert, 1, 1)(tx)
		})
		if err != nil {
			t.Errorf("cancelled while running: %v", err)
		}
		if err := db.Write(ctx, run(insert, 2, 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before: %v", err)
		}
		if n := count(t, db, "SELECT sum(id) FROM thing"); n != 1 {
			t.Errorf("sum %d, want 1", n)
		}
	})
}

var storedValues = []store.Value{
	{At: time.Unix(1893456000, 0), Name: "Ada", Bytes: keyturn.Bytes{0, 1, 255}, Yes: true},
	{At: time.Unix(1, 0), Name: "里昂 \n🔑 שלום '\"$1", Bytes: nil, Yes: false},
	{At: time.Unix(1<<40, 0), Name: "", Bytes: keyturn.Bytes{}, Yes: true},
}

// What the engines give back is what they were given.
func TestValues(t *testing.T) {
	tables(t, func(t *testing.T, db *store.DB) {
		for i, v := range storedValues {
			write(t, db, "INSERT INTO thing (id, n, name, bytes, yes) VALUES ($1, $2, $3, $4, $5)", i, v.At, v.Name, v.Bytes, v.Yes)
			got, err := db.Value(t.Context(), i)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Equal(v) {
				t.Errorf("got %+v, want %+v", got, v)
			}
		}
	})
}

func TestURL(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, url := range []string{"", "sqlite", "sqlite:", "mysql://x", "keyturn.db", "sqlite://k.db", "sqlite:///tmp/k.db", "sqlite:k.db?mode=ro",
		"sqlite:file:k.db", "sqlite: k.db", "sqlite:k.db ", "sqlite::memory", "sqlite3:k.db", "postgres:x", "postgresql+psycopg://x"} {
		if _, err := store.Open(t.Context(), url); !errors.Is(err, store.ErrURL) {
			t.Errorf("%q: %v", url, err)
		}
	}
	if made, _ := os.ReadDir("."); len(made) > 0 {
		t.Errorf("an address that is refused makes %v", made)
	}
	if _, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "no", "folder")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
}

// Whoever only looks makes nothing where there is nothing.
func TestOpenExisting(t *testing.T) {
	folder := t.TempDir()
	for name, url := range map[string]string{"no file": "sqlite:" + filepath.Join(folder, "typo.db"), "no folder": "sqlite:" + filepath.Join(folder, "no", "k.db")} {
		if _, err := store.OpenExisting(t.Context(), url); !errors.Is(err, store.ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if made, _ := os.ReadDir(folder); len(made) > 0 {
		t.Errorf("looking makes %v", made)
	}
	url := storetest.SQLite(t)
	storetest.Open(t, url)
	db, err := store.OpenExisting(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Current(t.Context()), db.Close()); err != nil {
		t.Error(err)
	}
}

// What SQLite needs a file for, for a moment, finds room beside the database: nothing else
// may be writable in a container. A quote in the folder's name is one.
func TestTemporaryFilesBesideDatabase(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "Mei's")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(folder, "keyturn.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := sql.Open("sqlite", ":memory:") // SQLite has one such folder for the whole program
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var used string
	if err := other.QueryRow("PRAGMA temp_store_directory").Scan(&used); err != nil || used != folder {
		t.Errorf("in %q, %v; want %q", used, err, folder)
	}
}

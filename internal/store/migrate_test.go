package store_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// steps are migrations of another program; the first n of them.
func steps(n int) fstest.MapFS {
	all := []string{
		"CREATE TABLE a (id BIGINT); INSERT INTO a VALUES (1);",
		"CREATE TABLE b (id BIGINT);",
		"CREATE TABLE c (id BIGINT);",
	}
	m := fstest.MapFS{}
	for i, text := range all[:n] {
		m["0000"+string(rune('1'+i))+"_x.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return m
}

// open opens a database without the schema.
func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestMigrate(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		url := engine(t)
		db := open(t, url)
		for _, n := range []int{1, 1, 3, 3} {
			if _, err := db.MigrateWith(t.Context(), steps(n)); err != nil {
				t.Fatalf("to %d: %v", n, err)
			}
		}
		if _, err := db.MigrateWith(t.Context(), steps(2)); !errors.Is(err, store.ErrNewer) {
			t.Errorf("older program: %v", err)
		}
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			backup := open(t, url+".before-00003")
			if n := count(t, backup, "SELECT sum(id) FROM a"); n != 1 {
				t.Errorf("backup has %d", n)
			}
			if info, err := os.Stat(path + ".before-00003"); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("backup: %v %v", info, err)
			}
			if _, err := os.Stat(path + ".before-00001"); err == nil {
				t.Error("backup of nothing")
			}
		}
	}
}

// Whoever doesn't change the schema is told what it is, and what it should be.
func TestCurrent(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		db := open(t, engine(t))
		if err := db.Current(t.Context()); !errors.Is(err, store.ErrEmpty) {
			t.Errorf("an empty database: %v", err)
		}
		if n := count(t, db, "SELECT count(*) FROM "+tablesOf(db)); n != 0 {
			t.Errorf("looking at an empty database makes %d tables", n)
		}
		to, err := db.MigrateWith(t.Context(), steps(3))
		if err != nil || to.From != 0 || to.To != 3 {
			t.Fatalf("migrated %+v, %v, want from 0 to 3", to, err)
		}
		if err := db.Current(t.Context()); !errors.Is(err, store.ErrOlder) || !strings.Contains(err.Error(), "its schema is 3, this program needs ") {
			t.Errorf("an older one: %v", err)
		}
		write(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
		if err := db.Current(t.Context()); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "its schema is 99999, this program knows ") {
			t.Errorf("a newer one: %v", err)
		}
		write(t, db, "DROP TABLE goose_db_version")
		if err := db.Current(t.Context()); !errors.Is(err, store.ErrEmpty) {
			t.Errorf("without the table of versions: %v", err)
		}
	}
}

// tablesOf names the engine's own list of tables.
func tablesOf(db *store.DB) string {
	if db.OnPostgres() {
		return "pg_tables WHERE schemaname = current_schema()"
	}
	return "sqlite_master"
}

// A database that can't be read isn't taken for an empty one.
func TestUnreadableIsNotEmpty(t *testing.T) {
	db := open(t, storetest.SQLite(t))
	write(t, db, "CREATE TABLE goose_db_version (x BIGINT)")
	if err := db.Current(t.Context()); err == nil || errors.Is(err, store.ErrEmpty) {
		t.Errorf("got %v, want the database's own words", err)
	}
	if _, err := db.Migrate(t.Context()); err == nil {
		t.Error("it was migrated")
	}
}

// A step that fails leaves the schema as it was, and says so.
func TestMigrateFails(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		db := open(t, engine(t))
		bad := steps(3)
		bad["00003_x.sql"].Data = []byte("-- +goose Up\nCREATE TABLE d (id BIGINT); CREATE TABLE a (id BIGINT);")
		if _, err := db.MigrateWith(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "version:3") {
			t.Errorf("no error, or none that names the step: %v", err)
		}
		if _, err := db.MigrateWith(t.Context(), steps(3)); err != nil {
			t.Error(err)
		}
	}
}

// A change that fails halfway, and is tried again, leaves the copy from before it, which the
// older program can open; so does one that finds something else under the copy's name.
func TestTheCopyFromBeforeStays(t *testing.T) {
	url := storetest.SQLite(t)
	name := strings.TrimPrefix(url, "sqlite:") + ".before-00003"
	db := open(t, url)
	bad := steps(3)
	bad["00003_x.sql"].Data = []byte("-- +goose Up\nCREATE TABLE a (id BIGINT);")
	for i, tt := range []struct {
		steps  fstest.MapFS
		fails  bool
		backup string
	}{{steps(1), false, ""}, {bad, true, name}, {bad, true, name + "-from-00002"}, {steps(3), false, name + "-from-00002"}} {
		if done, err := db.MigrateWith(t.Context(), tt.steps); (err != nil) != tt.fails || done.Backup != tt.backup {
			t.Errorf("%d: %+v, %v, want %+v", i, done, err, tt)
		}
	}
	for file, want := range map[string]int64{name: 1, name + "-from-00002": 2} {
		if n := count(t, open(t, "sqlite:"+file), "SELECT max(version_id) FROM goose_db_version"); n != want {
			t.Errorf("%s has schema %d, want %d", file, n, want)
		}
	}
}

// An empty database isn't copied, also when it is filled in two tries.
func TestNoCopyOfNothing(t *testing.T) {
	url := storetest.SQLite(t)
	bad := steps(3)
	bad["00002_x.sql"].Data = []byte("-- +goose Up\nCREATE TABLE a (id BIGINT);")
	if done, err := open(t, url).MigrateWith(t.Context(), bad); err == nil || done.Backup != "" {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := os.Stat(strings.TrimPrefix(url, "sqlite:") + ".before-00003"); err == nil {
		t.Error("a copy of nothing")
	}
}

// A107: names that were folded as before are found by their capitals, and two that fold alike
// since stay two.
func TestA107NamesOfBefore(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		for i, name := range []string{"straße", "weiß", "weiss", "ışık", "\u3164"} {
			a := account.Account{ID: fmt.Sprintf("acc_%d", i), Name: name, State: account.Active, Password: "x"}
			if err := db.AddAccount(t.Context(), a, account.Spelt(name), audit.Event{Kind: audit.AccountAdded, At: time.Unix(int64(i), 0), Account: a.ID}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // a second time finds nothing to do
			if err := db.Refold(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for typed, want := range map[string]string{"STRASSE": "acc_0", "straße": "acc_0", "weiß": "acc_1", "WEISS": "acc_2", "IŞIK": "acc_3", "\u3164": "acc_4"} {
			a, err := db.AccountNamed(t.Context(), account.Spelt(typed), account.Key(typed))
			if err != nil || a.ID != want {
				t.Errorf("%q: %s, %v, want %s", typed, a.ID, err, want)
			}
		}
	})
}

// Nodes and commands that start together all find the schema.
func TestMigrateTogether(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		url := engine(t)
		var wg sync.WaitGroup
		for range 4 {
			db := open(t, url)
			wg.Go(func() {
				if _, err := db.MigrateWith(t.Context(), steps(3)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

// The server and a command share a file: another process writes meanwhile.
func TestTwoProcesses(t *testing.T) {
	if url := os.Getenv("KEYTURN_TEST_OTHER"); url != "" { // this is the other
		db := open(t, url)
		for i := range 100 {
			write(t, db, insert, 1000+i, 1)
		}
		return
	}
	db, path := file(t)
	other := exec.Command(os.Args[0], "-test.run=^TestTwoProcesses$", "-test.v")
	other.Env = append(os.Environ(), "KEYTURN_TEST_OTHER=sqlite:"+path)
	var wg sync.WaitGroup
	wg.Go(func() {
		if out, err := other.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	for i := range 100 {
		write(t, db, insert, i, 1)
	}
	wg.Wait()
	if n := count(t, db, "SELECT count(*) FROM thing"); n != 200 {
		t.Errorf("%d rows, want 200", n)
	}
}

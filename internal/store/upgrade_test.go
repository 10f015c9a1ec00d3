package store_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/store/storetest"
)

// A database that a program of schema 10 filled gets the schema of a new one, and keeps what
// is in it. Where its addresses stand, and by what it forgets, follows from what is there.
func TestSchema10(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		var known struct{ At int64 }
		if err := json.Unmarshal(storetest.Schema10(t, url), &known); err != nil {
			t.Fatal(err)
		}
		db := open(t, url)
		kept := map[string]int64{}
		for _, table := range []string{"account", "device", "session", "request", "activation", "event", "told", "known_browser", "recovery_code"} {
			if kept[table] = count(t, db, "SELECT COUNT(*) FROM "+table); kept[table] == 0 {
				t.Errorf("nothing is in %s", table)
			}
		}
		named := count(t, db, `SELECT COUNT(*) FROM event WHERE detail LIKE '%"ip":"%'`)
		if change, err := db.Migrate(t.Context()); err != nil || change.From != 10 || named == 0 {
			t.Fatalf("migrated %+v, %v; %d events name addresses", change, err, named)
		}
		for table, rows := range kept {
			if n := count(t, db, "SELECT COUNT(*) FROM "+table); n != rows {
				t.Errorf("%d rows of %s, want %d", n, table, rows)
			}
		}
		if n := count(t, db, `SELECT COUNT(*) FROM event WHERE addresses LIKE '%"ip":"%' AND detail NOT LIKE '%"ip":"%'`); n != named {
			t.Errorf("%d events have their address apart, want %d", n, named)
		}
		if at := count(t, db, "SELECT upto FROM forgotten WHERE what = 'horizon'"); at > known.At || at < known.At-120 {
			t.Errorf("the horizon is at %d, want the newest event, a minute or so before %d", at, known.At)
		}
		wantSchemaOf(t, url, sameEngine(t, db.OnPostgres()))
	})
}

// sameEngine returns the address of a new database with the newest schema.
func sameEngine(t *testing.T, postgres bool) (url string) {
	t.Helper()
	if url = storetest.SQLite(t); postgres {
		url = storetest.Postgres(t)
	}
	storetest.Open(t, url)
	return url
}

// wantSchemaOf compares the schemas of two databases.
func wantSchemaOf(t *testing.T, url, of string) {
	t.Helper()
	got, err1 := storetest.Schema(t.Context(), url)
	want, err2 := storetest.Schema(t.Context(), of)
	if err1 != nil || err2 != nil || len(want) < 40 {
		t.Fatalf("%d lines, %v, %v", len(want), err1, err2)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schema (-new +migrated):\n%s", diff)
	}
}

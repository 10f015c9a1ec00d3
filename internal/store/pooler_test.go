package store_test

import (
	"strings"
	"sync"
	"testing"

	"keyturn/internal/store/storetest"
)

// All that the store promises holds behind a PgBouncer that gives each transaction
// another connection: nothing is prepared, and no lock is one of a session.
func TestPgBouncer(t *testing.T) {
	url := storetest.PgBouncer(t)
	var nodes sync.WaitGroup
	for range 3 { // which start together
		db := open(t, url)
		nodes.Go(func() {
			if _, err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	db := storetest.Open(t, url)
	if n := count(t, db, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"); n != 0 {
		t.Errorf("%d locks are left behind", n)
	}
	storetest.Run(t, db, func(text string, args ...any) { write(t, db, text, args...) })
}

// Without a pooler statements are parsed once for each connection.
func TestStatementsAreKept(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	for range 3 {
		count(t, db, "SELECT 41 + 1")
	}
	if n := count(t, db, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT count(*) FROM pg_prep%'"); n != 1 {
		t.Errorf("%d statements are kept of the one that asks", n)
	}
}

// An address that names a way to run statements is taken at its word.
func TestStatementsAsAsked(t *testing.T) {
	url := storetest.Postgres(t)
	if !strings.Contains(url, "?") {
		t.Fatalf("the address has no parameters: %s", url)
	}
	db := storetest.Open(t, url+"&default_query_exec_mode=exec")
	if n := count(t, db, "SELECT count(*) FROM pg_prepared_statements"); n != 0 {
		t.Errorf("%d statements are kept", n)
	}
}

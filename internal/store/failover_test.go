package store_test

import (
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// A cluster has another first server now, and the connections that the pool holds lead to
// the old one, which keeps nothing: changes go to whom a new connection leads to.
func TestConnectionsThatKeepNothingAreLeft(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	const held = 4 // fewer than a change tries
	var all, ended sync.WaitGroup
	all.Add(held)
	for range held {
		ended.Go(func() {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				all.Done()
				all.Wait() // each has a connection of its own
				_, err := tx.Exec(store.Text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	ended.Wait()
	for range held + 1 {
		if err := db.Alive(t.Context(), time.Now()); err != nil {
			t.Errorf("a server that keeps changes is there: %v", err)
		}
	}
}

// One that keeps nothing whoever asks says so, and the pool isn't used up.
func TestServerThatKeepsNothing(t *testing.T) {
	url := storetest.Postgres(t)
	storetest.Open(t, url)
	db := open(t, url+"&default_transaction_read_only=on")
	for range 40 { // more than the pool has connections
		if err := db.Alive(t.Context(), time.Now()); err == nil || errors.Is(err, t.Context().Err()) {
			t.Fatalf("a change that can't be kept: %v", err)
		}
	}
	if err := db.Current(t.Context()); err != nil {
		t.Errorf("reading: %v", err)
	}
}

// A change of the schema takes as long as it takes, whatever the role or the address
// allow to statements.
func TestMigrationsHaveTime(t *testing.T) {
	db := open(t, storetest.Postgres(t)+"&statement_timeout=3600000")
	steps := fstest.MapFS{"00001_it.sql": {Data: []byte("-- +goose Up\nCREATE TABLE seen AS SELECT current_setting('statement_timeout') AS allowed;\n")}}
	if _, err := db.MigrateWith(t.Context(), steps); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT count(*) FROM seen WHERE allowed = '0'"); n != 1 {
		t.Error("a migration is ended by statement_timeout")
	}
	if n := count(t, db, "SELECT count(*) FROM pg_settings WHERE name = 'statement_timeout' AND setting = '3600000'"); n != 1 {
		t.Error("other statements are no longer bounded as the operator wants")
	}
}

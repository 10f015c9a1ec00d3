// Package storetest is the contract of package store as a program, and gives
// tests a database of their own on each engine.
package storetest

import (
	"path/filepath"
	"testing"

	"keyturn/internal/store"
)

// Engines runs a test on each engine, with an empty database that has the schema.
func Engines(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{
		{"sqlite", SQLite},
		{"memory", func(testing.TB) string { return "sqlite::memory:" }},
		{"postgres", Postgres},
	} {
		t.Run(engine.name, func(t *testing.T) { test(t, Open(t, engine.url(t))) })
	}
}

// SQLite returns the URL of a file that isn't there yet and goes with the test.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "keyturn.db") }

// Open opens the database at url, brings its schema up to date and closes it with
// the test.
func Open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

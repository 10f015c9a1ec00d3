package storetest

import (
	"context"
	"database/sql"
	"embed"
	"slices"
	"strings"
	"testing"
)

// What a program of schema 10 left behind, on each engine: its own tables with what six people
// did in some minutes, and beside it, as JSON, the key and what the people and their phones
// know.
//
//go:embed schema-10
var schema10 embed.FS

// Schema10 fills an empty database with it, and returns the JSON.
func Schema10(t testing.TB, url string) (known []byte) {
	t.Helper()
	engine := "postgres"
	if strings.HasPrefix(url, "sqlite:") {
		engine = "sqlite"
	}
	text, err := schema10.ReadFile("schema-10/" + engine + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := Do(t.Context(), url, string(text)); err != nil {
		t.Fatal(err)
	}
	if known, err = schema10.ReadFile("schema-10/" + engine + ".json"); err != nil {
		t.Fatal(err)
	}
	return known
}

// schemaSQL describes all that a schema has, a line each: columns with their types, indexes
// and constraints.
var schemaSQL = map[bool]string{
	false: `SELECT tbl_name || ': ' || COALESCE(sql, name) FROM sqlite_schema`,
	true: `SELECT table_name || ': ' || ordinal_position || ' ' || column_name || ' ' || data_type || ' null ' || is_nullable
	           || ' default ' || COALESCE(column_default, 'none') || ' identity ' || is_identity
	         FROM information_schema.columns WHERE table_schema = current_schema()
	       UNION ALL SELECT tablename || ': ' || replace(indexdef, current_schema() || '.', '') FROM pg_indexes WHERE schemaname = current_schema()
	       UNION ALL SELECT conrelid::regclass || ': ' || conname || ' ' || pg_get_constraintdef(oid)
	         FROM pg_constraint WHERE connamespace = current_schema()::regnamespace`,
}

// Schema returns what [schemaSQL] says of a database, in the order of its words.
func Schema(ctx context.Context, url string) (all []string, err error) {
	db, postgres, err := open(url)
	if err != nil {
		return nil, err
	}
	defer db.Close() // it was read
	rows, err := db.QueryContext(ctx, schemaSQL[postgres])
	if err != nil {
		return nil, err
	}
	defer rows.Close() // its error is also that of rows.Err
	for rows.Next() {
		var line sql.NullString
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		all = append(all, line.String)
	}
	slices.Sort(all)
	return all, rows.Err()
}

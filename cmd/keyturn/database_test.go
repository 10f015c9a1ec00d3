package main

import (
	"compress/gzip"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// unpack is "unpack NAME FILE": puts a database of an older version, as that version
// left it, into the script's folder.
func unpack(ts *testscript.TestScript, _ bool, args []string) {
	packed, err := os.Open(filepath.Join("testdata", args[0]+".gz"))
	ts.Check(err)
	defer packed.Close()
	text, err := gzip.NewReader(packed)
	ts.Check(err)
	whole, err := io.ReadAll(text)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), whole, 0o600))
}

// statement is "sql FILE STATEMENT": changes a SQLite file behind the program's back.
func statement(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// reading is "reading FILE": another program reads a SQLite file until the script ends.
func reading(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	tx, err := db.Begin()
	ts.Check(err)
	var n int
	ts.Check(tx.QueryRow("SELECT COUNT(*) FROM event").Scan(&n))
	ts.Defer(func() { _ = errors.Join(tx.Rollback(), db.Close()) })
}

package storetest

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/need"
)

//go:embed pgbouncer.sh
var bouncerScript string

// bouncerSettings give each transaction whichever of a few connections is free.
const bouncerSettings = `[databases]
%[1]s = host=%[2]s dbname=%[1]s user=keyturn

[pgbouncer]
listen_addr =
unix_socket_dir = %[3]s
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 5
server_round_robin = 1
`

// PgBouncer returns the URL of an empty database behind a PgBouncer in transaction mode.
// Without the program, with a server of somebody else's, or at the desk, the test is left
// out: see package need.
func PgBouncer(t testing.TB) string {
	t.Helper()
	need.Started(t, "pgbouncer")
	if _, err := exec.LookPath("pgbouncer"); err != nil {
		need.Missing(t, "pgbouncer", "PgBouncer is missing: install the package pgbouncer")
	}
	if os.Getenv("KEYTURN_TEST_POSTGRES") != "" {
		need.Missing(t, "pgbouncer", "KEYTURN_TEST_POSTGRES names a server without PgBouncer")
	}
	c, err := server()
	if errors.Is(err, errMissing) {
		need.Missing(t, "postgres", err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("keyturn_%d_%d", os.Getpid(), schemas.Add(1))
	admin(t, c.url, "CREATE DATABASE "+name)
	dir, err := os.MkdirTemp("", "keyturn-pgbouncer-")
	if err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf(bouncerSettings, name, c.url.Query().Get("host"), dir)
	if err := os.WriteFile(filepath.Join(dir, "pgbouncer.ini"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	bounce(t, dir)
	return (&url.URL{Scheme: "postgres", User: url.User("keyturn"), Path: "/" + name,
		RawQuery: url.Values{"host": {dir}, "port": {"6432"}, "sslmode": {"disable"}}.Encode()}).String()
}

// bounce runs PgBouncer in a folder, until the test ends or its process does.
func bounce(t testing.TB, dir string) {
	t.Helper()
	script := exec.Command("sh", "-c", bouncerScript, "pgbouncer.sh", dir)
	input, err := script.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := script.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(input.Close(), script.Wait()); err != nil {
			t.Error(err)
		}
	})
	if said, err := io.ReadAll(out); err != nil || strings.TrimSpace(string(said)) != "ready" {
		t.Fatalf("PgBouncer doesn't start: %v\n%s", err, said)
	}
}

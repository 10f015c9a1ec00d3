package storetest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"keyturn/internal/need"
)

// Postgres returns the URL of an empty PostgreSQL schema for one test. All tests
// of a process share a private cluster that the first of them starts, or the
// database that KEYTURN_TEST_POSTGRES names, whose user may create schemas: that
// takes milliseconds, a database for each test a quarter of a second.
//
// Without either, or at the desk, the test is left out: see package need.
func Postgres(t testing.TB) string {
	t.Helper()
	need.Started(t, "postgres")
	c, err := server()
	if errors.Is(err, errMissing) {
		need.Missing(t, "postgres", err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("keyturn_%d_%d", os.Getpid(), schemas.Add(1))
	admin(t, c.url, "CREATE SCHEMA "+name)
	t.Cleanup(func() { admin(t, c.url, "DROP SCHEMA "+name+" CASCADE") })
	return c.of(name)
}

// Schemas is Postgres for a program that is no test: n schemas, and what drops them.
func Schemas(ctx context.Context, n int) (urls []string, drop func() error, err error) {
	c, err := server()
	if err != nil {
		return nil, nil, err
	}
	var drops []string
	for range n {
		name := fmt.Sprintf("keyturn_%d_%d", os.Getpid(), schemas.Add(1))
		if err := Do(ctx, c.url.String(), "CREATE SCHEMA "+name); err != nil {
			return nil, nil, err
		}
		drops = append(drops, "DROP SCHEMA "+name+" CASCADE")
		urls = append(urls, c.of(name))
	}
	return urls, func() error { return dropAll(c, drops) }, nil
}

func dropAll(c cluster, drops []string) error {
	var all []error
	for _, text := range drops {
		all = append(all, Do(context.Background(), c.url.String(), text)) // also when the program is stopped
	}
	return errors.Join(all...)
}

// of is the address of a schema.
func (c cluster) of(schema string) string {
	own := *c.url
	settings := own.Query()
	settings.Set("search_path", schema)
	own.RawQuery = settings.Encode()
	return own.String()
}

// schemas counts those made by this process.
var schemas atomic.Int64

// A cluster is a PostgreSQL server for tests.
type cluster struct {
	url   *url.URL
	input io.WriteCloser // of the script: the cluster stops when it is closed, also by the garbage collector
}

// server returns the server to use; it starts one at most once.
var server = sync.OnceValues(func() (cluster, error) {
	if s := os.Getenv("KEYTURN_TEST_POSTGRES"); s != "" {
		u, err := url.Parse(s)
		return cluster{url: u}, err
	}
	return start()
})

var errMissing = errors.New("PostgreSQL is missing: install the package postgresql, or set KEYTURN_TEST_POSTGRES to a URL")

// PostgreSQL is run by a script, so that something is left to stop it and to
// remove its folder when this process is killed: the script's input ends then.
//
//go:embed cluster.sh
var clusterScript string

// start makes a cluster in a temporary folder, reachable through a socket there.
func start() (c cluster, err error) {
	bin := binaries()
	if bin == "" {
		return c, errMissing
	}
	dir, err := os.MkdirTemp("", "keyturn-postgres-")
	if err != nil {
		return c, err
	}
	script := exec.Command("sh", "-c", clusterScript, "cluster.sh", bin, dir)
	script.Dir = dir
	if c.input, err = script.StdinPipe(); err != nil {
		return c, err
	}
	out, err := script.StdoutPipe()
	if err != nil {
		return c, err
	}
	if err := script.Start(); err != nil {
		return c, err
	}
	said, err := io.ReadAll(out) // ends when the cluster is ready, or has failed
	if err != nil || strings.TrimSpace(string(said)) != "ready" {
		return c, fmt.Errorf("PostgreSQL doesn't start: %v\n%s", err, said)
	}
	c.url = &url.URL{Scheme: "postgres", User: url.User("keyturn"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode()}
	return c, nil
}

// binaries returns the folder of the newest PostgreSQL, or "".
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // Debian keeps them out of the PATH
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return ""
	}
	return filepath.Dir(path)
}

// admin runs one statement on the server.
func admin(t testing.TB, server *url.URL, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // t.Context has ended in a cleanup
	defer cancel()
	conn, err := pgx.Connect(ctx, server.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Error(err)
	}
}

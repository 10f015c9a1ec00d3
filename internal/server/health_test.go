package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/server"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// asked is the status and text with which a path is answered.
func asked(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

// wantReady asks all that there is to ask.
func wantReady(t *testing.T, h http.Handler, want int) {
	t.Helper()
	for _, path := range []string{"/readyz", "/health"} {
		if got, text := asked(h, path); got != want {
			t.Errorf("%s: %d %q, want %d", path, got, text, want)
		}
	}
	if got, text := asked(h, "/livez"); got != 200 {
		t.Errorf("/livez: %d %q, want 200", got, text)
	}
	if got, _ := asked(h, "/"); got != 404 {
		t.Errorf("/: %d, want nothing else", got)
	}
}

func TestReady(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		h, stop := server.Health(t, db)
		wantReady(t, h, 200)
		stop()
		wantReady(t, h, 503)
	})
}

// A database that still answers, and keeps nothing, lets nobody sign in.
func TestReadOnlyIsNotReady(t *testing.T) {
	url := storetest.Postgres(t)
	storetest.Open(t, url)
	db, err := store.Open(t.Context(), url+"&default_transaction_read_only=on")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Current(t.Context()); err != nil {
		t.Fatalf("reading: %v", err)
	}
	h, _ := server.Health(t, db)
	wantReady(t, h, 503)
}

// Another program has the file to itself: whoever asks is told so, long before SQLite
// gives up.
func TestLockedIsNotReady(t *testing.T) {
	url := storetest.SQLite(t)
	db := storetest.Open(t, url)
	other, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	h, _ := server.Health(t, db)
	wantReady(t, h, 503)
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}

// One change in five seconds is all that strangers can cause, and the log has one line
// when it begins to fail and one when it doesn't any more.
func TestReadinessIsCheap(t *testing.T) {
	now := time.Unix(1893456000, 0)
	var kept atomic.Int64
	var fails error
	var log bytes.Buffer
	check := server.Readiness(func(context.Context, time.Time) error { kept.Add(1); return fails },
		func() time.Time { return now }, time.Minute, slog.New(slog.NewTextHandler(&log, nil)))
	for _, step := range []struct {
		what  string
		after time.Duration
		fails error
		ready bool
		kept  int64
		lines int
	}{
		{"at first a change is tried", 0, nil, true, 1, 0},
		{"a moment later it is believed", 4 * time.Second, errors.New("disk full"), true, 1, 0},
		{"then tried again, and the log says why it fails", time.Second, errors.New("disk full"), false, 2, 1},
		{"a moment later that is believed too", 4 * time.Second, nil, false, 2, 1},
		{"it is said once", time.Second, errors.New("disk full"), false, 3, 1},
		{"and that it is over", 5 * time.Second, nil, true, 4, 2},
		{"a clock that was set back doesn't keep the old answer", -time.Hour, errors.New("disk full"), false, 5, 3},
	} {
		now, fails = now.Add(step.after), step.fails
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := check(t.Context()); (err == nil) != step.ready {
					t.Errorf("%s: %v", step.what, err)
				}
			})
		}
		all.Wait()
		if kept.Load() != step.kept || strings.Count(log.String(), "\n") != step.lines {
			t.Errorf("%s: %d changes and the log\n%s", step.what, kept.Load(), log.String())
		}
	}
}

// Nobody is kept waiting for a change that hangs, and it isn't begun a second time.
func TestReadinessIsImpatient(t *testing.T) {
	var kept atomic.Int64
	hangs := make(chan bool)
	check := server.Readiness(func(context.Context, time.Time) error { kept.Add(1); <-hangs; return nil },
		time.Now, time.Millisecond, slog.New(slog.DiscardHandler))
	for range 3 {
		if check(t.Context()) == nil {
			t.Error("it is ready while a change hangs")
		}
	}
	if kept.Load() != 1 {
		t.Errorf("%d changes were begun, want 1", kept.Load())
	}
	close(hangs)
}

// A monitor asks at an address of its own, and gets nothing else there.
func TestHealth(t *testing.T) {
	addr := freeAddr(t)
	s, l := serverWith(t, func(c *config.Config) { c.Health = addr })
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(t.Context(), l) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Errorf("it stops with %v", err)
		}
	})
	for path, want := range map[string]int{"/health": 200, "/": 404, "/sign-in": 404} {
		answer, err := http.Get("http://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, answer.Status, want)
		}
	}
}

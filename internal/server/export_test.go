package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"keyturn/internal/store"
)

// Tail starts a tail that logs to out and returns what reads once.
func Tail(t *testing.T, record recordReader, wake func(string), out io.Writer) (tick func()) {
	tail := &tail{record: record, wake: wake, log: slog.New(slog.NewTextHandler(out, nil))}
	if tail.tick(t.Context()); tail.seen == nil {
		t.Fatal("the record can't be read")
	}
	return func() { tail.tick(t.Context()) } // the next tick reads what this one couldn't
}

// Health is what monitors ask, for tests; stop is what the server does when it ends.
func Health(t *testing.T, db *store.DB) (h http.Handler, stop func()) {
	s := &Server{Services: &Services{Store: db, with: With{Now: time.Now, Log: slog.New(slog.DiscardHandler)}}}
	s.drain, s.stop = context.WithCancel(t.Context())
	return s.health(t.Context()), s.stop
}

// Readiness asks whether changes are kept, for tests.
func Readiness(
	keep func(context.Context, time.Time) error, now func() time.Time, patience time.Duration, log *slog.Logger,
) (check func(context.Context) error) {
	return (&readiness{keep: keep, now: now, patience: patience, log: log}).check
}

// A Tidier is what forgets, for tests.
type Tidier interface {
	Tidy(ctx context.Context, t store.Tidy) (time.Time, error)
}

// Tidying returns a round of forgetting, which begins then by a clock that nobody sets.
func Tidying(db Tidier, now func() time.Time, log *slog.Logger) (round func(ctx context.Context, began time.Time)) {
	return (&tidying{db: db, now: now, log: log}).round
}

package server

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"
)

// See is the look through proxies, for tests.
func See(trusted []string, next http.Handler) (http.Handler, error) {
	p, err := parseProxies(trusted)
	return p.see(next), err
}

// Guard is what every request passes first, for tests.
func Guard(origin string, log *slog.Logger, next http.Handler) http.Handler {
	s := &Server{Services: &Services{Origin: origin, with: With{Log: log}}, drain: context.Background()}
	return s.guard(next)
}

// Certificate is the pair of two files, for tests.
func Certificate(cert, key string, now func() time.Time) func() ([]byte, error) {
	p := &pair{cert: cert, key: key, now: now}
	return func() ([]byte, error) {
		c, err := p.get(nil)
		if err != nil {
			return nil, err
		}
		return c.Certificate[0], nil
	}
}

// Tail starts a tail and returns what reads once.
func Tail(t *testing.T, record recordReader, wake func(string)) (tick func()) {
	tail := &tail{record: record, wake: wake, log: slog.New(slog.DiscardHandler)}
	if !tail.start(t.Context()) {
		t.Fatal("the record can't be read")
	}
	return func() { _ = tail.read(t.Context()) } // the next tick reads what this one couldn't
}

// Limits are what the settings make of the defaults, for tests.
var Limits = limits

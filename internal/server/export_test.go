package server

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/store"
)

// See is the look through proxies, for tests; what it has to tell goes to the log.
func See(trusted []string, log *slog.Logger, next http.Handler) (http.Handler, error) {
	p, err := parseProxies(config.Config{TrustedProxies: trusted})
	s := &Server{Services: &Services{with: With{Log: log}}}
	return p.see(next, s.silentProxy, s.unheardProxy), err
}

// Guard is what every request passes first, for tests.
func Guard(origin string, log *slog.Logger, next http.Handler) http.Handler {
	s := &Server{Services: &Services{Origin: origin, config: config.Default(), with: With{Log: log}}, drain: context.Background()}
	return s.guard(next)
}

// Pair is the certificate in two files, for tests: what it is now, after looking.
func Pair(c config.Config, host string, with With) (look func(again bool) []byte, err error) {
	p, err := openPair(c, host, with)
	if err != nil {
		return nil, err
	}
	return func(again bool) []byte {
		p.look(again)
		got, _ := p.config().GetCertificate(nil) // can't fail
		return got.Certificate[0]
	}, nil
}

// Fetched is a certificate that an authority hands out, for tests, and what looks at it.
func Fetched(
	host string, with With, from func() (*tls.Certificate, error),
) (get func(*tls.ClientHelloInfo), look func()) {
	f := newFetched(config.Config{}, host, with)
	f.from = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return from() }
	return func(hello *tls.ClientHelloInfo) { _, _ = f.get(hello) }, func() { f.look(false) }
}

// Plain is what answers plain http beside TLS, for tests.
func Plain(origin string) http.Handler { return plain(origin).Handler }

// RedirectAt is where plain http is redirected, for tests.
var RedirectAt = redirectAt

// HSTS is what browsers are told, for tests.
var HSTS = hsts

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

// Crowd bounds the connections of a listener that h serves, for tests; open is how many
// there are.
func Crowd(
	l net.Listener, h *http.Server, all, each int, trusted ...string,
) (bounded net.Listener, open func() int, err error) {
	p, err := parseProxies(config.Config{TrustedProxies: trusted})
	c := &crowd{all: all, each: each, trusted: p, log: slog.New(slog.DiscardHandler), guests: map[net.Conn]*guest{}, networks: map[string]*network{}}
	c.join(h)
	return c.on(l), func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.guests) + len(c.networks)
	}, err
}

// Turns share out what next works at, for tests: so many requests of one address are in
// flight at most. left is how many networks are remembered.
func Turns(most int, next http.Handler) (h http.Handler, left func() int) {
	busy := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	t := &turns{most: most, busy: busy, log: slog.New(slog.DiscardHandler), of: map[string]*turn{}}
	return t.share(next), func() int {
		t.mu.Lock()
		defer t.mu.Unlock()
		return len(t.of)
	}
}

// Answering bounds the answers of h, for tests.
func Answering(h http.Handler) *http.Server { return answering(h, slog.New(slog.DiscardHandler)) }

// ShareSocket lets the group of a socket connect, for tests.
var ShareSocket = shareSocket

// A Tidier is what forgets, for tests.
type Tidier interface {
	Tidy(ctx context.Context, t store.Tidy) (time.Time, error)
}

// Tidying returns a round of forgetting, which begins then by a clock that nobody sets.
func Tidying(db Tidier, now func() time.Time, log *slog.Logger) (round func(ctx context.Context, began time.Time)) {
	return (&tidying{db: db, now: now, log: log}).round
}

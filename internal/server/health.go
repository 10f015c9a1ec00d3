package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// aliveFor is how long it is believed that changes are kept, or aren't. However
	// often strangers ask, the database is written to no oftener.
	aliveFor = 5 * time.Second

	// alivePatience is how long whoever asks is kept waiting for a change to be kept.
	alivePatience = 2 * time.Second
)

// listenHealth listens where monitors ask; nil: nowhere.
func (s *Server) listenHealth(ctx context.Context) (net.Listener, error) {
	if s.config.Health == "" {
		return nil, nil
	}
	return s.open(ctx, s.config.Health)
}

// health answers monitors. Live is the program; ready is a node that could let somebody
// in now. One that stops says that it isn't before it closes, so that a balancer looks
// elsewhere. What is wrong is for the log alone.
func (s *Server) health(ctx context.Context) http.Handler {
	r := &readiness{keep: s.Store.Alive, now: s.with.Now, patience: alivePatience, log: s.with.Log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { say(w, nil) })
	ready := func(w http.ResponseWriter, _ *http.Request) {
		if s.drain.Err() != nil {
			say(w, errStopping)
			return
		}
		say(w, r.check(ctx))
	}
	mux.HandleFunc("GET /readyz", ready)
	mux.HandleFunc("GET /health", ready)
	return mux
}

// What monitors are told.
var (
	errStopping = errors.New("stopping")
	errKeeping  = errors.New("the database keeps no changes")
)

func say(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // the monitor has gone
}

// A readiness knows whether changes are kept, by keeping one. It is safe for concurrent
// use.
type readiness struct {
	keep     func(ctx context.Context, now time.Time) error
	now      func() time.Time
	patience time.Duration
	log      *slog.Logger

	mu      sync.Mutex
	running chan struct{} // closed when the change that is under way has ended; nil: none is
	at      time.Time     // when the last one ended
	err     error         // its error
}

// check returns nil or errKeeping. What was found out a moment ago it believes; a change
// that is under way it waits for, though not for long. ctx ends with the server.
func (r *readiness) check(ctx context.Context) error {
	running := r.start(ctx)
	patience := time.NewTimer(r.patience)
	defer patience.Stop()
	select {
	case <-running:
	case <-patience.C:
		return errKeeping
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return errKeeping
	}
	return nil
}

// start begins a change unless one is under way, or the last one is enough, and returns
// what is closed when it has ended.
func (r *readiness) start(ctx context.Context) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil {
		return r.running
	}
	running := make(chan struct{})
	if since := r.now().Sub(r.at); !r.at.IsZero() && since >= 0 && since < aliveFor {
		close(running)
		return running
	}
	r.running = running
	go r.run(ctx, running)
	return running
}

// run keeps a change, and says once when that begins to fail and once when it doesn't any
// more.
func (r *readiness) run(ctx context.Context, running chan struct{}) {
	err := r.keep(ctx, r.now())
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ctx.Err() != nil: // the store is closing
	case err != nil && r.err == nil:
		r.log.LogAttrs(ctx, slog.LevelError, "not ready: the database keeps no changes", slog.Any("err", err))
	case err == nil && r.err != nil:
		r.log.LogAttrs(ctx, slog.LevelInfo, "ready: the database keeps changes again")
	}
	r.running, r.at, r.err = nil, r.now(), err
	close(running)
}

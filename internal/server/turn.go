package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"keyturn/internal/page"
	"keyturn/internal/policy"
)

const (
	// turnsEach is how many requests of one address are worked at at once: more than any
	// processor needs to be busy, and few enough that who comes from elsewhere is next.
	turnsEach = 64

	// turnLasts is how long a request keeps its turn. What takes longer waits for something
	// else than a processor: it is held, or streams, or its password waits to be compared.
	turnLasts = 500 * time.Millisecond

	// mostStreams are the requests of one connection by HTTP/2 (RFC 9113 §6.5.2: no fewer
	// than 100).
	mostStreams = 100

	// perConnection is how many requests an address may have in flight for each connection
	// that it may have: one is held, and one is answered.
	perConnection = 2
)

// Turns share out what the server works at: of one network ([policy.Networks]) so many
// requests at once, from their last byte on. The rest waits in the order in which it came,
// at most so many; who comes then is told that the server is busy. So one machine's flood,
// whose requests a connection by HTTP/2 multiplies, keeps others waiting for a few of them
// and not for all. Attack A124. Whom only a proxy's address is known of waits for nobody.
// Turns are safe for concurrent use.
type turns struct {
	most int          // of one address that wait, are worked at or are held
	busy http.Handler // answers who is one too many
	log  *slog.Logger

	mu   sync.Mutex
	of   map[string]*turn
	told time.Time // that somebody was turned away
}

// A turn is of one network: whoever put something into free is worked at.
type turn struct {
	free chan struct{}
	in   int // requests in flight that are whole
}

// share has next work at the requests that have their turn.
func (t *turns) share(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := policy.Networks(page.Counted(r))
		if t.full(by) {
			t.busy.ServeHTTP(w, r)
			return
		}
		leave := func() {}
		defer func() { leave() }()
		come := sync.OnceFunc(func() { leave = t.enter(by) })
		if r.ContentLength == 0 || asks(r) {
			come()
		} else {
			r.Body = &arriving{r.Body, r.ContentLength, come}
		}
		next.ServeHTTP(w, r)
	})
}

// asks reports whether a request only asks (RFC 9110 §9.3.1): whoever answers it waits for
// no body, and so reads none of one that it brings all the same.
func asks(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// full reports whether a network has as many requests in flight as it may, and says so in
// the log, once a minute.
func (t *turns) full(by []policy.Network) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range by {
		if of := t.of[n.Name]; of == nil || of.in < t.most*n.Share {
			continue
		}
		if now := time.Now(); now.Sub(t.told) >= time.Minute {
			t.told = now
			t.log.LogAttrs(context.Background(), slog.LevelWarn, "requests turned away: too many at once", slog.String("network", n.Name))
		}
		return true
	}
	return false
}

// enter waits for a turn of each network, the narrowest first: so whoever waits for a
// wider one has their own already, and of one flood few stand before the neighbours. leave
// is called once, after the answer. Who has gone waits too, and counts: of requests that are
// taken back at once there would be no end.
func (t *turns) enter(by []policy.Network) (leave func()) {
	var has []*turn
	for _, n := range by {
		of := t.join(n)
		of.free <- struct{}{}
		has = append(has, of)
	}
	end := sync.OnceFunc(func() {
		for _, of := range has {
			<-of.free
		}
	})
	late := time.AfterFunc(turnLasts, end)
	return func() { late.Stop(); end(); t.part(by) }
}

func (t *turns) join(n policy.Network) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[n.Name] == nil {
		t.of[n.Name] = &turn{free: make(chan struct{}, turnsEach*n.Share)}
	}
	t.of[n.Name].in++
	return t.of[n.Name]
}

func (t *turns) part(by []policy.Network) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range by {
		if of := t.of[n.Name]; of.in > 1 {
			of.in--
		} else {
			delete(t.of, n.Name)
		}
	}
}

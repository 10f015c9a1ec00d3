package porch

import (
	"bytes"
	"context"
	"io"
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
type Turns struct {
	most int          // of one address that wait, are worked at or are held
	busy http.Handler // answers who is one too many
	log  *slog.Logger

	mu   sync.Mutex
	of   map[string]*turn
	told time.Time // that somebody was turned away
}

// NewTurns shares out among addresses that may have so many connections each; busy answers
// who is one too many.
func NewTurns(connections int, busy http.Handler, log *slog.Logger) *Turns {
	return &Turns{most: perConnection * connections, busy: busy, log: log, of: map[string]*turn{}}
}

// A turn is of one network: whoever put something into free is worked at.
type turn struct {
	free chan struct{}
	in   int // requests in flight that are whole
}

// Share has next work at the requests that are whole and have their turn.
func (t *Turns) Share(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave := t.take(r)
		if leave == nil {
			t.busy.ServeHTTP(w, r)
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}

// take waits until a request is whole and has its turn; leave is nil if it is one too many.
func (t *Turns) take(r *http.Request) (leave func()) {
	by := policy.Networks(page.Counted(r))
	if r.ContentLength != 0 && !asks(r) {
		r.Body = whole(r.Body)
	}
	each, ok := t.come(by)
	if !ok {
		return nil
	}
	end := wait(each)
	return func() { end(); t.part(by) }
}

// asks reports whether a request only asks (RFC 9110 §9.3.1): whoever answers it waits for
// no body, and so reads none of one that it brings all the same.
func asks(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// mostRead is how many bytes of a body have to be there before a request has its turn: no
// door reads more.
const mostRead = 16 << 10

// whole waits for a body, whether or not a door reads it, such as a form of a type that is
// none of ours: the last byte of what nobody reads would never come.
func whole(body io.ReadCloser) io.ReadCloser {
	var came bytes.Buffer
	_, err := io.CopyN(&came, body, mostRead)
	if err == nil {
		err = io.EOF // of this part
	}
	return &arrived{io.MultiReader(&came, broken{err}, body), body}
}

// arrived is a body of which the first part is there.
type arrived struct {
	io.Reader
	io.Closer
}

// broken is why no more of it came.
type broken struct{ error }

// Read implements [io.Reader].
func (b broken) Read([]byte) (int, error) { return 0, b.error }

// come counts a request in each of its networks, unless one has as many in flight as it
// may: then it says so in the log, once a minute.
func (t *Turns) come(by []policy.Network) (each []*turn, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range by {
		if of := t.of[n.Name]; of != nil && of.in >= t.most*n.Share {
			t.full(n.Name)
			return nil, false
		}
	}
	for _, n := range by {
		if t.of[n.Name] == nil {
			t.of[n.Name] = &turn{free: make(chan struct{}, turnsEach*n.Share)}
		}
		t.of[n.Name].in++
		each = append(each, t.of[n.Name])
	}
	return each, true
}

func (t *Turns) full(network string) {
	if now := time.Now(); now.Sub(t.told) >= time.Minute {
		t.told = now
		t.log.LogAttrs(context.Background(), slog.LevelWarn, "requests turned away: too many at once", slog.String("network", network))
	}
}

// wait waits for a turn of each network, the narrowest first: so whoever waits for a
// wider one has their own already, and of one flood few stand before the neighbours. leave
// is called once, after the answer. Who has gone waits too, and counts: of requests that are
// taken back at once there would be no end.
func wait(each []*turn) (leave func()) {
	for _, of := range each {
		of.free <- struct{}{}
	}
	end := sync.OnceFunc(func() {
		for _, of := range each {
			<-of.free
		}
	})
	late := time.AfterFunc(turnLasts, end)
	return func() { late.Stop(); end() }
}

// part takes a request out of them.
func (t *Turns) part(by []policy.Network) {
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

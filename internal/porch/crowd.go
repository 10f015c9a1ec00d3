package porch

import (
	"container/list"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"keyturn/internal/policy"
)

// A Crowd bounds the connections that are open: all of them, and those of one network
// ([policy.Networks]), so that one machine doesn't take every descriptor. When there
// is no room, the connection that has rested the longest goes: one that has sent no
// whole request yet, header and body, or has had its answers. Those that wait for an
// answer keep their places, and whoever finds no other is turned away. Attacks A101,
// A120. A trusted proxy's own connections count in all only. A Crowd is safe for
// concurrent use.
type Crowd struct {
	all, each int // most
	trusted   Proxies
	log       *slog.Logger

	mu       sync.Mutex
	guests   map[net.Conn]*guest
	networks map[string]*network
	resting  list.List // of *guest, the longest first
	told     time.Time // that somebody was turned away
}

// NewCrowd lets so many connections be open at once, and so many of one network's; all 0:
// as many as the program may have descriptors for.
func NewCrowd(all, each int, trusted Proxies, log *slog.Logger) *Crowd {
	if all == 0 {
		all = max(descriptors()-spare, descriptors()/2)
	}
	return &Crowd{all: all, each: each, trusted: trusted, log: log, guests: map[net.Conn]*guest{}, networks: map[string]*network{}}
}

// spare are descriptors for everything but connections of browsers and phones: files,
// the database, mail and push services.
const spare = 256

// A network is the connections of one.
type network struct {
	guests  int
	resting list.List // of *guest
}

// A guest is a connection.
type guest struct {
	conn net.Conn
	of   []policy.Network
	owed int             // answers to whole requests; of HTTP/2 there may be several
	rest []*list.Element // its places in resting, of all and of each network; nil: it waits for an answer
}

// On returns l with the bounds of the crowd. Who serves it is made by [Crowd.Join].
func (c *Crowd) On(l net.Listener) net.Listener { return &bounded{l, c} }

// bounded is a listener whose connections are counted.
type bounded struct {
	net.Listener
	crowd *Crowd
}

// Accept implements [net.Listener].
func (b *bounded) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil || b.crowd.enter(conn) {
			return conn, err
		}
		_ = conn.Close() // nobody has said anything yet
	}
}

// enter makes room for a connection, or reports that there is none.
func (c *Crowd) enter(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := &guest{conn: conn, of: c.count(conn)}
	for _, n := range g.of {
		if of := c.networks[n.Name]; of != nil && of.guests >= c.each*n.Share && !c.send(&of.resting) {
			return c.full(n.Name)
		}
	}
	if len(c.guests) >= c.all && !c.send(&c.resting) {
		return c.full("")
	}
	for _, n := range g.of {
		if c.networks[n.Name] == nil {
			c.networks[n.Name] = &network{}
		}
		c.networks[n.Name].guests++
	}
	c.guests[conn] = g
	c.sit(g)
	return true
}

// count is what a connection is counted by.
func (c *Crowd) count(conn net.Conn) []policy.Network {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil || c.trusted.has(at.Addr()) {
		return nil
	}
	return policy.Networks(at.Addr().String())
}

// send ends the connection that has rested the longest, if there is one.
func (c *Crowd) send(resting *list.List) bool {
	first := resting.Front()
	if first == nil {
		return false
	}
	g := first.Value.(*guest)
	c.leave(g)
	go func() { _ = g.conn.Close() }() // it may want to say goodbye
	return true
}

// full says that somebody is turned away, once a minute.
func (c *Crowd) full(network string) bool {
	if now := time.Now(); now.Sub(c.told) >= time.Minute {
		c.told = now
		c.log.LogAttrs(context.Background(), slog.LevelWarn, "connections turned away: all wait for an answer",
			slog.String("network", network), slog.Int("open", len(c.guests)))
	}
	return false
}

// sit puts a connection behind those that rest.
func (c *Crowd) sit(g *guest) {
	g.rest = []*list.Element{c.resting.PushBack(g)}
	for _, n := range g.of {
		g.rest = append(g.rest, c.networks[n.Name].resting.PushBack(g))
	}
}

// stand takes it out of them.
func (c *Crowd) stand(g *guest) {
	if g.rest == nil {
		return
	}
	c.resting.Remove(g.rest[0])
	for i, n := range g.of {
		c.networks[n.Name].resting.Remove(g.rest[i+1])
	}
	g.rest = nil
}

// leave forgets a connection.
func (c *Crowd) leave(g *guest) {
	c.stand(g)
	delete(c.guests, g.conn)
	for _, n := range g.of {
		if of := c.networks[n.Name]; of.guests > 1 {
			of.guests--
		} else {
			delete(c.networks, n.Name)
		}
	}
}

// Goes waits until no connection is left, at most so long.
func (c *Crowd) Goes(most time.Duration) {
	const apart = 10 * time.Millisecond
	for end := time.Now().Add(most); time.Now().Before(end) && c.anyone(); {
		time.Sleep(apart)
	}
}

func (c *Crowd) anyone() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.guests) > 0
}

// Join makes a server tell the crowd of its connections.
func (c *Crowd) Join(h *http.Server) *http.Server {
	h.Handler, h.ConnState, h.ConnContext = c.serve(h.Handler), c.state, named
	return h
}

// state implements ConnState of [http.Server].
func (c *Crowd) state(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g := c.guests[conn]; g != nil && (state == http.StateClosed || state == http.StateHijacked) {
		c.leave(g)
	}
}

// connection is the key of a request's connection in its context.
type connection struct{}

// named implements ConnContext of [http.Server].
func named(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connection{}, conn)
}

// serve has a connection wait from the last byte of a request to the end of its answer.
// While a body is on its way it is the server that waits.
func (c *Crowd) serve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer c.answer(r).end()
		next.ServeHTTP(w, r)
	})
}

// An answer is one that a connection waits for, once its request is whole.
type answer struct {
	crowd *Crowd
	conn  net.Conn
	whole bool
}

func (c *Crowd) answer(r *http.Request) *answer {
	conn, _ := r.Context().Value(connection{}).(net.Conn)
	a := &answer{crowd: c, conn: conn}
	if r.ContentLength == 0 {
		a.owe()
	} else {
		r.Body = &arriving{r.Body, r.ContentLength, a.owe}
	}
	return a
}

func (a *answer) owe() {
	if !a.whole {
		a.whole = true
		a.crowd.owe(a.conn, 1)
	}
}

func (a *answer) end() {
	if a.whole {
		a.crowd.owe(a.conn, -1)
	}
}

// owe changes how many answers a connection waits for.
func (c *Crowd) owe(conn net.Conn, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.guests[conn]
	if g == nil { // it was sent away
		return
	}
	if g.owed += by; g.owed > 0 {
		c.stand(g)
	} else {
		c.sit(g)
	}
}

// arriving is a body that says when its last byte was read.
type arriving struct {
	io.ReadCloser
	left int64 // bytes; below 0: nobody has said how many
	come func()
}

// Read implements [io.Reader].
func (a *arriving) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if a.left -= int64(n); a.left == 0 || err == io.EOF {
		a.come()
	}
	return n, err
}

// Package keyturntest gives tests a whole server on loopback, browsers without a
// screen, and phones.
//
//	w := keyturntest.Start(t)
//	ada := w.Person("ada")
//	ada.SetUp("7Kq#2")                   // a browser, a phone, the check code
//	page := w.Browser().SignIn(ada)      // asks the phone
//	ada.Phone.Approve(page.Text("#number"))
//
// Whatever goes wrong that the test doesn't ask about ends the test.
package keyturntest

import (
	"bytes"
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/door"
	"keyturn/internal/mail/mailtest"
	"keyturn/internal/server"
)

// A World is a server that listens and has no accounts yet. It goes with its test.
type World struct {
	*server.Server
	t     testing.TB
	log   *lines
	addr  string // where this node listens
	opts  options
	stop  context.CancelFunc
	ended chan error // the result of Serve

	mu       sync.Mutex
	clients  []*http.Transport // that talk to this node
	accepted sync.Map          // addresses
}

// An Option changes a world before it starts.
type Option func(*options)

type options struct {
	now      func() time.Time
	roots    *x509.CertPool
	doors    func(*server.Services, *door.Door) []server.Door
	settings []func(*config.Config)
}

// At makes the server run by a clock of the test's.
func At(c *Clock) Option { return func(o *options) { o.now = c.Now } }

// Set changes the settings.
func Set(f func(*config.Config)) Option {
	return func(o *options) { o.settings = append(o.settings, f) }
}

// In keeps the data at a storage URL, such as one of package storetest, and the key
// in a file: several nodes can share them.
func In(url, keyFile string) Option {
	return Set(func(c *config.Config) { c.Storage.URL, c.Seal.KeyFile = config.Address(url), keyFile })
}

// Joins lets an application join.
func Joins(a App) Option { return func(o *options) { o.doors = a.Doors } }

// Mail sends letters to a mail server of the test's, which the operator reads too.
func Mail(s *mailtest.Server) Option {
	return func(o *options) {
		o.roots = s.Roots
		Set(func(c *config.Config) {
			c.Mail.Server, c.Mail.User, c.Mail.Password = s.Addr, mailtest.User, mailtest.Password
			c.Mail.From, c.Mail.Operator = "keyturn@example.org", "operator@example.org"
		})(o)
	}
}

// Start starts a server in memory, with the settings of a fresh installation. Its clock
// stands at the present moment, so that no hour ends in the middle of a test.
func Start(t testing.TB, all ...Option) *World {
	t.Helper()
	stands := time.Now()
	o := options{now: func() time.Time { return stands }}
	for _, option := range all {
		option(&o)
	}
	return start(t, o)
}

// Node starts another node of the same installation: same origin, same storage,
// which has to be one that two can share. Browsers and phones that the node makes
// talk to it alone.
func (w *World) Node() *World {
	w.t.Helper()
	o := w.opts
	o.settings = append(slices.Clone(o.settings), func(c *config.Config) { c.PublicURL = w.Origin })
	return start(w.t, o)
}

func start(t testing.TB, o options) *World {
	t.Helper()
	w := &World{t: t, log: &lines{}, opts: o, ended: make(chan error, 1)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = l.Addr().String()
	w.Server, err = server.Open(t.Context(), o.config(l), server.With{Version: "1.2.3", Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: o.now, Roots: o.roots,
		Doors: o.doors})
	if err != nil {
		t.Fatal(err)
	}
	w.Accounts.Light = true // package account asks about the work of a hash
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	w.stop = stop
	go func() { w.ended <- w.Serve(ctx, accepting{l, &w.accepted}) }()
	t.Cleanup(w.end)
	t.Cleanup(w.tell)
	return w
}

// accepting keeps the addresses of those whose connections were accepted.
type accepting struct {
	net.Listener
	all *sync.Map
}

func (a accepting) Accept() (net.Conn, error) {
	conn, err := a.Listener.Accept()
	if err == nil {
		a.all.Store(conn.RemoteAddr().String(), true)
	}
	return conn, err
}

// Accepted reports whether the server has taken a connection from an address. What the
// system has taken for it alone is cut when the server stops to listen.
func (w *World) Accepted(from net.Addr) bool {
	_, ok := w.accepted.Load(from.String())
	return ok
}

// tell says what went wrong on the server's side when a test has failed.
func (w *World) tell() {
	if !w.t.Failed() {
		return
	}
	for line := range strings.Lines(w.Log()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") {
			w.t.Log(w.addr, strings.TrimSpace(line))
		}
	}
}

// Stop stops the server as SIGTERM does, and waits for its end. Doing it twice does
// no harm.
func (w *World) Stop() {
	w.t.Helper()
	w.stop()
	err, first := <-w.ended
	if err != nil {
		w.t.Errorf("the server ended with: %v", err)
	}
	if first {
		close(w.ended)
	}
}

// end is Stop after everybody has hung up: a server waits a moment for whoever hasn't.
func (w *World) end() {
	w.mu.Lock()
	for _, c := range w.clients {
		c.CloseIdleConnections()
	}
	w.mu.Unlock()
	w.Stop()
}

// through connects to this node, whatever the address says.
func (w *World) through() http.RoundTripper {
	c := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, w.addr)
	}}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clients = append(w.clients, c)
	return c
}

// Client returns an HTTP client without cookies that talks to this node, whatever
// the address says. It is safe for concurrent use.
func (w *World) Client() *http.Client {
	return &http.Client{Transport: w.through(), Timeout: 3 * time.Minute}
}

// config is that of a server on l.
func (o options) config(l net.Listener) config.Config {
	c := config.Default()
	c.Listen = l.Addr().String()
	_, port, _ := net.SplitHostPort(c.Listen) // it listens there
	c.PublicURL = "http://localhost:" + port
	c.Organisation = map[string]string{"en": "Harbor Lane", "zh-Hans": "港湾里"}
	c.Storage.URL = "sqlite::memory:"
	for _, set := range o.settings {
		set(&c)
	}
	return c
}

// Log is what the server has logged so far.
func (w *World) Log() string { return w.log.String() }

// A Clock stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock begins at a Monday afternoon in November 2026.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)} }

// Now is the present moment of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move moves the clock.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lines is a log that may be written and read at once.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements [io.Writer].
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

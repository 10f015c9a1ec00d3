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
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/server"
)

// A World is a server that listens and has no accounts yet. It goes with its test.
type World struct {
	*server.Server
	t   testing.TB
	log *lines
}

// An Option changes a world before it starts.
type Option func(*options)

type options struct {
	now      func() time.Time
	settings []func(*config.Config)
}

// At makes the server run by a clock of the test's.
func At(c *Clock) Option { return func(o *options) { o.now = c.Now } }

// Set changes the settings.
func Set(f func(*config.Config)) Option {
	return func(o *options) { o.settings = append(o.settings, f) }
}

// In keeps the data at a storage URL, such as one of package storetest, so that
// several worlds can be nodes of one installation. They then share a key too.
func In(url, keyFile string) Option {
	return Set(func(c *config.Config) { c.Storage.URL, c.Seal.KeyFile = url, keyFile })
}

// Start starts a server in memory, with the settings of a fresh installation.
func Start(t testing.TB, all ...Option) *World {
	t.Helper()
	var o options
	for _, option := range all {
		option(&o)
	}
	w := &World{t: t, log: &lines{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.Server, err = server.Open(t.Context(), o.config(l), server.With{Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: o.now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server ended with: %v", err)
		}
	})
	return w
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

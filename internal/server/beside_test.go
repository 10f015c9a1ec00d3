package server_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/config"
	"keyturn/internal/door"
	"keyturn/internal/server"
)

// echo is a made-up door with a listener of its own.
type echo struct {
	l     net.Listener
	ran   chan bool  // Run has begun
	fails chan error // what Run ends with
}

func (e *echo) runner() server.Runner {
	return server.Runner{Name: "echo",
		Listen: func(ctx context.Context) (err error) {
			e.l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
			return err
		},
		Close: func() error { return e.l.Close() },
		Run: func(ctx context.Context) error {
			e.ran <- true
			select {
			case err := <-e.fails:
				return errors.Join(err, e.l.Close())
			case <-ctx.Done():
				return e.l.Close()
			}
		}}
}

func (e *echo) open() bool { return open(e.l.Addr().String()) }

// with opens a server on plain http that has more than its own, and returns its address.
func with(t *testing.T, more server.With) (*server.Server, string) {
	t.Helper()
	c := config.Default()
	addr := freeAddr(t)
	_, port, _ := strings.Cut(addr, ":")
	c.PublicURL, c.Listen, c.Storage.URL = "http://localhost:"+port, addr, "sqlite::memory:"
	more.Log = slog.New(slog.DiscardHandler)
	s, err := server.Open(t.Context(), c, more)
	if err != nil {
		t.Fatal(err)
	}
	return s, addr
}

// What the list of doors has is answered, beside the doors that are always there; what the
// other list has listens before the server is ready, and is closed when it stops.
func TestMadeUpDoorAndRunner(t *testing.T) {
	e := &echo{ran: make(chan bool, 1)}
	says := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "made up") })
	s, addr := with(t, server.With{Doors: func(*server.Services, *door.Door) []server.Door {
		return []server.Door{{Path: "/made-up/", Handler: says}}
	},
		Runners: []server.Runner{e.runner()}})
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !e.open() {
		t.Error("the server is ready and its runner doesn't listen")
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	<-e.ran
	answer, err := http.Get("http://" + strings.Replace(addr, "127.0.0.1", "localhost", 1) + "/made-up/")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if string(text) != "made up" {
		t.Errorf("the door answers %s %q", answer.Status, text)
	}
	stop()
	if err := <-ended; err != nil || e.open() {
		t.Errorf("it stops with %v, and the runner listens: %t", err, e.open())
	}
}

// An error of a runner ends the program, by its name; the store is closed as ever.
func TestRunnerThatFails(t *testing.T) {
	e, fault := &echo{ran: make(chan bool, 1), fails: make(chan error, 1)}, errors.New("its socket is gone")
	s, addr := with(t, server.With{Runners: []server.Runner{e.runner()}})
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.fails <- fault
	if err := s.Serve(t.Context(), l); !errors.Is(err, fault) || !strings.Contains(err.Error(), "echo: ") {
		t.Errorf("Serve: %v, want %v", err, fault)
	}
	if open(addr) {
		t.Error("it still listens")
	}
}

// Where one runner can't listen none does, and the server isn't ready.
func TestRunnerThatCannotListen(t *testing.T) {
	e, fault := &echo{}, errors.New("the port is taken")
	s, addr := with(t, server.With{Runners: []server.Runner{e.runner(),
		{Name: "other", Listen: func(context.Context) error { return fault }}}})
	if _, err := s.Listen(t.Context()); !errors.Is(err, fault) || !strings.Contains(err.Error(), "other: ") {
		t.Errorf("Listen: %v, want %v", err, fault)
	}
	if e.open() || open(addr) {
		t.Error("something listens all the same")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

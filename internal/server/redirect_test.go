package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/listen"
	"keyturn/internal/porttest"
	"keyturn/internal/server"
)

// An operator who asks for that listener gets it or an error.
func TestRedirectListens(t *testing.T) {
	addr := freeAddr(t)
	s, l := serverWith(t, func(c *config.Config) { c.TLS.Redirect = addr })
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(t.Context(), l) }()
	t.Cleanup(func() { <-ended })
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := eventually(t, func() (*http.Response, error) { return client.Get("http://" + addr + "/p") })
	if err != nil || answer.Header.Get("Location") != "https://localhost:8443/p" {
		t.Fatalf("%v, %v, want a redirect", answer, err)
	}
	_ = answer.Body.Close()

	taken := opened(t, func(c *config.Config) { c.TLS.Redirect = addr })
	if _, err := taken.Listen(t.Context()); err == nil || !listen.InUse(err) || !strings.Contains(err.Error(), "tls.redirect: ") {
		t.Errorf("where another program listens: %v, want an error that names tls.redirect", err)
	}
}

// Who can't listen everywhere listens nowhere: a server isn't ready whose monitors hear
// nothing.
func TestListensEverywhere(t *testing.T) {
	doors, redirect, health := freeAddr(t), freeAddr(t), freeAddr(t)
	s := opened(t, func(c *config.Config) { c.Listen, c.TLS.Redirect, c.Health = doors, redirect, health })
	for name, address := range map[string]string{"health: ": health, "tls.redirect: ": redirect} {
		other, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Listen(t.Context()); err == nil || !listen.InUse(err) || !strings.Contains(err.Error(), name) {
			t.Errorf("where another program has %s%s: %v", name, address, err)
		}
		_ = other.Close() // it listened
	}
	if l, err := s.Listen(t.Context()); err != nil {
		t.Errorf("something stayed open: %v", err)
	} else if s.Serve(canceled(t), l) != nil {
		t.Error("it doesn't stop")
	}
}

// canceled is a context that has ended.
func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// eventually asks until there is an answer: the server starts beside the test.
func eventually(t *testing.T, ask func() (*http.Response, error)) (answer *http.Response, err error) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		if answer, err = ask(); err == nil {
			return answer, nil
		}
	}
	return nil, errors.Join(errors.New("nobody answers"), err)
}

// serverWith is a server with a certificate of its own, and where it listens.
func serverWith(t *testing.T, set func(*config.Config)) (*server.Server, net.Listener) {
	t.Helper()
	s := opened(t, set)
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

// opened is such a server that doesn't listen yet.
func opened(t *testing.T, set func(*config.Config)) *server.Server {
	t.Helper()
	c := config.Default()
	c.PublicURL, c.Listen, c.Storage.URL = "https://localhost:8443", "127.0.0.1:0", "sqlite::memory:"
	c.TLS.Cert, c.TLS.Key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	certificate(t, c, time.Now().Add(-time.Minute))
	set(&c)
	s, err := server.Open(t.Context(), c, server.With{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := porttest.Free()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"keyturn/internal/config"
	"keyturn/internal/server"
)

// bySocket is a server that listens at a socket, and its log.
func bySocket(t *testing.T, file string) (*server.Server, *lines) {
	t.Helper()
	c, log := config.Default(), &lines{}
	c.PublicURL, c.Listen, c.Storage.URL = "https://auth.example.com", "unix:"+file, "sqlite::memory:"
	s, err := server.Open(t.Context(), c, server.With{Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s, log
}

// lines is a log.
type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

// Write is that of [bytes.Buffer], for concurrent use.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// A proxy that comes by a socket is believed, and told of if it names nobody.
func TestSocket(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s")
	s, log := bySocket(t, file)
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket is %v, %v, want mode 0660", info, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", file)
	}}}
	try := func(browser string) int {
		form := url.Values{"name": {"ada"}, "password": {"wrong password"}}
		// The request is a good one.
		r, _ := http.NewRequest("POST", "http://auth.example.com/sign-in", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if browser != "" {
			r.Header.Set("X-Forwarded-For", browser)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, answer.Body)
		if got := answer.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("browsers are told %q of staying with https, which the proxy speaks", got)
		}
		return answer.StatusCode
	}
	for range 40 {
		try("192.0.2.7")
	}
	if got := try("192.0.2.7"); got != http.StatusTooManyRequests {
		t.Errorf("the browser that guesses gets %d, want 429", got)
	}
	if got := try("192.0.2.8"); got == http.StatusTooManyRequests {
		t.Error("another browser gets 429 too")
	}
	if strings.Contains(log.String(), "X-Forwarded-For") {
		t.Errorf("a proxy that names browsers is told of:\n%s", log)
	}
	try("")
	if !strings.Contains(log.String(), "X-Forwarded-For") {
		t.Errorf("a proxy that names nobody isn't told of:\n%s", log)
	}
	client.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the socket is left behind: %v", err)
	}
}

// A port that is open already is taken, and only what the settings name; who closes what is
// left closes no more.
func TestHeldAddresses(t *testing.T) {
	c := config.Default()
	c.PublicURL, c.Listen, c.Storage.URL = "http://localhost", freeAddr(t), "sqlite::memory:"
	c.Seal.KeyFile = filepath.Join(t.TempDir(), "key")
	hold := server.HoldAddresses(t.Context(), c)
	if !open(c.Listen) {
		t.Fatal("nothing is open")
	}
	s, err := server.Open(t.Context(), c, server.With{Log: slog.New(slog.DiscardHandler), Hold: hold})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() // it served nobody
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatalf("what was opened before isn't taken: %v", err)
	}
	if err := hold.Close(); err != nil {
		t.Error(err)
	}
	if !open(c.Listen) {
		t.Error("it was closed, though a server has it")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if l, err = s.Listen(t.Context()); err != nil {
		t.Fatalf("a second time it isn't opened anew: %v", err)
	}
	_ = l.Close()

	left := server.HoldAddresses(t.Context(), c)
	if err := left.Close(); err != nil {
		t.Error(err)
	}
	if open(c.Listen) {
		t.Error("what nobody took is open")
	}

	c.Listen = "unix:" + filepath.Join(t.TempDir(), "s") // whose it is to be, the server is later
	early := server.HoldAddresses(t.Context(), c)
	defer early.Close() // nothing is told by it
	if _, err := os.Lstat(strings.TrimPrefix(c.Listen, "unix:")); err == nil {
		t.Error("a socket is opened before the server is who it will be")
	}
}

// open reports whether somebody listens at a port.
func open(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close() // that it opened is all
	return true
}

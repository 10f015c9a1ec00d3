package server_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
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

// A socket of a server that was killed is replaced; one at which somebody listens isn't.
func TestSocketThatIsThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s")
	other, err := net.ListenUnix("unix", &net.UnixAddr{Name: file, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	other.SetUnlinkOnClose(false)
	s, _ := bySocket(t, file)
	defer s.Close() // it served nobody
	if _, err := s.Listen(t.Context()); !server.InUse(err) {
		t.Errorf("beside another program: %v, want that it is in use", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := s.Listen(t.Context())
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Listen(t.Context()); err == nil {
		t.Error("a file that is no socket was replaced")
	}
}

// A118: a link that somebody has put in the place of a socket that was just made gives
// nobody a file elsewhere.
func TestA118SharedSocket(t *testing.T) {
	secret, file := filepath.Join(t.TempDir(), "secret"), filepath.Join(t.TempDir(), "s")
	if err := errors.Join(os.WriteFile(secret, nil, 0o600), os.Symlink(secret, file)); err != nil {
		t.Fatal(err)
	}
	if err := server.ShareSocket(file); err == nil {
		t.Error("nothing is said of a link")
	}
	if info, err := os.Stat(secret); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file at its end is %v, %v", info.Mode(), err)
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

package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/porttest"
	"keyturn/internal/server"
)

// Plain http leads to the origin, whatever a stranger writes, and does nothing else.
func TestPlainLeadsToTheOrigin(t *testing.T) {
	for _, tt := range []struct {
		name, method, target string
		status               int
		want                 string
	}{
		{"what a person types", "GET", "/p", 302, "https://auth.example.com/p"},
		{"with parameters", "GET", "/help/?q=a%20b", 302, "https://auth.example.com/help/?q=a%20b"},
		{"a path that begins with a host", "GET", "//evil.example/x", 302, "https://auth.example.com//evil.example/x"},
		{"an address of another host", "GET", "http://evil.example/x", 302, "https://auth.example.com/x"},
		{"a path that would lengthen the host", "GET", "*", 302, "https://auth.example.com/"},
		{"no path", "OPTIONS", "*", 303, "https://auth.example.com/"},
		{"a line feed", "GET", "/a%0d%0aSet-Cookie:%20x", 302, "https://auth.example.com/a%0d%0aSet-Cookie:%20x"},
		{"a password that went in the clear already", "POST", "/sign-in", 303, "https://auth.example.com/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", strings.NewReader("password=x"))
			var err error
			if r.URL, err = url.ParseRequestURI(tt.target); err != nil {
				t.Fatal(err)
			}
			r.Method, r.Host = tt.method, "evil.example"
			w := httptest.NewRecorder()
			server.Plain("https://auth.example.com").ServeHTTP(w, r)
			if w.Code != tt.status || w.Header().Get("Location") != tt.want || w.Body.Len() != 0 || len(w.Header()["Set-Cookie"]) != 0 {
				t.Errorf("%d to %q, want %d to %q", w.Code, w.Header().Get("Location"), tt.status, tt.want)
			}
		})
	}
}

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
	if _, err := taken.Listen(t.Context()); err == nil || !server.InUse(err) || !strings.Contains(err.Error(), "tls.redirect: ") {
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
		if _, err := s.Listen(t.Context()); err == nil || !server.InUse(err) || !strings.Contains(err.Error(), name) {
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

// Where plain http is redirected, unless an operator says otherwise.
func TestRedirectAt(t *testing.T) {
	own := config.TLS{Cert: "a", Key: "b"}
	for _, tt := range []struct {
		name, listen string
		tls          config.TLS
		want         string
	}{
		{"TLS on port 443", ":443", own, ":80"},
		{"on one address", "192.0.2.1:443", own, "192.0.2.1:80"},
		{"on one IPv6 address", "[2001:db8::1]:443", own, "[2001:db8::1]:80"},
		{"fetched certificates", ":443", config.TLS{Autocert: true}, ":80"},
		{"TLS on another port", ":8443", own, ""},
		{"a proxy speaks TLS", "127.0.0.1:443", config.TLS{}, ""},
		{"asked for", ":8443", config.TLS{Cert: "a", Key: "b", Redirect: ":8080"}, ":8080, or it is an error"},
		{"turned off", ":443", config.TLS{Cert: "a", Key: "b", Redirect: "off"}, ""},
	} {
		c := config.Default()
		c.Listen, c.TLS = tt.listen, tt.tls
		got, must := server.RedirectAt(c)
		if must {
			got += ", or it is an error"
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// HSTS holds for all ports of a host: unasked, only who has the host's own port says it.
func TestHSTS(t *testing.T) {
	const year = "max-age=31536000"
	for _, tt := range []struct{ setting, origin, want string }{
		{"auto", "https://auth.example.com", year},
		{"auto", "https://auth.example.com:8443", ""},
		{"auto", "http://localhost:8080", ""},
		{"on", "https://auth.example.com:8443", year},
		{"on", "http://localhost", ""},
		{"off", "https://auth.example.com", ""},
		{"forget", "https://auth.example.com:8443", "max-age=0"},
	} {
		if got := server.HSTS(tt.setting, tt.origin); got != tt.want {
			t.Errorf("%s at %s: %q, want %q", tt.setting, tt.origin, got, tt.want)
		}
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := porttest.Free()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

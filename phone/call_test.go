package phone_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// A111: a phone speaks plain http with its own machine alone, also when the address
// comes from a pasted link or an older state.
func TestA111Origins(t *testing.T) {
	for _, tt := range []struct {
		name, origin string
		ok           bool
	}{
		{"https", "https://id.example.org", true},
		{"https at another port", "https://id.example.org:8443", true},
		{"https at an address", "https://192.0.2.7", true},
		{"this machine", "http://localhost:8080", true},
		{"this machine's address", "http://127.0.0.1:8080", true},
		{"another of its addresses", "http://127.8.9.10", true},
		{"its IPv6 address", "http://[::1]:8080", true},
		{"plain http", "http://id.example.org", false},
		{"plain http in a private network", "http://10.0.0.7", false},
		{"a name that begins like this machine's", "http://localhost.example.org", false},
		{"a name that ends like it", "http://notlocalhost", false},
		{"an address that begins like its", "http://127.0.0.1.example.org", false},
		{"every address", "http://0.0.0.0:8080", false},
		{"somebody's name before it", "http://localhost@id.example.org", false},
		{"a path", "https://id.example.org/keyturn", false},
		{"no scheme", "id.example.org", false},
		{"another scheme", "ftp://localhost", false},
		{"capitals, which no server signs", "HTTPS://id.example.org", false},
	} {
		for _, state := range []phone.State{{}, {Origin: tt.origin}} {
			origin := tt.origin
			if state.Origin != "" {
				origin = ""
			}
			if _, err := phone.Open(origin, &phone.Memory{State: state}); errors.Is(err, phone.ErrOrigin) == tt.ok || tt.ok && err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
}

// A111: what a phone signs for its server goes nowhere else, whatever client it was given.
func TestA111NoRedirect(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was called", r.URL) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		w := httptest.NewServer(http.RedirectHandler(other.URL+"/v1/server", status))
		p, err := phone.Open(w.URL, &phone.Memory{})
		if err != nil {
			t.Fatal(err)
		}
		for _, through := range []*http.Client{nil, w.Client()} {
			if through != nil {
				p.Through(through)
			}
			if _, err := p.Server(t.Context()); !errors.Is(err, phone.ErrAnswer) {
				t.Errorf("%d: %v", status, err)
			}
		}
		w.Close()
	}
}

// A14: what a server calls itself is in no signature: one line, and not without end.
func TestA14UnsignedNames(t *testing.T) {
	evil := strings.Repeat("Mail\u202e\u2028\n", 100)
	w := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(keyturn.ServerInfo{Name: evil, Names: map[string]string{"x": evil}})
	}))
	defer w.Close()
	p, err := phone.Open(w.URL, &phone.Memory{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := p.Server(t.Context())
	if want := strings.Repeat("Mail", 25); err != nil || info.Name != want || info.Names["x"] != want {
		t.Errorf("%+v, %v", info, err)
	}
}

// A111: a server that holds no call is not asked without end.
func TestA111ListenPauses(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	p, err := phone.Open(w.Origin, &phone.Memory{})
	if err != nil {
		t.Fatal(err)
	}
	p.Through(w.Client())
	setUp(t, w, p, ada)
	p.Through(&http.Client{Transport: &unheld{through: w.Client().Transport}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p.Pausing(func(_ context.Context, d time.Duration) error {
		if d < time.Second {
			t.Errorf("waits for %v", d)
		}
		cancel()
		return ctx.Err()
	})
	err = p.Listen(ctx, p.Accounts()[0].Device, func([]phone.Request) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// unheld answers a call that could be held at once, as it was answered first.
type unheld struct {
	through http.RoundTripper
	first   []byte
	calls   int
}

func (u *unheld) RoundTrip(r *http.Request) (*http.Response, error) {
	if u.calls++; u.calls > 100 {
		return nil, errors.New("it asks without end")
	}
	if u.first == nil {
		res, err := u.through.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		if res.StatusCode != http.StatusOK {
			return res, nil // such as without a nonce
		}
		defer res.Body.Close() // it is read
		if u.first, err = io.ReadAll(res.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(u.first)), Request: r}, nil
}

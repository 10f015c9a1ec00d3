package porch_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn/internal/page"
	"keyturn/internal/porch"
)

// A30: only a proxy that is trusted is believed, and only about the hop before it.
func TestA30Proxies(t *testing.T) {
	trusted := porch.Trust("172.19.0.0/16", "10.0.0.1/32", "2001:db8::/32")
	for _, tt := range []struct {
		name, peer string
		forwarded  []string
		want       string // shown; behind "~" if nobody is counted by it
	}{
		{"no proxy, nothing forwarded", "192.0.2.7:999", nil, "192.0.2.7"},
		{"no proxy, but the browser claims one", "192.0.2.7:999", []string{"8.8.8.8"}, "192.0.2.7"},
		{"a proxy", "172.19.0.4:999", []string{"192.0.2.7"}, "192.0.2.7"},
		{"a proxy behind a proxy", "172.19.0.4:999", []string{"192.0.2.7, 10.0.0.1"}, "192.0.2.7"},
		{"the same in two headers", "172.19.0.4:999", []string{"192.0.2.7", "10.0.0.1"}, "192.0.2.7"},
		{"a browser that wrote an address of its own", "172.19.0.4:999", []string{"8.8.8.8, 192.0.2.7"}, "192.0.2.7"},
		{"a browser that wrote a proxy's address", "172.19.0.4:999", []string{"10.0.0.1, 192.0.2.7"}, "192.0.2.7"},
		{"an IPv6 browser", "[2001:db8::1]:999", []string{"2001:dead::7"}, "2001:dead::7"},
		{"an address with its port", "172.19.0.4:999", []string{"192.0.2.7:4711"}, "192.0.2.7"},
		{"an IPv6 address with its port", "172.19.0.4:999", []string{"[2001:dead::7]:4711"}, "2001:dead::7"},
		{"IPv4 written as IPv6", "[::ffff:172.19.0.4]:999", []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
		{"the proxy says nothing", "172.19.0.4:999", nil, "~172.19.0.4"},
		{"malformed", "172.19.0.4:999", []string{"unknown"}, "~172.19.0.4"},
		{"malformed before a good one", "172.19.0.4:999", []string{"<script>, 192.0.2.7"}, "192.0.2.7"},
		{"malformed behind a good one", "172.19.0.4:999", []string{"192.0.2.7, x"}, "~172.19.0.4"},
		{"empty entries", "172.19.0.4:999", []string{",,"}, "~172.19.0.4"},
		{"everyone is a proxy", "172.19.0.4:999", []string{"172.19.0.9, 10.0.0.1"}, "~172.19.0.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			h := trusted.See(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if got = page.Addr(r); page.Counted(r) == "" {
					got = "~" + got
				}
			}), slog.New(slog.DiscardHandler))
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			r.Header["X-Forwarded-For"] = tt.forwarded
			r.Header.Set("X-Real-Ip", "8.8.4.4")
			r.Header.Set("Forwarded", "for=8.8.4.4")
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got != tt.want {
				t.Errorf("the door sees %s, want %s", got, tt.want)
			}
		})
	}
}

// A proxy on this machine that names browsers and isn't believed is told of once. Strangers,
// who may write anything, are not.
func TestUnheardProxy(t *testing.T) {
	for _, tt := range []struct {
		name      string
		trusted   []string
		peer      string
		forwarded string
		lines     int
	}{
		{"a proxy on this machine", nil, "127.0.0.1:999", "192.0.2.7", 1},
		{"one by IPv6", nil, "[::1]:999", "192.0.2.7", 1},
		{"one where another is trusted", []string{"10.0.0.1/32"}, "127.0.0.1:999", "192.0.2.7", 1},
		{"one that is trusted", []string{"127.0.0.1/32"}, "127.0.0.1:999", "192.0.2.7", 0},
		{"one that is trusted and names itself", []string{"127.0.0.1/32"}, "127.0.0.1:999", "127.0.0.1", 0},
		{"a program on this machine", nil, "127.0.0.1:999", "", 0},
		{"a stranger", nil, "192.0.2.9:999", "192.0.2.7", 0},
		{"a stranger who writes that it is this machine, by a proxy elsewhere", []string{"10.0.0.1/32"}, "10.0.0.1:999", "192.0.2.7, 127.0.0.1", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			h := porch.Trust(tt.trusted...).See(http.NotFoundHandler(), slog.New(slog.NewTextHandler(&log, nil)))
			for range 3 {
				r := httptest.NewRequest("GET", "/", nil)
				r.RemoteAddr = tt.peer
				if tt.forwarded != "" {
					r.Header.Set("X-Forwarded-For", tt.forwarded)
				}
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
			if n := strings.Count(log.String(), "isn't believed"); n != tt.lines || strings.Count(log.String(), "\n") != n {
				t.Errorf("%d lines, want %d:\n%s", n, tt.lines, &log)
			}
		})
	}
}

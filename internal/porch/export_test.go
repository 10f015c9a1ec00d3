package porch

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
)

// Trust makes proxies of networks, for tests.
func Trust(networks ...string) (all Proxies) {
	for _, n := range networks {
		all = append(all, netip.MustParsePrefix(n))
	}
	return all
}

// CrowdOf bounds the connections of a listener that h serves, for tests; open is how many
// there are.
func CrowdOf(l net.Listener, h *http.Server, all, each int, trusted ...string) (bounded net.Listener, open func() int) {
	c := NewCrowd(all, each, Trust(trusted...), slog.New(slog.DiscardHandler))
	c.Join(h)
	return c.On(l), func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.guests) + len(c.networks)
	}
}

// TurnsOf share out what next works at, for tests: so many requests of one address are in
// flight at most. left is how many networks are remembered.
func TurnsOf(most int, next http.Handler) (h http.Handler, left func() int) {
	busy := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	t := NewTurns(0, busy, slog.New(slog.DiscardHandler))
	t.most = most
	return t.Share(next), func() int {
		t.mu.Lock()
		defer t.mu.Unlock()
		return len(t.of)
	}
}

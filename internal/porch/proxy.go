package porch

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"keyturn/internal/page"
)

// Proxies are the networks whose word about a browser's address is believed.
type Proxies []netip.Prefix

// bySocket is what a proxy that comes by a socket counts as: whoever serves at one has it in
// its proxies.
var bySocket = netip.MustParseAddr("127.0.0.1")

// See puts the address of the browser into r.RemoteAddr before any door sees the
// request: limits count by it and people are shown it. No other forwarded header
// is read, ever: the origin comes from the settings. Attack A30. Where the proxies
// name nobody, the request is marked: behind them everybody has that address.
//
// The log is told of the first proxy whose browser posts something and isn't named:
// monitors, which name nobody either, only look; and of the first on this machine that
// names somebody and isn't believed.
func (p Proxies) See(next http.Handler, log *slog.Logger) http.Handler {
	a := seer{Proxies: p, log: log}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, a.see(r)) })
}

type seer struct {
	Proxies
	log                     *slog.Logger
	onceSilent, onceUnheard sync.Once
}

func (a *seer) see(r *http.Request) *http.Request {
	peer, ok := caller(r)
	if !ok {
		return r
	}
	forwarded := r.Header.Values("X-Forwarded-For")
	seen := a.browser(peer, forwarded)
	r.RemoteAddr = netip.AddrPortFrom(seen, 0).String()
	switch {
	case a.has(seen):
		r = page.Unnamed(r)
		if r.Method == http.MethodPost && !names(forwarded) {
			a.onceSilent.Do(func() { a.silent(seen) })
		}
	case seen == peer.Unmap() && seen.IsLoopback() && names(forwarded): // of others anybody may write that
		a.onceUnheard.Do(func() { a.unheard(seen) })
	}
	return r
}

// caller is who has connected. A socket has no address.
func caller(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil && !strings.Contains(r.RemoteAddr, ":") {
		return bySocket, true
	}
	return peer.Addr(), err == nil
}

// browser walks from the nearest proxy outwards and stops at the first address
// that is not a proxy's: what stands before it, a stranger wrote. An entry that is
// no address ends the walk too.
func (p Proxies) browser(peer netip.Addr, forwarded []string) netip.Addr {
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && p.has(peer); i-- {
		next, ok := address(strings.TrimSpace(hops[i]))
		if !ok {
			return peer
		}
		peer = next
	}
	return peer.Unmap()
}

// names reports whether the nearest proxy has named anybody, if only itself or another
// one.
func names(forwarded []string) bool {
	all := strings.Join(forwarded, ",")
	_, ok := address(strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:]))
	return ok
}

// address reads an entry of X-Forwarded-For; some proxies add a port.
func address(s string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

func (p Proxies) has(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// silent tells an operator what to set. Once is enough: all that comes through that
// proxy is like this.
func (a *seer) silent(proxy netip.Addr) {
	a.log.Warn("a trusted proxy names no browser: people are shown its address instead of their own, and no limit counts by address. "+
		"Let it set X-Forwarded-For; nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", slog.String("proxy", proxy.String()))
}

// unheard is silent for one that isn't believed.
func (a *seer) unheard(proxy netip.Addr) {
	a.log.Warn("a proxy on this machine names browsers and isn't believed: everybody has its address, and all limits by address count everybody as one. "+
		`Add it to trusted_proxies: ["127.0.0.1", "::1"]`, slog.String("proxy", proxy.String()))
}

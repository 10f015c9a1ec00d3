package server

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"keyturn/internal/config"
	"keyturn/internal/page"
)

// proxies are the networks whose word about a browser's address is believed.
type proxies []netip.Prefix

// bySocket is what a proxy that comes by a socket counts as.
var bySocket = netip.MustParseAddr("127.0.0.1")

// parseProxies reads the settings. Who comes by a socket is believed as this machine is.
func parseProxies(c config.Config) (all proxies, err error) {
	settings := c.TrustedProxies
	if _, ok := config.Socket(c.Listen); ok {
		settings = append(slices.Clone(settings), bySocket.String())
	}
	for _, s := range settings {
		p, err := config.ParseProxy(s)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// see puts the address of the browser into r.RemoteAddr before any door sees the
// request: limits count by it and people are shown it. No other forwarded header
// is read, ever: the origin comes from the settings. Attack A30. Where the proxies
// name nobody, the request is marked: behind them everybody has that address.
//
// silent is called with the address of the first proxy whose browser posts something
// and isn't named: monitors, which name nobody either, only look. unheard is called with
// that of the first on this machine that names somebody and isn't believed.
func (p proxies) see(next http.Handler, silent, unheard func(proxy netip.Addr)) http.Handler {
	a := seer{proxies: p, silent: silent, unheard: unheard}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, a.see(r)) })
}

type seer struct {
	proxies
	silent, unheard         func(proxy netip.Addr)
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
func (p proxies) browser(peer netip.Addr, forwarded []string) netip.Addr {
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

func (p proxies) has(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// silentProxy tells an operator what to set. Once is enough: all that comes through that
// proxy is like this.
func (s *Server) silentProxy(proxy netip.Addr) {
	s.with.Log.Warn("a trusted proxy names no browser: people are shown its address instead of their own, and no limit counts by address. "+
		"Let it set X-Forwarded-For; nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", slog.String("proxy", proxy.String()))
}

// unheardProxy is silentProxy for one that isn't believed.
func (s *Server) unheardProxy(proxy netip.Addr) {
	s.with.Log.Warn("a proxy on this machine names browsers and isn't believed: everybody has its address, and all limits by address count everybody as one. "+
		`Add it to trusted_proxies: ["127.0.0.1", "::1"]`, slog.String("proxy", proxy.String()))
}

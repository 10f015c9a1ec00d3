package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"keyturn/internal/config"
	"keyturn/internal/page"
)

// proxies are the networks whose word about a browser's address is believed.
type proxies []netip.Prefix

func parseProxies(settings []string) (all proxies, err error) {
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
func (p proxies) see(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
			seen := p.browser(peer.Addr(), r.Header.Values("X-Forwarded-For"))
			r.RemoteAddr = netip.AddrPortFrom(seen, 0).String()
			if p.has(seen) {
				r = page.Unnamed(r)
			}
		}
		next.ServeHTTP(w, r)
	})
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

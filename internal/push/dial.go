package push

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

const (
	callIn    = 5 * time.Second // from the name's resolution to the end of the answer
	maxAnswer = 1 << 10         // bytes that are read, and shown to nobody
	maxHeader = 16 << 10        // bytes
	idleFor   = 90 * time.Second
	idleEach  = 4 // kept connections per push service
)

// Client returns a client that calls what the guard allows and nothing else: it
// follows no redirect and no proxy of the environment, and a call takes no longer
// than 5 s in all. Each address is looked at again when it is dialed. It serves any
// address that a stranger chose, not only push services. Attack A70.
func (g Guard) Client() *http.Client {
	return &http.Client{
		Timeout:       callIn,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: guarded{g, &http.Transport{
			DialContext:            g.dial,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    callIn,
			ResponseHeaderTimeout:  callIn,
			MaxResponseHeaderBytes: maxHeader,
			MaxIdleConnsPerHost:    idleEach,
			IdleConnTimeout:        idleFor,
		}},
	}
}

// guarded looks at the address of every request, and tells the dialer which one it
// dials for.
type guarded struct {
	guard Guard
	next  http.RoundTripper
}

// target is the key of a request's address in its context.
type target struct{}

// RoundTrip implements [http.RoundTripper].
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := g.guard.Endpoint(r.URL.String())
	if err != nil {
		return nil, err
	}
	return g.next.RoundTrip(r.WithContext(context.WithValue(r.Context(), target{}, u)))
}

// dial connects if the guard allows the address that a name has resolved to, at the
// last moment: what it resolves to is a stranger's choice, each time anew.
func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	u, ok := ctx.Value(target{}).(*url.URL)
	if !ok {
		return nil, refused("no address")
	}
	d := net.Dialer{Resolver: g.Resolver, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return refused("address")
		}
		return g.Address(u, to.Addr())
	}}
	return d.DialContext(ctx, network, address)
}

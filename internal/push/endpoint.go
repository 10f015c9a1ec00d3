package push

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// ErrEndpoint reports an address that the server must not call. The text names
// the rule, for the record; the phone learns only that it was refused.
var ErrEndpoint = errors.New("push: endpoint is refused")

// Hosts are the push services of the usual browsers. A star stands for one or more
// labels.
var Hosts = []string{
	"fcm.googleapis.com",
	"updates.push.services.mozilla.com",
	"*.push.services.mozilla.com",
	"*.push.apple.com",
	"*.notify.windows.com",
}

const maxEndpoint = 2048 // characters; push services use a few hundred

// A Guard knows which addresses, that strangers chose, the server may call: once
// at registration with [Guard.Endpoint], and again with [Guard.Address] at each
// connection, after the name was resolved. Spec §13.3; attack A70.
type Guard struct {
	// Hosts are names such as "fcm.googleapis.com" or "*.push.apple.com".
	Hosts []string

	// Origins are listed exactly, such as "https://push.example.org:8443". Their port
	// may be any, their addresses private or loopback, and on loopback their
	// scheme http. List only what you trust.
	Origins []string

	Resolver *net.Resolver // of names; nil: the system's
}

// Endpoint reads the address of a subscription and returns [ErrEndpoint] if a rule
// forbids it.
func (g Guard) Endpoint(s string) (*url.URL, error) {
	if len(s) > maxEndpoint {
		return nil, refused("length")
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Opaque != "" || strings.Trim(s, visible) != "" {
		return nil, refused("form")
	}
	switch {
	case u.User != nil:
		return nil, refused("user part")
	case g.listed(u):
		return u, nil
	case u.Scheme != "https":
		return nil, refused("scheme")
	case u.Port() != "" && u.Port() != "443" || strings.HasSuffix(u.Host, ":"):
		return nil, refused("port")
	case !slices.ContainsFunc(g.Hosts, func(host string) bool { return matches(host, u.Hostname()) }):
		return nil, refused("host")
	}
	return u, nil
}

// visible is ASCII without space, and without what URLs never hold unescaped.
const visible = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"

// listed tells whether the origin is one that the operator wrote down. Plain http
// is for loopback only.
func (g Guard) listed(u *url.URL) bool {
	if !slices.Contains(g.Origins, u.Scheme+"://"+u.Host) {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && loopback
}

// matches tells whether name is host, or inside it if host begins with a star.
func matches(host, name string) bool {
	if inside, ok := strings.CutPrefix(host, "*"); ok {
		return len(name) > len(inside) && strings.HasSuffix(name, inside)
	}
	return name == host
}

// Address returns [ErrEndpoint] unless the server may connect to addr for u: what
// a name resolves to is chosen by a stranger too.
func (g Guard) Address(u *url.URL, addr netip.Addr) error {
	private := (addr.IsPrivate() || addr.IsLoopback()) && !addr.Is4In6()
	switch {
	case u.Scheme == "http" && !addr.IsLoopback():
		return refused("plain http")
	case g.listed(u) && private && addr.Zone() == "":
		return nil
	case addr.Zone() != "" || !slices.ContainsFunc(public, inside(addr)) || slices.ContainsFunc(special, inside(addr)):
		return refused("address " + addr.String())
	}
	return nil
}

func inside(addr netip.Addr) func(netip.Prefix) bool {
	return func(p netip.Prefix) bool { return p.Contains(addr) }
}

// public is where addresses of the internet are; special are the parts of it that
// are not (IANA special-purpose registries: RFC 6890 and what updates it).
var (
	public = prefixes("0.0.0.0/0 2000::/3")

	special = prefixes("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12" +
		" 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24" +
		" 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4" +
		" 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20")
)

func prefixes(list string) (found []netip.Prefix) {
	for s := range strings.FieldsSeq(list) {
		found = append(found, netip.MustParsePrefix(s))
	}
	return found
}

func refused(rule string) error { return fmt.Errorf("%w: %s", ErrEndpoint, rule) }

package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// An Origin is scheme, host and, unless it is the scheme's own, port.
type Origin struct{ url.URL }

// ParseOrigin reads an address as a browser's location.origin prints it: lower
// case, without the port that belongs to the scheme, no slash at the end. A path,
// a user or a query is refused, and so is plain http for anything but localhost.
func ParseOrigin(address string) (Origin, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return Origin{}, errors.New("isn't an address")
	}
	if u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil || u.Opaque != "" {
		return Origin{}, errors.New("has more than scheme, host and port")
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
		return Origin{}, errors.New(`has letters that browsers write as "xn--…"`)
	}
	switch {
	case u.Scheme == "http" && host != "localhost":
		return Origin{}, errors.New("is plain http")
	case u.Scheme != "http" && u.Scheme != "https":
		return Origin{}, errors.New("is not https")
	case u.Scheme == "https" && port == "443", u.Scheme == "http" && port == "80":
		port = ""
	}
	return origin(u.Scheme, host, port), nil
}

func origin(scheme, host, port string) Origin {
	full := host
	if strings.Contains(host, ":") {
		full = "[" + host + "]"
	}
	if port != "" {
		full = net.JoinHostPort(host, port)
	}
	return Origin{url.URL{Scheme: scheme, Host: full}}
}

// ParseProxy reads an IP address or a network.
func ParseProxy(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

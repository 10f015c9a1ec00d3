package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
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
	if err := checkHost(host); err != nil {
		return Origin{}, err
	}
	switch {
	case port != "" && !isPort(port):
		return Origin{}, errors.New("has a port that isn't between 1 and 65535")
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

// checkHost says what is wrong with the name of a server, in lower case, or with its IP
// address.
func checkHost(host string) error {
	if strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
		return errors.New(`has letters that browsers write as "xn--…"`)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return errors.New("is an address of one network card only")
		}
		return nil
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	switch {
	case slices.Contains(labels, "*"):
		return errors.New("has a *, and people need one name")
	case len(host) > 253 || slices.ContainsFunc(labels, func(l string) bool { return !isLabel(l) }):
		return errors.New("is no name of a server")
	case last[0] >= '0' && last[0] <= '9': // browsers read it as an IPv4 address (URL Standard, "ends in a number")
		return errors.New("ends in a number, and is no IP address")
	}
	return nil
}

// isLabel reports whether s may stand between the dots of a name: RFC 1123 §2.1.
func isLabel(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// isPort reports whether a program can be reached there.
func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// ParseProxy reads an IP address or a network, one of IPv4 also in the form of IPv6:
// addresses are compared in their own.
func ParseProxy(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, errors.New("is no IP address or network")
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p.Bits() == 0 || p.Addr().Is4In6() {
		return p, errors.New("is every address there is: whoever calls could name any")
	}
	return p.Masked(), nil
}

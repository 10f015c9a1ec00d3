package policy

import "net/netip"

// A Network is a part of the internet that is counted as one.
type Network struct {
	Name  string // "192.0.2.7", "2001:db8:1:2::/64": what stands in a count's key
	Share int    // how many times the limit of one address it has
}

// wider are the lengths by which an IPv6 address is counted besides the first 64
// bits, which one machine has: a household is given 56, whoever asks for more 48
// (RFC 6177), each with 256 times as many networks of 64. What a wider one shares
// out is more than one machine needs and less than a guesser wants.
var wider = []struct{ bits, share int }{{56, 2}, {48, 4}}

// Networks returns what an address is counted by, the narrowest first: an IPv4
// address alone, of an IPv6 address its first 64, 56 and 48 bits. It returns none for
// what is no address, such as "" where only a proxy's is known: nobody is counted by
// what all share. Attacks A98, A108.
func Networks(addr string) []Network {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return nil
	}
	if ip = plain(ip); ip.Is4() {
		return []Network{{ip.String(), 1}}
	}
	all := []Network{{prefix(ip, 64), 1}}
	for _, w := range wider {
		all = append(all, Network{prefix(ip, w.bits), w.share})
	}
	return all
}

// translated is the network in which a gateway before a server that has IPv6 alone writes
// the IPv4 addresses of the whole internet (RFC 6052 §2.1, RFC 7755).
var translated = netip.MustParsePrefix("64:ff9b::/96")

// plain returns an address as it is counted: the IPv4 address that an IPv6 one stands for,
// or each of those would be everybody's neighbour. Attack A119.
func plain(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if !translated.Contains(ip) {
		return ip
	}
	all := ip.As16()
	return netip.AddrFrom4([4]byte(all[12:]))
}

// Of is the rate of a network where that of one address is r.
func (n Network) Of(r Rate) Rate { return Rate{r.Most * n.Share, r.In} }

func prefix(ip netip.Addr, bits int) string {
	p, _ := ip.Prefix(bits) // of an IPv6 address: can't fail
	return p.String()
}

// Near is the narrowest network of an address, "" for what is no address.
func Near(addr string) string {
	if all := Networks(addr); len(all) > 0 {
		return all[0].Name
	}
	return ""
}

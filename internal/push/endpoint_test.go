package push_test

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"keyturn/internal/push"
)

func TestA70EndpointVectors(t *testing.T) {
	guard := push.Guard{Hosts: push.Hosts}
	for _, v := range read(t).Endpoints {
		u, err := guard.Endpoint(v.URL)
		if (err == nil) != v.Valid || err != nil && !strings.HasSuffix(err.Error(), ": "+v.Reason) {
			t.Errorf("%.80s: %v, %v, want %s", v.URL, u, err, v.Reason)
		}
	}
}

func TestA70AddressVectors(t *testing.T) {
	guard := push.Guard{Hosts: push.Hosts}
	u := &url.URL{Scheme: "https", Host: "fcm.googleapis.com"}
	for _, v := range read(t).Addresses {
		if err := guard.Address(u, v.Address); (err == nil) != v.Allowed {
			t.Errorf("%s: %v", v.Address, err)
		}
	}
}

// What the vectors leave out.
func TestA70Endpoints(t *testing.T) {
	guard := push.Guard{Hosts: push.Hosts, Origins: []string{
		"https://push.lan:8443", "http://localhost:9000", "http://127.0.0.1:9001", "http://push.lan"}}
	for _, tt := range []struct {
		name, url string
		good      bool
	}{
		{"deep below a star", "https://a.b.push.apple.com/x", true},
		{"port 443 written out", "https://fcm.googleapis.com:443/x", true},
		{"origin that is listed", "https://push.lan:8443/x", true},
		{"plain on loopback, listed", "http://localhost:9000/x", true},
		{"plain on loopback by address, listed", "http://127.0.0.1:9001/x", true},
		{"plain elsewhere, even if listed", "http://push.lan/x", false},
		{"listed host, other port", "https://push.lan:8444/x", false},
		{"listed host, other scheme", "http://push.lan:8443/x", false},
		{"listed, with a user part", "https://a@push.lan:8443/x", false},
		{"star itself", "https://push.apple.com/x", false},
		{"root at the end", "https://fcm.googleapis.com./x", false},
		{"port that is empty", "https://fcm.googleapis.com:/x", false},
		{"upper case", "https://FCM.googleapis.com/x", false},
		{"letters that look alike", "https://fcm.googleapis.соm/x", false},
		{"space", "https://fcm.googleapis.com/ x", false},
		{"line feed", "https://fcm.googleapis.com/\nx", false},
		{"no scheme", "//fcm.googleapis.com/x", false},
		{"opaque", "https:fcm.googleapis.com", false},
		{"2048 characters", "https://fcm.googleapis.com/" + strings.Repeat("a", 2021), true},
	} {
		if u, err := guard.Endpoint(tt.url); (err == nil) != tt.good || err != nil && !errors.Is(err, push.ErrEndpoint) {
			t.Errorf("%s: %v, %v", tt.name, u, err)
		}
	}
}

// A70: a name resolves to what a stranger wants, also after it was registered.
func TestA70Addresses(t *testing.T) {
	guard := push.Guard{Hosts: push.Hosts, Origins: []string{"https://push.lan:8443", "http://localhost:9000"}}
	for _, tt := range []struct {
		name, origin, address string
		good                  bool
	}{
		{"private, of a listed origin", "https://push.lan:8443", "10.1.2.3", true},
		{"unique-local, of a listed origin", "https://push.lan:8443", "fd12::1", true},
		{"loopback, of a listed origin", "https://push.lan:8443", "127.0.0.1", true},
		{"public, of a listed origin", "https://push.lan:8443", "8.8.8.8", true},
		{"metadata service, of a listed origin", "https://push.lan:8443", "169.254.169.254", false},
		{"mapped, of a listed origin", "https://push.lan:8443", "::ffff:169.254.169.254", false},
		{"plain on loopback", "http://localhost:9000", "::1", true},
		{"plain elsewhere", "http://localhost:9000", "10.1.2.3", false},
		{"private, of another port", "https://push.lan:8444", "10.1.2.3", false},
		{"Teredo", "https://fcm.googleapis.com", "2001::1", false},
		{"documentation of 2024", "https://fcm.googleapis.com", "3fff::1", false},
		{"NAT64 for local use", "https://fcm.googleapis.com", "64:ff9b:1::1", false},
		{"compatible", "https://fcm.googleapis.com", "::8.8.8.8", false},
		{"with a zone", "https://fcm.googleapis.com", "2607:f8b0::1%eth0", false},
		{"site-local of old", "https://fcm.googleapis.com", "fec0::1", false},
	} {
		u, err := url.Parse(tt.origin)
		if err != nil {
			t.Fatal(err)
		}
		if err := guard.Address(u, netip.MustParseAddr(tt.address)); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := guard.Address(&url.URL{Scheme: "https", Host: "fcm.googleapis.com"}, netip.Addr{}); err == nil {
		t.Error("no address is taken")
	}
}

// An endpoint that is taken leads to a listed host, by its name, over TLS.
func FuzzEndpoint(f *testing.F) {
	for _, v := range read(f).Endpoints {
		f.Add(v.URL)
	}
	guard := push.Guard{Hosts: push.Hosts}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := guard.Endpoint(s)
		if err != nil {
			return
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != u.Host || u.Scheme != "https" || u.User != nil {
			t.Errorf("%q is taken as %q", s, u)
		}
		name := u.Hostname()
		if !strings.HasSuffix(name, ".googleapis.com") && !strings.HasSuffix(name, ".mozilla.com") &&
			!strings.HasSuffix(name, ".apple.com") && !strings.HasSuffix(name, ".windows.com") {
			t.Errorf("%q leads to %q", s, name)
		}
	})
}

package policy_test

import (
	"slices"
	"testing"
	"time"

	"keyturn/internal/policy"
)

// With A119: whoever comes through a translator is counted by the address that they have.
func TestA119Networks(t *testing.T) {
	for _, tt := range []struct {
		name, addr string
		want       []policy.Network
	}{
		{"IPv4", "192.0.2.7", []policy.Network{{"192.0.2.7", 1}}},
		{"IPv4 written as IPv6", "::ffff:192.0.2.7", []policy.Network{{"192.0.2.7", 1}}},
		{"IPv6", "2001:db8:1:2345:3:4:5:6", []policy.Network{{"2001:db8:1:2345::/64", 1}, {"2001:db8:1:2300::/56", 2}, {"2001:db8:1::/48", 4}}},
		{"IPv6 with a zone", "fe80::1%eth0", []policy.Network{{"fe80::/64", 1}, {"fe80::/56", 2}, {"fe80::/48", 4}}},
		{"IPv4 that a translator has written", "64:ff9b::c000:207", []policy.Network{{"192.0.2.7", 1}}},
		{"IPv6 beside the translator's", "64:ff9b:1::c000:207", []policy.Network{{"64:ff9b:1::/64", 1}, {"64:ff9b:1::/56", 2}, {"64:ff9b:1::/48", 4}}},
		{"no address", "no address", nil},
		{"none that is known", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := policy.Networks(tt.addr)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q is counted as %v, want %v", tt.addr, got, tt.want)
			}
			if near := policy.Near(tt.addr); len(tt.want) == 0 && near != "" || len(tt.want) > 0 && near != tt.want[0].Name {
				t.Errorf("%q is near %q", tt.addr, near)
			}
		})
	}
	if got := (policy.Network{Share: 2}).Of(policy.Rate{Most: 5, In: time.Hour}); got != (policy.Rate{Most: 10, In: time.Hour}) {
		t.Errorf("two shares of 5 are %v", got)
	}
}

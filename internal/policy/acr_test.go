package policy_test

import (
	"testing"

	"keyturn/internal/policy"
)

// The order of spec §18, every pair: a class is enough for itself and for what is weaker.
func TestAtLeast(t *testing.T) {
	order := []policy.ACR{"urn:keyturn:aal2", "urn:keyturn:aal2-known", "urn:keyturn:aal2-offline", "urn:keyturn:recovery", "urn:keyturn:aal1"}
	for i, a := range order {
		for j, least := range order {
			if got := a.AtLeast(least); got != (i <= j) {
				t.Errorf("%s is at least %s: %t", a, least, got)
			}
		}
		for _, other := range []policy.ACR{"", "urn:keyturn:aal3", "URN:KEYTURN:AAL2", "urn:keyturn:aal2 "} {
			if a.AtLeast(other) || other.AtLeast(a) || other.AtLeast(other) {
				t.Errorf("%s and %q have an order", a, other)
			}
		}
	}
}

package policy_test

import (
	"testing"

	"keyturn"
	"keyturn/internal/policy"
)

func TestCarry(t *testing.T) {
	const number, none = keyturn.CarryNumber, keyturn.CarryNone
	for _, tt := range []struct {
		name            string
		setting         policy.Number
		known, demanded bool
		want            keyturn.Carry
	}{
		{"a new browser carries", policy.NewBrowser, false, false, number},
		{"a known one doesn't", policy.NewBrowser, true, false, none},
		{"A76 a known one does if the app wants aal2", policy.NewBrowser, true, true, number},
		{"a new one does if the app wants aal2", policy.NewBrowser, false, true, number},
		{"always means new browsers", policy.Always, false, false, number},
		{"always means known browsers", policy.Always, true, false, number},
		{"always, and the app wants aal2", policy.Always, true, true, number},
		{"always, in a new browser for such an app", policy.Always, false, true, number},
		{"never means new browsers", policy.Never, false, false, none},
		{"never means known browsers", policy.Never, true, false, none},
		{"A76 never, but the app wants aal2", policy.Never, true, true, number},
		{"A76 never, but the app wants aal2 of a new browser", policy.Never, false, true, number},
		{"A06 a setting that nobody knows is the strictest", policy.Number("off"), true, false, number},
		{"A06 no setting is the strictest", policy.Number(""), true, false, number},
	} {
		if got := policy.Carry(tt.setting, tt.known, tt.demanded); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

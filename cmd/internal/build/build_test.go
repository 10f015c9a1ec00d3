package build

import "testing"

func TestVersion(t *testing.T) {
	for _, tt := range []struct{ release, module, want string }{
		{"0.1.0", "(devel)", "0.1.0"},
		{"0.1.0", "v0.0.0-20261201005518-6fffd3b1a2b3+dirty", "0.1.0"},
		{"", "v0.0.0-20261201005518-6fffd3b1a2b3+dirty", "0.0.0-20261201005518-6fffd3b1a2b3+dirty"},
		{"", "v0.1.0", "0.1.0"},
		{"", "(devel)", unknown},
		{"", "", unknown},
	} {
		if got := version(tt.release, tt.module); got != tt.want {
			t.Errorf("built as %q from %q it is %q, want %q", tt.release, tt.module, got, tt.want)
		}
	}
}

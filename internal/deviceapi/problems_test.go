package deviceapi

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"testing"

	"keyturn/internal/activation"
	"keyturn/internal/device"
)

// Each error that a door gives a code stands in spec §16 with that code and status.
func TestCodesAreThoseOfTheSpec(t *testing.T) {
	spec, err := os.ReadFile("../../spec/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([a-z_]+) \| (\d{3}) \|`).FindAllSubmatch(spec, -1) {
		want[string(row[1])], _ = strconv.Atoi(string(row[2])) // three digits
	}
	if len(want) < 20 {
		t.Fatalf("spec §16 was not found: %v", want)
	}
	for _, c := range codes {
		if c.status != want[c.code] && c.err != errPath { // which is no call at all
			t.Errorf("%v: %d %s, the spec says %d", c.err, c.status, c.code, want[c.code])
		}
	}
}

// What of the phone's own unlock fails has two names: at its registration and later.
// Anything that isn't known approves nothing and says no more.
func TestProblemOf(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{activation.ErrUnlock, http.StatusForbidden, "unlock_refused"},
		{device.ErrUnlock, http.StatusForbidden, "unlock_wrong"},
		{fmt.Errorf("answer to req_1: %w", device.ErrUnlock), http.StatusForbidden, "unlock_wrong"},
		{fmt.Errorf("disk full"), http.StatusServiceUnavailable, "server_busy"},
	} {
		status, p := problemOf(tt.err)
		if status != tt.status || p.Code != tt.code || p.Reference == "" {
			t.Errorf("%v: %d %+v, want %d %s", tt.err, status, p, tt.status, tt.code)
		}
	}
}

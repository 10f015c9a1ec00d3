package porttest_test

import (
	"net"
	"strconv"
	"testing"

	"keyturn/internal/porttest"
)

// A port is given out once, stays beneath those that the system gives out, and is nobody's.
func TestFree(t *testing.T) {
	before := map[string]bool{}
	for range 100 {
		address, err := porttest.Free()
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // it was opened to be taken
		_, port, _ := net.SplitHostPort(address)
		if n, err := strconv.Atoi(port); before[port] || err != nil || n < 10_000 || n >= 32_000 {
			t.Errorf("port %s after %v", port, before)
		}
		before[port] = true
	}
}

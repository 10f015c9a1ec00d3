package e2e

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain leaves everything out with -short, which is for the desk: a flow takes as
// long as all that is tested without a browser.
func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("left out with -short")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Package need says which tests run here: with -short, which is for the desk, none that
// starts a browser or a database server, and without a program none that needs it. What
// KEYTURN_TEST_REQUIRE lists runs all the same, or fails.
package need

import (
	"os"
	"strings"
	"testing"
)

// Programs are what the test command requires.
var Programs = []string{"postgres", "pgbouncer", "chromium", "axe", "lighthouse", "firefox", "dbus-daemon", "zbarimg"}

// Required reports whether KEYTURN_TEST_REQUIRE lists a program.
func Required(program string) bool {
	for listed := range strings.SplitSeq(os.Getenv("KEYTURN_TEST_REQUIRE"), ",") {
		if strings.TrimSpace(listed) == program {
			return true
		}
	}
	return false
}

// Started leaves out with -short a test that starts a program, unless that is required.
func Started(t testing.TB, program string) {
	t.Helper()
	if testing.Testing() && testing.Short() && !Required(program) {
		t.Skip("takes " + program + ", which the desk does without: the test command runs it")
	}
}

// Built leaves out with -short a test that builds the product once more.
func Built(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the product once more, which the desk does without: the test command runs it")
	}
}

// Missing leaves out a test for which something isn't installed; if that is required, it
// is a failure.
func Missing(t testing.TB, program, what string) {
	t.Helper()
	if Required(program) {
		t.Fatal(what + ", and KEYTURN_TEST_REQUIRE lists " + program)
	}
	t.Skip(what)
}

// Rounds is how often something is tried: few times with -short.
func Rounds(all, few int) int {
	if testing.Short() {
		return few
	}
	return all
}

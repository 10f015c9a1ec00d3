package need_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"keyturn/internal/need"
)

// Where every program is required, which is in the test command, nothing is left out.
func TestTheTestCommandLeavesNothingOut(t *testing.T) {
	for _, program := range need.Programs {
		if !need.Required(program) {
			return
		}
	}
	if testing.Short() {
		t.Error("with -short less is tried, and packages are left out")
	}
}

// The test command requires every program.
func TestTheTestCommandRequiresAll(t *testing.T) {
	text, err := os.ReadFile("../../test/all")
	if err != nil {
		t.Fatal(err)
	}
	if line := "\nexport KEYTURN_TEST_REQUIRE=" + strings.Join(need.Programs, ",") + "\n"; !strings.Contains(string(text), line) {
		t.Errorf("test/all has no line %q", line)
	}
}

// A program is started at the desk only if it is required, and one that is required is
// there.
func TestStarted(t *testing.T) {
	if os.Getenv("KEYTURN_NEED") != "" {
		need.Started(t, "chromium")
		need.Missing(t, "chromium", "it isn't here")
	}
	for _, tt := range []struct{ short, require, want string }{
		{"-test.short", "postgres", "SKIP: TestStarted takes chromium"},
		{"-test.short", "postgres,chromium", "FAIL: TestStarted it isn't here"},
		{"-test.v", "postgres", "SKIP: TestStarted it isn't here"},
		{"-test.v", "chromium", "FAIL: TestStarted it isn't here"},
		{"-test.v", "postgres, chromium", "FAIL: TestStarted it isn't here"},
	} {
		again := exec.Command(os.Args[0], "-test.run=^TestStarted$", "-test.v", tt.short)
		again.Env = append(os.Environ(), "KEYTURN_NEED=1", "KEYTURN_TEST_REQUIRE="+tt.require)
		out, _ := again.CombinedOutput() // it may fail
		kind, why, _ := strings.Cut(tt.want, ": TestStarted ")
		if !strings.Contains(string(out), "--- "+kind+": TestStarted") || !strings.Contains(string(out), why) {
			t.Error(fmt.Sprint(tt), string(out))
		}
	}
}

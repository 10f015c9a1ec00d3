package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/remote"
)

// Debugged starts a Chromium in a language of package locale for another program to drive,
// and returns the port on which it is driven. It ends with the test.
func Debugged(t testing.TB, lang string) string {
	t.Helper()
	dir := folder(t)
	start(t, dir, acceptLanguage(lang), remote.WebSocket)                // a port instead of a pipe, any free one
	active, err := os.ReadFile(filepath.Join(dir, "DevToolsActivePort")) // the port, and on the next line a path
	if err != nil {
		t.Fatal(err)
	}
	port, _, _ := strings.Cut(string(active), "\n")
	return port
}

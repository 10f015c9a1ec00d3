// Package browser is a real Chromium as a Go value: a desktop that shows the
// portal, and phones with a touch screen, a camera that sees what it is shown, and
// an unlock of their own. Elements are found by the key of the word on them, so
// that one test runs in every language and reads like the guide.
//
// A step that doesn't succeed in time fails the test, with what the page showed.
package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/need"
)

// patience is how long a step may take on a busy machine. Nothing is measured by it.
const patience = 3 * time.Minute

// flags are those of a browser that talks to nobody but the test.
var flags = []chromedp.ExecAllocatorOption{
	chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
	chromedp.WSURLReadTimeout(patience),
	chromedp.Flag("disable-quic", true),
	chromedp.Flag("disable-background-networking", true),
	chromedp.Flag("disable-component-update", true),
	chromedp.Flag("disable-sync", true),
	chromedp.Flag("disable-dev-shm-usage", true),
	chromedp.Flag("force-prefers-reduced-motion", true), // nobody looks
	// A window without an address field needs no page that draws what falls out of it.
	chromedp.Flag("disable-features", "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"),
}

// Needed returns the path of Chromium, or leaves the test out: see package need.
func Needed(t testing.TB) string {
	t.Helper()
	return program(t, "chromium", "chromium", "chromium-browser", "google-chrome")
}

// program returns the path of the first of these that there is.
func program(t testing.TB, what string, names ...string) string {
	t.Helper()
	need.Started(t, what)
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	need.Missing(t, what, what+" is not installed")
	return ""
}

// folder is for the files of a browser, of which a process may live a moment longer than the
// browser and write there: that fails no test.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "keyturn-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 100 {
			if os.RemoveAll(dir) == nil {
				return
			}
			<-time.After(50 * time.Millisecond)
		}
	})
	return dir
}

// start starts a Chromium whose profile is in dir, and which ends with the test
// or with the function that is returned.
func start(t testing.TB, dir string, more ...chromedp.ExecAllocatorOption) (context.Context, func()) {
	t.Helper()
	ctx, stop, err := launch(Needed(t), dir, more...)
	t.Cleanup(stop)
	if err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	return ctx, stop
}

// launch starts a Chromium. The function that is returned ends it, also if it didn't start.
func launch(program, dir string, more ...chromedp.ExecAllocatorOption) (context.Context, func(), error) {
	opts := append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(program), chromedp.UserDataDir(dir)}, flags...)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), append(opts, more...)...)
	ctx, end := chromedp.NewContext(allocator)
	stop := sync.OnceFunc(func() {
		_ = chromedp.Cancel(ctx) // closes the browser and waits; it may be gone already
		end()
		endAllocator()
	})
	return ctx, stop, chromedp.Do(ctx)
}

// Start starts a Chromium with an empty profile, for tests that drive it themselves.
// It ends with the test.
func Start(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	ctx, _ := start(t, folder(t), more...)
	return ctx
}

func acceptLanguage(lang string) chromedp.ExecAllocatorOption {
	if lang == "zh-Hans" {
		lang = "zh-CN"
	}
	return func(a *chromedp.ExecAllocator) {
		chromedp.Flag("accept-lang", lang)(a)
		chromedp.Flag("lang", lang)(a)
		chromedp.Env("LANGUAGE=" + strings.ReplaceAll(lang, "-", "_"))(a)
	}
}

// failed ends the test and says what the page shows. A picture of it goes into the
// folder KEYTURN_TEST_SHOTS, if there is one.
func (w *Window) failed(format string, args ...any) {
	w.t.Helper()
	text := "(no page)"
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	if s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`)); err == nil {
		text = s
	}
	if dir := os.Getenv("KEYTURN_TEST_SHOTS"); dir != "" {
		if b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
			// Only a help.
			_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(w.t.Name(), "/", "_")+".png"), b, 0o644)
		}
	}
	w.t.Fatalf(format+"\nThe page shows:\n%s", append(args, text)...)
}

package phoneapp_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/phoneapp"
	"keyturn/locale"
	"keyturn/spec"
	"keyturn/test/browser"
)

// patience is for a whole run in the browser, with other work on the machine.
const patience = 15 * time.Minute

// source is the folder web as it lies beside us: what is embedded, and the tests.
var source = os.DirFS("../../web")

// app returns the phone app with its tests and the vectors.
func app(t *testing.T) *phoneapp.App {
	t.Helper()
	a, err := phoneapp.Open(source, locale.Files, locale.English)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := fs.Sub(source, "phone/test")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ServeTests(tests, spec.Vectors()); err != nil {
		t.Fatal(err)
	}
	return a
}

// serve starts a server whose address is a secure context.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}

// chromium starts a browser with an empty profile. It ends with the test.
func chromium(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	ctx, stop := context.WithTimeout(browser.Start(t, more...), patience)
	t.Cleanup(stop)
	return ctx
}

// outcome is what web/phone/test/run.js leaves.
type outcome struct {
	Passed int      `json:"passed"`
	Failed []string `json:"failed"`
}

// run opens the test page and reports what failed in it.
func run(ctx context.Context, t *testing.T, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	got := evaluate[outcome](ctx, t, until("window.results"))
	for _, failed := range got.Failed {
		t.Error(failed)
	}
	if got.Passed == 0 {
		t.Error("nothing passed")
	}
	t.Logf("%s: %d passed", address, got.Passed)
}

const waits = `new Promise((resolve) => {`

// until is a script that waits for the value of another to be something.
func until(script string) string {
	return waits + `
		const look = () => { const value = ` + script + `; value ? resolve(value) : setTimeout(look, 50); };
		look();
	})`
}

// ask evaluates a script once. A page that goes may take the answer with it, and Chromium
// doesn't always say so.
func ask[T any](ctx context.Context, script string) (T, error) {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// evaluate returns what a script comes to. One that waits, of [until], is asked again if
// its page is replaced meanwhile, or says nothing for long.
func evaluate[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	if !strings.HasPrefix(script, waits) {
		value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	for {
		value, err := ask[T](ctx, script)
		switch {
		case err == nil:
			return value
		case ctx.Err() != nil, !errors.Is(err, context.DeadlineExceeded) && !replaced.MatchString(err.Error()):
			t.Fatal(err)
		}
	}
}

// replaced is what Chromium says to whoever waits on a page that goes.
var replaced = regexp.MustCompile(`navigated or closed|context was destroyed`)

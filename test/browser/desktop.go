package browser

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A Desktop is a browser with a large screen. Each has cookies of its own.
type Desktop struct{ Window }

// NewDesktop opens an empty window of 1280 by 800, in a language of package locale.
func NewDesktop(t testing.TB, lang string) *Desktop {
	t.Helper()
	ctx, end := chromedp.NewContext(desktops.enter(t, lang), chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	d := &Desktop{Window{t: t, ctx: ctx, lang: lang}}
	d.Screen(1280, 800, 1, false)
	return d
}

// Second opens another window of the same browser: it shares the cookies.
func (d *Desktop) Second() *Desktop {
	ctx, end := chromedp.NewContext(d.ctx)
	d.t.Cleanup(end)
	return &Desktop{Window{t: d.t, ctx: ctx, lang: d.lang}}
}

// LoseCookies takes away all that the browser was given, as one does that keeps none.
func (d *Desktop) LoseCookies() {
	d.t.Helper()
	if _, err := chromedp.Call(d.ctx, network.ClearBrowserCookies, struct{}{}); err != nil {
		d.t.Fatal(err)
	}
}

// desktops are in one Chromium for each language, because starting one is a good
// part of what a test costs. It runs as long as any test has a desktop in it. Debian's
// chromium-headless-shell, if it is there, is the same engine without a browser's own
// windows around its pages: two thirds of the work.
var desktops = pool{running: map[string]*shared{}}

type pool struct {
	sync.Mutex
	running map[string]*shared // by language
}

// A shared Chromium has the desktops of several tests.
type shared struct {
	ctx   context.Context
	stop  func()
	users int
}

// enter returns the Chromium of a language until the test ends.
func (p *pool) enter(t testing.TB, lang string) context.Context {
	t.Helper()
	program := Needed(t)
	if small, err := exec.LookPath("chromium-headless-shell"); err == nil {
		program = small
	}
	p.Lock()
	defer p.Unlock()
	c := p.running[lang]
	if c == nil {
		dir, err := os.MkdirTemp("", "keyturn-desktops")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop, err := launch(program, dir, acceptLanguage(lang),
			chromedp.Flag("disable-backgrounding-occluded-windows", true), // each is looked at
			chromedp.Flag("disable-renderer-backgrounding", true))
		end := func() { stop(); _ = os.RemoveAll(dir) } // only a folder for a moment
		if err != nil {
			end()
			t.Fatalf("chromium does not start: %v", err)
		}
		c = &shared{ctx: ctx, stop: end}
		p.running[lang] = c
	}
	c.users++
	t.Cleanup(func() { p.leave(lang, c) })
	return c.ctx
}

// leave ends the Chromium that nobody needs any more.
func (p *pool) leave(lang string, c *shared) {
	p.Lock()
	defer p.Unlock()
	if c.users--; c.users == 0 {
		delete(p.running, lang)
		c.stop()
	}
}

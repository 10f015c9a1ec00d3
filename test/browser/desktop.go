package browser

import (
	"context"
	"os"
	"sync"
	"testing"

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

// desktops are in one Chromium for each language, because starting one is a good
// part of what a test costs. It runs as long as any test has a desktop in it.
var desktops = house{rooms: map[string]*room{}}

type house struct {
	sync.Mutex
	rooms map[string]*room // by language
}

// A room is a Chromium with the desktops of several tests.
type room struct {
	ctx    context.Context
	stop   func()
	people int
}

// enter returns the Chromium of a language until the test ends.
func (h *house) enter(t testing.TB, lang string) context.Context {
	t.Helper()
	program := Needed(t)
	h.Lock()
	defer h.Unlock()
	r := h.rooms[lang]
	if r == nil {
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
		r = &room{ctx: ctx, stop: end}
		h.rooms[lang] = r
	}
	r.people++
	t.Cleanup(func() { h.leave(lang, r) })
	return r.ctx
}

// leave ends the Chromium that nobody needs any more.
func (h *house) leave(lang string, r *room) {
	h.Lock()
	defer h.Unlock()
	if r.people--; r.people == 0 {
		delete(h.rooms, lang)
		r.stop()
	}
}

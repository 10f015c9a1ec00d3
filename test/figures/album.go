package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"keyturn/test/browser"
)

// A size of a screen, in CSS pixels, and how many real ones make one.
type size struct {
	width, height int64
	scale         float64
}

// The screens that there are pictures of: those of a desktop, a phone and the
// smallest phone.
var (
	desktop = size{1280, 800, 1}
	mobile  = size{390, 844, 2}
	small   = size{320, 640, 1}
)

// A look is what becomes of each state of a screen that a story comes to: a picture
// of it is taken, or it is inspected. It may change the size of the window and the
// theme, and nothing else.
type look func(t testing.TB, w *browser.Window, name, lang string, sizes ...size)

// An album is the folder of pictures.
type album struct {
	dir     string
	written int
	wide    []string // pictures of pages that can be scrolled sideways
}

// settled is a script that ends all movement, hides the blinking caret, and waits
// until the page is drawn.
const settled = `(async () => {
  if (!window.settled) {
    window.settled = new CSSStyleSheet();
    window.settled.replaceSync("*, ::before, ::after { animation: none !important; transition: none !important; caret-color: transparent !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, window.settled];
  }
  await document.fonts.ready;
  await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
  return true; })()`

// take is a look that adds pictures of what a window shows, light and dark.
func (a *album) take(t testing.TB, w *browser.Window, name, lang string, sizes ...size) {
	t.Helper()
	for _, s := range sizes {
		for _, theme := range []string{"light", "dark"} {
			file := fmt.Sprintf("%s.%s.%dx%d.%s.png", name, lang, s.width, s.height, theme)
			a.save(t, file, whole(w, s, theme == "dark"))
			if browser.Eval[bool](w, `document.documentElement.scrollWidth > innerWidth`) {
				a.wide = append(a.wide, file)
			}
		}
	}
}

// whole is a picture of the page from its top to its end.
func whole(w *browser.Window, s size, dark bool) []byte {
	unroll(w, s, dark)
	browser.Eval[bool](w, drawn)
	browser.Eval[bool](w, settled)
	return w.Shot()
}

// drawn is a script that waits for the page's own pictures, also those that a
// person would have to scroll to.
const drawn = `Promise.all([...document.images].map((img) => { img.loading = "eager"; img.decoding = "sync"; return img.decode().catch(() => {}); })).then(() => true)`

// unroll makes the screen as long as the page.
func unroll(w *browser.Window, s size, dark bool) {
	w.Screen(s.width, s.height, s.scale, dark)
	browser.Eval[bool](w, settled)
	if long := browser.Eval[int64](w, `document.documentElement.scrollHeight`); long > s.height {
		w.Screen(s.width, long, s.scale, dark)
		browser.Eval[bool](w, settled)
	}
}

func (a *album) save(t testing.TB, name string, picture []byte) {
	t.Helper()
	path := filepath.Join(a.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		t.Fatal(err)
	}
	a.written++
}

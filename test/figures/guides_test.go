package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"keyturn/locale"
	"keyturn/test/browser"
)

// again says what to do about a figure that isn't true any more.
const again = "make figures"

// A comparison holds the screens of a walk to the figures of the guides. Its look
// may be asked by several stories at once.
type comparison struct {
	figures []figure
	mu      sync.Mutex
	seen    map[string]bool // language and id
}

func newComparison(t testing.TB) *comparison {
	t.Helper()
	return &comparison{figures: must(readFigures())(t), seen: map[string]bool{}}
}

// look fails for figures of this state that show something else than the screen.
// Pixels aren't compared: they differ from machine to machine.
func (c *comparison) look(t testing.TB, w *browser.Window, name, lang string, _ ...size) {
	t.Helper()
	for _, f := range c.figures {
		if f.State != name {
			continue
		}
		taken := readRecord(t, f.ID, lang)
		f.see(t, w, name, lang, func(_ box, now record) { f.same(t, lang, taken, now) })
		c.mu.Lock()
		c.seen[lang+"/"+f.ID] = true
		c.mu.Unlock()
	}
}

// all fails for figures whose state no story came to.
func (c *comparison) all(t testing.TB) {
	t.Helper()
	for _, f := range c.figures {
		for _, lang := range locale.Languages() {
			if f.State != "" && !c.seen[lang+"/"+f.ID] {
				t.Errorf("figure %s in %s: no story comes to %s", f.ID, lang, f.State)
			}
		}
	}
}

// near is how far an element may have moved, in CSS pixels: more than a line of
// text, which another font may break elsewhere.
const near = 40

// digits may count or tick.
var digits = regexp.MustCompile(`[0-9]+`)

// same fails if a screen's texts differ from those of its picture in more than
// digits, or what is ringed is gone or elsewhere.
func (f figure) same(t testing.TB, lang string, taken, now record) {
	t.Helper()
	mask := func(texts []string) string { return digits.ReplaceAllString(strings.Join(texts, "\n"), "0") }
	if was, is := mask(taken.Texts), mask(now.Texts); was != is {
		t.Errorf("figure %s in %s (%s): the picture says\n%s\nand the screen\n%s", f.ID, lang, again, was, is)
	}
	if len(taken.Marks) != len(now.Marks) {
		t.Errorf("figure %s in %s (%s): %d rings, and there are %d", f.ID, lang, again, len(taken.Marks), len(now.Marks))
		return
	}
	for i, m := range now.Marks {
		was := taken.Marks[i]
		for _, side := range [][2]int{{was.X, m.X}, {was.Y, m.Y}, {was.X + was.W, m.X + m.W}, {was.Y + was.H, m.Y + m.H}} {
			if m.W == 0 || math.Abs(float64(side[0]-side[1])) > near*f.size().scale {
				t.Errorf("figure %s in %s (%s): %s was at %v and is at %v", f.ID, lang, again, f.Rings[i], was, m)
				break
			}
		}
	}
}

func readRecord(t testing.TB, id, lang string) (r record) {
	t.Helper()
	text := must(os.ReadFile(filepath.Join(figuresDir, lang, id+".json")))(t)
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// Each figure is there once in every language, with the same rings, and light.
// Package help looks after those that guides name.
func TestFigures(t *testing.T) {
	ids := map[string]bool{}
	for _, f := range must(readFigures())(t) {
		if ids[f.ID] {
			t.Errorf("figure %s is there twice", f.ID)
		}
		ids[f.ID] = true
		if f.Alt != "figure."+strings.ReplaceAll(f.ID, "-", "_") {
			t.Errorf("figure %s has the alternative text %s", f.ID, f.Alt)
		}
		if strings.HasPrefix(f.ID, "x") != (f.State == "") {
			t.Errorf("figure %s has the state %q", f.ID, f.State)
		}
		for _, lang := range locale.Languages() {
			f.complete(t, lang)
		}
	}
	for _, pattern := range []string{"drawn/*.svg", "*/*.webp", "*/*.json"} {
		for _, path := range must(filepath.Glob(filepath.Join(figuresDir, pattern)))(t) {
			if id := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)); !ids[id] {
				t.Errorf("%s isn't in figures.json", path)
			}
		}
	}
}

// complete fails if something is missing of a figure in one language.
func (f figure) complete(t *testing.T, lang string) {
	t.Helper()
	if !locale.For(lang).Has(f.Alt) {
		t.Errorf("%s has no %s", lang, f.Alt)
	}
	if f.State == "" {
		if _, err := os.Stat(filepath.Join(figuresDir, "drawn", f.ID+".svg")); err != nil {
			t.Error(err)
		}
		return
	}
	picture, err := os.Stat(filepath.Join(figuresDir, lang, f.ID+".webp"))
	if err != nil {
		t.Error(err)
		return
	}
	if picture.Size() > mostFigure {
		t.Errorf("figure %s in %s has %d bytes", f.ID, lang, picture.Size())
	}
	r := readRecord(t, f.ID, lang)
	if r.Alt != f.Alt || len(r.Marks) != len(f.Rings) || len(r.Texts) == 0 {
		t.Errorf("figure %s in %s isn't of figures.json: %s", f.ID, lang, again)
	}
	if slices.ContainsFunc(r.Marks, func(m mark) bool {
		return m.W <= 0 || m.X < 0 || m.Y < 0 || m.X+m.W > r.Width || m.Y+m.H > r.Height
	}) {
		t.Errorf("figure %s in %s: what is ringed isn't in the picture: %v", f.ID, lang, r.Marks)
	}
}

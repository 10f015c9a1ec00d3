package web_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// What the visual language promises: the least contrast of each pair, light
// and dark. 4.5 is WCAG 2.2 AA for text, 3 for the border of a control.
var promised = []struct {
	front, back string
	light, dark float64
}{
	{"ink", "surface", 16.4, 14.5},
	{"ink", "sunk", 14.3, 12.7},
	{"ink-2", "surface", 7.2, 8.0},
	{"ink-2", "sunk", 6.3, 7.0},
	{"edge", "surface", 3.8, 4.6},
	{"edge", "sunk", 3.3, 4.0},
	{"brand", "surface", 6.5, 8.7},
	{"brand", "bg", 6.0, 9.6},
	{"on-brand", "brand", 6.5, 8.8},
	{"on-brand", "brand-hover", 8.7, 10.3},
	{"ink", "brand-bg", 14.2, 11.8},
	{"brand", "brand-bg", 5.6, 7.1},
	{"ok", "ok-bg", 5.9, 8.2},
	{"warn", "warn-bg", 6.1, 8.9},
	{"bad", "bad-bg", 5.5, 7.1},
	{"info", "info-bg", 5.5, 7.3},
	{"focus", "bg", 6.0, 9.3},

	// Pairs that base.css uses besides.
	{"ink", "bg", 4.5, 4.5},
	{"ink-2", "bg", 4.5, 4.5},
	{"bad", "bg", 4.5, 4.5},
	{"bad", "surface", 4.5, 4.5},
	{"brand-hover", "brand-bg", 4.5, 4.5},
	{"ink", "ok-bg", 4.5, 4.5},
	{"ink", "warn-bg", 4.5, 4.5},
	{"ink", "bad-bg", 4.5, 4.5},
	{"ink", "info-bg", 4.5, 4.5},
	{"edge", "bg", 3, 3},
	{"focus", "surface", 3, 3},
	{"info", "surface", 3, 3},
	{"warn", "surface", 3, 3},
	{"ok", "surface", 3, 3},
}

func TestContrastIsWhatIsPromised(t *testing.T) {
	css := stylesheet(t)
	light, dark := colors(t, css, `(?s):root \{(.*?)\n\}`), colors(t, css, `(?s):root\[data-theme=dark\] \{(.*?)\n\}`)
	for _, p := range promised {
		for _, theme := range []struct {
			name   string
			colors map[string]rgb
			least  float64
		}{{"light", light, p.light}, {"dark", dark, p.dark}} {
			got := contrast(theme.colors[p.front], theme.colors[p.back])
			if got+0.005 < theme.least { // promised with one digit
				t.Errorf("%s: %s on %s has %.2f, promised %.1f", theme.name, p.front, p.back, got, theme.least)
			}
		}
	}
}

// The dark colours stand twice in the file, and are the same.
func TestBothDarkThemesAreOne(t *testing.T) {
	css := stylesheet(t)
	wish := colors(t, css, `(?s):root:not\(\[data-theme=light\]\) \{(.*?)\n  \}`)
	choice := colors(t, css, `(?s):root\[data-theme=dark\] \{(.*?)\n\}`)
	light := colors(t, css, `(?s):root \{(.*?)\n\}`)
	if fmt.Sprint(wish) != fmt.Sprint(choice) {
		t.Errorf("dark by the system's wish and by the person's choice differ:\n%v\n%v", wish, choice)
	}
	for name := range light {
		if _, ok := choice[name]; !ok {
			t.Errorf("%s has no dark value", name)
		}
	}
}

type rgb [3]float64

func stylesheet(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("shared/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var color = regexp.MustCompile(`--([\w-]+): #([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2});`)

// colors returns the colours of one block of the stylesheet by name.
func colors(t *testing.T, css, block string) map[string]rgb {
	t.Helper()
	found := regexp.MustCompile(block).FindStringSubmatch(css)
	if found == nil {
		t.Fatalf("no block %s", block)
	}
	out := map[string]rgb{}
	for _, m := range color.FindAllStringSubmatch(found[1], -1) {
		var c rgb
		for i := range c {
			n, err := strconv.ParseUint(m[2+i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c[i] = float64(n) / 255
		}
		out[m[1]] = c
	}
	if len(out) < 20 {
		t.Fatalf("only %d colours in %s", len(out), block)
	}
	return out
}

// contrast is the ratio of WCAG 2.2, "contrast ratio".
func contrast(a, b rgb) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c rgb) float64 {
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

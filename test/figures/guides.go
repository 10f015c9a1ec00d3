package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/qr"
	"keyturn/test/browser"
)

// figuresDir holds the pictures of the guides, a folder for each language, and
// figures.json, which says what they show.
const figuresDir = "web/help/figures"

// mostFigure is how large a picture of the guides may be, in bytes: a guide has
// up to sixteen.
const mostFigure = 60 << 10

// How a guide sees the product: on a phone, and in a window of a computer, which
// is no wider than needed because its picture stands beside a sentence.
var (
	handheld = size{390, 844, 1.5}
	window   = size{820, 800, 1.5}
)

// A figure is a picture of a guide: a state of a screen, of which a part is shown.
type figure struct {
	ID    string   `json:"id"`              // d… is of a computer, p… of a phone, x… a drawing
	Alt   string   `json:"alt"`             // key of what one sees in it
	State string   `json:"state,omitempty"` // as a story calls it; empty: a drawing
	Crop  []string `json:"crop,omitempty"`  // elements, by selector or key, that are shown; none: the whole screen
	Rings []string `json:"rings,omitempty"` // what is ringed; several are numbered, from 1

	Fill    map[string]string `json:"fill,omitempty"`    // what is typed or chosen, by selector
	Address string            `json:"address,omitempty"` // of the page, drawn above it
	Camera  bool              `json:"camera,omitempty"`  // it looks at a code
}

// A record lies beside each picture. It is counted in pixels of the picture.
type record struct {
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Alt    string   `json:"alt"`
	Marks  []mark   `json:"marks,omitempty"`
	Texts  []string `json:"texts"`
}

// A mark is what is ringed. N is its number; 0: it is the only one.
type mark struct {
	N int `json:"n"`
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// readFigures reads figures.json.
func readFigures() (list []figure, err error) {
	text, err := os.ReadFile(filepath.Join(figuresDir, "figures.json"))
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal(text, &list)
}

// samples stand in a picture for what is different each time. None of them is of
// use to anybody: no server has made them.
type samples struct {
	Hide  string              `json:"hide"`  // what only the demo has
	Codes map[string][]string `json:"codes"` // by selector; the last is for all further ones
	Words [][2]string         `json:"words"` // a regular expression, and what becomes of it
	QR    []string            `json:"qr"`    // box, paper and ink of a drawing
}

func newSamples(t testing.TB) samples {
	t.Helper()
	svg := must(qr.SVG("https://auth.example.com/p/#7KQM2XVT9HRW4DG8", 1))(t)
	return samples{
		Hide: "a[target=keyturn-phone], .aid",
		Codes: map[string][]string{
			"#activation-code": {"7KQM2XVT9HRW4DG8"},
			"#codes .code":     {"8ZD3CQ7NPA5VTE1W", strings.Repeat("*", 16)},
			"#number, #asked":  {"417902"},
			"#challenge":       {"48291736"},
		},
		Words: [][2]string{
			{`localhost:\d+`, "auth.example.com"},
			{`127\.0\.0\.1`, "203.0.113.7"},
			{`(?<![0-9A-Z-])[0-9A-Z]{4}-[0-9A-Z]{4}(?![0-9A-Z-])`, "7K3M-9QXA"}, // a reference
			{`\b\d:\d\d\b`, "8:20"},
			{`\b\d\d:\d\d\b`, "14:05"},
			{`\bLinux\b`, "Windows"},
		},
		QR: []string{between(svg, `viewBox="`, `"`), between(svg, `fill="#fff" d="`, `"`), between(svg, `fill="#000" d="`, `"`)},
	}
}

// between is the part of a text after one mark and before the next other one.
func between(text, after, before string) string {
	_, text, _ = strings.Cut(text, after)
	text, _, _ = strings.Cut(text, before)
	return text
}

// pose is a function of the page that makes it ready for its picture.
//
//go:embed pose.js
var pose string

// shown is what a posed page shows, in CSS pixels of the page. Null: it isn't there.
type shown struct {
	Box   *box     `json:"box"`
	Marks []*box   `json:"marks"`
	Texts []string `json:"texts"`
}

type box struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// round a crop there is some air, in CSS pixels.
const air = 16

// see poses a window as a figure wants it, has f look, and puts the page back. The
// record is what the picture would have beside it.
func (f figure) see(t testing.TB, w *browser.Window, name, lang string, look func(at box, r record)) {
	t.Helper()
	s := f.size()
	w.Screen(s.width, s.height, s.scale, false)
	browser.Eval[bool](w, settled)
	posed := fmt.Sprintf(`(window.posed = (%s)(%s, %s, %s)).begin().then(() => true)`,
		pose, w.Finder(append(f.Crop, f.Rings...)...), asJSON(t, f), asJSON(t, newSamples(t)))
	if !browser.Eval[bool](w, posed) {
		t.Fatalf("%s in %s: the page went away", f.ID, lang)
	}
	if long := browser.Eval[int64](w, `document.documentElement.scrollHeight`); len(f.Crop) > 0 && long > s.height {
		s.height = long
		w.Screen(s.width, s.height, s.scale, false)
	}
	browser.Eval[bool](w, settled)
	got := browser.Eval[shown](w, `window.posed.shows()`)
	if got.Box == nil {
		t.Errorf("figure %s in %s: %s shows nothing of %q", f.ID, lang, name, f.Crop)
	} else {
		at := f.cut(*got.Box, s)
		look(at, f.record(got, at))
	}
	browser.Eval[bool](w, `window.posed.end(), delete window.posed`)
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	return string(must(json.Marshal(v))(t))
}

func (f figure) size() size {
	if strings.HasPrefix(f.ID, "d") {
		return window
	}
	return handheld
}

// cut is the part of the page that the picture shows.
func (f figure) cut(b box, s size) box {
	if len(f.Crop) == 0 {
		return box{0, 0, float64(s.width), float64(s.height)}
	}
	left, top := max(0, math.Floor(b.X-air)), max(0, math.Floor(b.Y-air))
	right, bottom := min(float64(s.width), math.Ceil(b.X+b.W+air)), min(float64(s.height), math.Ceil(b.Y+b.H+air))
	return box{left, top, right - left, bottom - top}
}

// record is what lies beside the picture.
func (f figure) record(got shown, at box) record {
	scale := f.size().scale
	px := func(css float64) int { return int(math.Round(css * scale)) }
	r := record{Width: px(at.W), Height: px(at.H), Alt: f.Alt, Texts: got.Texts}
	for i, m := range got.Marks {
		n := i + 1
		if len(got.Marks) == 1 {
			n = 0
		}
		if m == nil {
			m = &box{at.X, at.Y, 0, 0} // nothing is ringed by nothing
		}
		r.Marks = append(r.Marks, mark{n, px(m.X - at.X), px(m.Y - at.Y), px(m.W), px(m.H)})
	}
	return r
}

// takeGuides takes every figure of the guides in every language.
func takeGuides(wanted []string) error {
	figures, err := readFigures()
	if err != nil {
		return fmt.Errorf("%w (is this the top folder?)", err)
	}
	count, bytes := 0, 0
	look := func(t testing.TB, w *browser.Window, name, lang string, _ ...size) {
		for _, f := range figures {
			if f.State == name {
				bytes += f.take(t, w, name, lang)
				count++
			}
		}
	}
	err = tellAll(wanted, look)
	fmt.Printf("%d pictures in %s, %d KB\n", count, figuresDir, bytes>>10)
	return err
}

// take writes a picture and its record, and returns how many bytes it has.
func (f figure) take(t testing.TB, w *browser.Window, name, lang string) (bytes int) {
	t.Helper()
	f.see(t, w, name, lang, func(at box, r record) {
		for i, m := range r.Marks {
			if m.W == 0 {
				t.Errorf("figure %s in %s: %s isn't there", f.ID, lang, f.Rings[i])
			}
		}
		picture := w.Cut(at.X, at.Y, at.W, at.H)
		if bytes = len(picture); bytes > mostFigure {
			t.Errorf("figure %s in %s has %d bytes", f.ID, lang, bytes)
		}
		path := filepath.Join(figuresDir, lang, f.ID)
		text := must(json.MarshalIndent(r, "", " "))(t)
		if err := os.WriteFile(path+".webp", picture, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	})
	return bytes
}

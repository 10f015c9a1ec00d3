package help

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
)

// A picture is one screen, or a drawing of what only a phone can show.
type picture struct {
	ID     string
	Alt    string
	Src    string // with the hash of its bytes; empty: it wasn't taken yet, and its place shows the words
	Width  int
	Height int
	Marks  []mark
	Drawn  template.HTML // instead of Src
}

// A mark is a ring around a part of a picture, with a number if N isn't 0. It is
// counted in pixels of the picture.
type mark struct{ N, X, Y, W, H int }

// A figure is one picture, or a pair.
type figure struct {
	Pictures []picture
	Drawn    bool
}

// Wide reports whether a picture is of a computer: figures.json calls those d….
func (p picture) Wide() bool { return strings.HasPrefix(p.ID, "d") }

// Ring is the rectangle of a mark with some air around it, and not over its neighbours.
func (p picture) Ring(m mark) mark {
	air := p.unit() * 4
	above, below := air, air
	for _, o := range p.Marks {
		if gap := m.Y - o.Y - o.H; gap >= 0 && gap < 2*air {
			above = min(above, gap/2)
		}
		if gap := o.Y - m.Y - m.H; gap >= 0 && gap < 2*air {
			below = min(below, gap/2)
		}
	}
	x, y := max(m.X-air, p.unit()), max(m.Y-above, p.unit())
	return mark{m.N, x, y, min(m.X+m.W+air, p.Width-p.unit()) - x, min(m.Y+m.H+below, p.Height-p.unit()) - y}
}

// Badge is the circle of a mark's number, beside the corner of its ring, so that
// it covers as little as possible of what the ring is about; on the other side if
// the number before it stands there.
func (p picture) Badge(m mark) mark {
	ring, r := p.Ring(m), 12*p.unit()
	x := ring.X - 8*p.unit()
	if i := slices.Index(p.Marks, m); i > 0 {
		before := p.Ring(p.Marks[i-1])
		if abs(before.X-ring.X) < r && abs(before.Y-ring.Y) < 2*r {
			x = ring.X + ring.W + 8*p.unit()
		}
	}
	return mark{m.N, min(max(x, r), p.Width-r), min(max(ring.Y+4*p.unit(), r), p.Height-r), r, r}
}

func abs(n int) int { return max(n, -n) }

// Round is the radius of a ring's corners.
func (p picture) Round() int { return 8 * p.unit() }

// unit is a pixel of the page in pixels of the picture: help.css shows pictures
// so wide.
func (p picture) unit() int {
	if p.Wide() {
		return max(1, (p.Width+210)/420)
	}
	return max(1, (p.Width+130)/260)
}

// figures reads a line such as "p0a, p5d + d2b": two figures, the second a pair.
func (g *gallery) figures(line string, t tongue) (list []figure, err error) {
	for part := range strings.SplitSeq(line, ",") {
		var f figure
		for id := range strings.SplitSeq(part, "+") {
			p, err := g.picture(strings.TrimSpace(id), t)
			if err != nil {
				return nil, err
			}
			f.Drawn = f.Drawn || p.Drawn != ""
			f.Pictures = append(f.Pictures, p)
		}
		list = append(list, f)
	}
	return list, nil
}

// A gallery finds pictures.
type gallery struct{ files fs.FS }

// picture finds one picture in one language.
func (g *gallery) picture(id string, t tongue) (picture, error) {
	p := picture{ID: id, Alt: alt(id, t)}
	if strings.HasPrefix(id, "x-") {
		svg, err := fs.ReadFile(g.files, "help/figures/drawn/"+id+".svg")
		if errors.Is(err, fs.ErrNotExist) {
			return p, nil
		} else if err != nil {
			return p, err
		}
		p.Drawn, err = draw(string(svg), p.Alt, t)
		return p, err
	}
	name := "help/figures/" + t.words.Lang() + "/" + id
	about, err := fs.ReadFile(g.files, name+".json")
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	} else if err != nil {
		return p, err
	}
	if err := json.Unmarshal(about, &p); err != nil {
		return p, fmt.Errorf("%s.json: %w", name, err)
	}
	p.Alt = alt(id, t)
	image, err := fs.ReadFile(g.files, name+".webp")
	if err != nil {
		return p, err
	}
	p.Src = "/help/figures/" + t.words.Lang() + "/" + id + ".webp?" + hashOf(image)
	return p, nil
}

func hashOf(image []byte) string {
	sum := sha256.Sum256(image)
	return hex.EncodeToString(sum[:8])
}

// alt is what one sees in a picture.
func alt(id string, t tongue) string { return t.words.T("figure." + strings.ReplaceAll(id, "-", "_")) }

// draw puts words into a drawing, which then stands in the page itself.
func draw(svg, alt string, t tongue) (template.HTML, error) {
	var failed error
	svg = braces().ReplaceAllStringFunc(svg, func(found string) string {
		said, err := t.say(strings.Trim(found, "{}"))
		if err != nil {
			failed = err
		}
		return template.HTMLEscapeString(said)
	})
	begin := `<svg class="drawn" role="img" aria-label="` + template.HTMLEscapeString(alt) + `" `
	// Ours, embedded; the words are escaped.
	return template.HTML(strings.Replace(strings.TrimSpace(svg), "<svg ", begin, 1)), failed
}

package scanner_test

import (
	"image"
	"math"
	"math/rand/v2"

	"rsc.io/qr"
)

// A light is how bright a scene is at a point: 0 is black, 1 is white.
type light func(x, y float64) float64

// A warp says which point of the scene a point of the picture shows.
type warp func(x, y float64) (float64, float64)

// encoded is as package internal/qr draws codes, each made once.
var encoded = map[string]*qr.Code{}

func init() {
	for _, text := range append(texts, foreign) {
		c, err := qr.Encode(text, qr.M)
		if err != nil {
			panic(err) // the texts are ours
		}
		encoded[text] = c
	}
}

// code is the scene of one QR code: white paper with a margin of 4 modules, its
// middle at 0, 0. One unit is one module.
func code(text string) (scene light, side float64) {
	c := encoded[text]
	half := float64(c.Size) / 2
	return func(x, y float64) float64 {
		if c.Black(int(math.Floor(x+half)), int(math.Floor(y+half))) {
			return 0
		}
		return 1
	}, float64(c.Size + 8)
}

// page is what lies around a code: a page of the portal, light or dark, with lines
// of text, and the code on its white paper.
func page(text string, ground float64) light {
	c, side := code(text)
	return func(x, y float64) float64 {
		switch {
		case math.Abs(x) <= side/2 && math.Abs(y) <= side/2:
			return c(x, y)
		case math.Abs(y) > side/2+3 && math.Mod(math.Abs(y), 4) < 1.4 && math.Mod(math.Abs(x*1.7)+math.Abs(y), 9) < 6:
			return 1 - ground
		}
		return ground
	}
}

// A picture is light that was measured, row by row.
type picture struct {
	w, h int
	at   []float64
}

const fine = 3 // samples of a pixel, in each direction

// take photographs a scene: w × h pixels, each px-th of a module, seen through a
// warp. The middle of the scene is in the middle, moved by a part of a pixel.
func take(scene light, w, h int, px float64, through warp, shift float64) *picture {
	p := &picture{w, h, make([]float64, w*h)}
	for y := range h {
		for x := range w {
			sum := 0.0
			for sy := range fine {
				for sx := range fine {
					u := (float64(x) + (float64(sx)+0.5)/fine - float64(w)/2 - shift) / px
					v := (float64(y) + (float64(sy)+0.5)/fine - float64(h)/2 - shift) / px
					sum += scene(through(u, v))
				}
			}
			p.at[y*w+x] = sum / (fine * fine)
		}
	}
	return p
}

// each changes every pixel.
func (p *picture) each(change func(x, y int, v float64) float64) *picture {
	for y := range p.h {
		for x := range p.w {
			p.at[y*p.w+x] = change(x, y, p.at[y*p.w+x])
		}
	}
	return p
}

// blur spreads light by weights along a direction, then once more across if both.
func (p *picture) blur(weights []float64, dx, dy int) *picture {
	out := make([]float64, len(p.at))
	mid := len(weights) / 2
	for y := range p.h {
		for x := range p.w {
			sum := 0.0
			for i, w := range weights {
				sum += w * p.near(x+(i-mid)*dx, y+(i-mid)*dy)
			}
			out[y*p.w+x] = sum
		}
	}
	p.at = out
	return p
}

func (p *picture) near(x, y int) float64 {
	return p.at[min(max(y, 0), p.h-1)*p.w+min(max(x, 0), p.w-1)]
}

// bell is a Gaussian of a width in pixels.
func bell(width float64) []float64 {
	n := int(math.Ceil(3 * width))
	w := make([]float64, 2*n+1)
	sum := 0.0
	for i := range w {
		w[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * width * width))
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// grey is the picture as a camera keeps it.
func (p *picture) grey() *image.Gray {
	g := image.NewGray(image.Rect(0, 0, p.w, p.h))
	for i, v := range p.at {
		g.Pix[i] = uint8(math.Round(255 * min(max(v, 0), 1)))
	}
	return g
}

// noise is a generator that gives the same in every run.
func noise(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 2026)) }

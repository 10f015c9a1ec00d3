package scanner_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
)

// texts are those of an activation's code and of a sign-in's.
var texts = []string{"https://id.example.org/p/#0QTC13462CXD2PHN",
	"https://id.example.org/p/#q.req_MB6FRAKRB64YGQSMCVRESOXXI7.AAECAwQFBgcICQoLDA0ODw"}

// A shot is what one picture is made of.
type shot struct {
	text string
	px   float64 // pixels a module
	seed uint64  // 0, 1, …: which of the pictures of a cell
}

// A distortion is a row of the table.
type distortion struct {
	name string
	make func(s shot) *image.Gray
}

func straight(x, y float64) (float64, float64) { return x, y }

func turned(degrees float64) warp {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return func(x, y float64) (float64, float64) { return x*cos - y*sin, x*sin + y*cos }
}

// tilted looks at the page from the side, from a distance of three sides.
func tilted(degrees, direction float64) warp {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	there, back := turned(direction), turned(-direction)
	const far = 120 // modules
	return func(x, y float64) (float64, float64) {
		x, y = there(x, y)
		k := far / (far*cos - x*sin)
		return back(x*k, y*cos*k)
	}
}

// bent is a lens: positive bends outwards, as wide ones do.
func bent(by float64) warp {
	return func(x, y float64) (float64, float64) {
		k := 1 + by*(x*x+y*y)/(30*30)
		return x * k, y * k
	}
}

func both(a, b warp) warp {
	return func(x, y float64) (float64, float64) { return a(b(x, y)) }
}

// room is how many pixels the picture has on a side.
func room(s shot) int {
	_, side := code(s.text)
	return max(int(side*s.px*1.5), 96)
}

func seen(s shot, through warp) *picture {
	n := room(s)
	return take(page(s.text, 0.96), n*4/3, n, s.px, through, float64(s.seed)*0.37)
}

// sign is + and - in turn.
func sign(s shot) float64 { return 1 - 2*float64(s.seed%2) }

func plain(through func(s shot) warp) func(shot) *image.Gray {
	return func(s shot) *image.Gray { return seen(s, through(s)).grey() }
}

func developed(change func(s shot, p *picture) *picture) func(shot) *image.Gray {
	return func(s shot) *image.Gray { return change(s, seen(s, turned(3*sign(s)))).grey() }
}

func grain(by float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		r := noise(s.seed)
		return p.each(func(_, _ int, v float64) float64 { return v + by*r.NormFloat64() })
	}
}

func contrast(part, middle float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		p.each(func(_, _ int, v float64) float64 { return middle + part*(v-0.5) })
		return grain(0.008)(s, p)
	}
}

func unsharp(modules float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		w := bell(modules * s.px)
		return grain(0.01)(s, p.blur(w, 1, 0).blur(w, 0, 1))
	}
}

func shaken(modules float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		n := max(int(math.Round(modules*s.px)), 1)
		w := make([]float64, n)
		for i := range w {
			w[i] = 1 / float64(n)
		}
		return p.blur(w, 1, int(s.seed%2))
	}
}

func pressed(quality int) func(shot) *image.Gray {
	return func(s shot) *image.Gray {
		var b bytes.Buffer
		p := seen(s, turned(3*sign(s)))
		if err := jpeg.Encode(&b, p.grey(), &jpeg.Options{Quality: quality}); err != nil {
			panic(err)
		}
		m, err := jpeg.Decode(&b)
		if err != nil {
			panic(err)
		}
		g := image.NewGray(m.Bounds())
		draw.Draw(g, g.Bounds(), m, image.Point{}, draw.Src)
		return g
	}
}

// across runs from -1 to 1 over the picture, in a direction that the seed chooses.
func across(s shot, p *picture, x, y int) float64 {
	u, v := 2*float64(x)/float64(p.w)-1, 2*float64(y)/float64(p.h)-1
	return (u + sign(s)*0.5*v) / 1.5
}

func shadow(dark float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		return p.each(func(x, y int, v float64) float64 {
			if across(s, p, x, y) > 0.05 {
				v *= dark
			}
			return 0.9 * v
		})
	}
}

func slope(s shot, p *picture) *picture {
	return p.each(func(x, y int, v float64) float64 { return v * (0.55 + 0.5*across(s, p, x, y)) })
}

func glare(radius float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		cx, cy := float64(p.w)*0.5, float64(p.h)*0.5
		r := radius * s.px
		return p.each(func(x, y int, v float64) float64 {
			d := math.Hypot(float64(x)-cx-sign(s)*4*s.px, float64(y)-cy-3*s.px) / r
			return 0.1 + 0.7*v + 1.2*math.Exp(-d*d*d*d)
		})
	}
}

// covered puts a thumb over data of the code.
func covered(modules float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		_, side := code(s.text)
		cx, cy := float64(p.w)/2+sign(s)*3*s.px, float64(p.h)/2+(side/2-4)*s.px
		return p.each(func(x, y int, v float64) float64 {
			if math.Hypot(float64(x)-cx, (float64(y)-cy)/1.3) < modules*s.px {
				return 0.55
			}
			return v
		})
	}
}

// moire is the beat of the screen's own pixels with the camera's.
func moire(strength float64) func(shot, *picture) *picture {
	return func(s shot, p *picture) *picture {
		long := (1.7 + 0.6*float64(s.seed%3)) * s.px
		return p.each(func(x, y int, v float64) float64 {
			a := math.Sin(2 * math.Pi * (float64(x)*0.97 + float64(y)*0.21*sign(s)) / long)
			b := math.Sin(2 * math.Pi * (float64(y)*0.99 - float64(x)*0.13) / (1.21 * long))
			return v*(1-0.2*strength) + strength*0.25*(a+b)
		})
	}
}

const foreign = "https://www.example.com/menu?table=17&lang=de&utm_source=sticker"

// beside shows other people's codes next to ours.
func beside(others ...[2]float64) func(shot) *image.Gray {
	return func(s shot) *image.Gray {
		own := page(s.text, 0.96)
		other, side := code(foreign)
		_, ownSide := code(s.text)
		step := (side + ownSide) / 2
		scene := func(x, y float64) float64 {
			for _, o := range others {
				u, v := x-o[0]*step*sign(s), y-o[1]*step
				if math.Abs(u) <= side/2 && math.Abs(v) <= side/2 {
					return other(u, v)
				}
			}
			return own(x, y)
		}
		n := room(s)
		return take(scene, n*5/2, n*2, s.px, turned(3*sign(s)), 0).grey()
	}
}

// large is a photo of 12 megapixels: the code is small in it, somewhere.
func large(s shot) *image.Gray {
	const w, h = 4000, 3000
	photo := image.NewGray(image.Rect(0, 0, w, h))
	for x := range w {
		bend := 3 * math.Sin(float64(x)/310)
		for y := range h { // a table
			photo.Pix[y*w+x] = uint8(115 + 25*math.Sin(float64(y)/37+bend))
		}
	}
	p := unsharp(0.25)(s, seen(s, both(turned(11*sign(s)), tilted(12, 30)))).grey()
	at := image.Pt(900+int(s.seed)*1300, 700+int(s.seed)*640)
	draw.Draw(photo, p.Bounds().Add(at), p, image.Point{}, draw.Src)
	return photo
}

var distortions = []distortion{
	{"as it is shown", plain(func(shot) warp { return straight })},
	{"on a dark page", func(s shot) *image.Gray {
		n := room(s)
		return take(page(s.text, 0.1), n*4/3, n, s.px, turned(3*sign(s)), 0).grey()
	}},
	{"turned by 8 degrees", plain(func(s shot) warp { return turned(8 * sign(s)) })},
	{"turned by 30 degrees", plain(func(s shot) warp { return turned(30 * sign(s)) })},
	{"turned by 45 degrees", plain(func(s shot) warp { return turned(45 * sign(s)) })},
	{"upside down", plain(func(s shot) warp { return turned(180 + 4*sign(s)) })},
	{"tilted by 20 degrees", plain(func(s shot) warp { return tilted(20, 90*sign(s)) })},
	{"tilted by 40 degrees", plain(func(s shot) warp { return tilted(40, 35*sign(s)) })},
	{"tilted by 30 degrees and turned", plain(func(s shot) warp { return both(turned(25*sign(s)), tilted(30, 20)) })},
	{"out of focus", developed(unsharp(0.4))},
	{"far out of focus", developed(unsharp(0.7))},
	{"shaken", developed(shaken(1))},
	{"noisy", developed(grain(0.12))},
	{"very noisy", developed(grain(0.22))},
	{"contrast of 30 %", developed(contrast(0.3, 0.5))},
	{"contrast of 15 %", developed(contrast(0.15, 0.6))},
	{"contrast of 8 %", developed(contrast(0.08, 0.3))},
	{"inverted", developed(func(_ shot, p *picture) *picture {
		return p.each(func(_, _ int, v float64) float64 { return 1 - v })
	})},
	{"JPEG of quality 30", pressed(30)},
	{"JPEG of quality 8", pressed(8)},
	{"half in shadow", developed(shadow(0.35))},
	{"light from one side", developed(slope)},
	{"a lamp in the screen", developed(glare(5))},
	{"overexposed", developed(func(s shot, p *picture) *picture {
		return grain(0.01)(s, p.each(func(_, _ int, v float64) float64 { return 0.72 + 0.6*v }))
	})},
	{"partly covered", developed(covered(3.2))},
	{"wide lens", plain(func(s shot) warp { return both(turned(4*sign(s)), bent(0.12)) })},
	{"bent the other way", plain(func(s shot) warp { return both(turned(4*sign(s)), bent(-0.08)) })},
	{"moiré", developed(moire(0.5))},
	{"strong moiré", developed(moire(1.2))},
	{"beside another code", beside([2]float64{-1, 0})},
	{"between two others", beside([2]float64{-1, 0}, [2]float64{1, 0.1})},
	{"in a photo of 12 megapixels", large},
}

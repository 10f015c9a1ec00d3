// Package qr draws a text as a QR code, for a page or for a terminal. It is
// black on white with a margin of 4 modules wherever it is drawn (ISO/IEC 18004
// §5.3.8): phones don't find a code that lies on a dark page without one. It is
// the only package that knows rsc.io/qr.
package qr

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

const margin = 4 // modules

// SVG draws text as an SVG element, scale pixels wide per module. It has
// neither a script nor a style, so that it can stand in a page whose policy
// allows none. A text that is too long for a QR code (over 2,000 bytes) is an
// error.
func SVG(text string, scale int) (string, error) {
	code, err := encode(text)
	if err != nil {
		return "", err
	}
	side := code.Size + 2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" shape-rendering="crispEdges">`,
		side, side, side*scale, side*scale)
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	for y := range code.Size {
		row(&b, code, y)
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

// row draws each run of black modules of a row as one rectangle: drawn one by
// one, neighbours would show hairlines between them.
func row(b *strings.Builder, code *qr.Code, y int) {
	for x := 0; x < code.Size; x++ {
		run := 0
		for code.Black(x+run, y) {
			run++
		}
		if run > 0 {
			fmt.Fprintf(b, "M%d %dh%dv1h-%dz", x+margin, y+margin, run, run)
			x += run
		}
	}
}

// Terminal draws text for a terminal, two modules to a character. It sets both
// colours itself, since half of all terminals are dark.
func Terminal(text string) (string, error) {
	code, err := encode(text)
	if err != nil {
		return "", err
	}
	const blackOnWhite, reset = "\x1b[38;5;16;48;5;231m", "\x1b[0m" // of the 256 colours: 0 to 15 differ by theme
	halves := [4]string{" ", "▀", "▄", "█"}
	var b strings.Builder
	for y := -margin; y < code.Size+margin; y += 2 {
		b.WriteString(blackOnWhite)
		for x := -margin; x < code.Size+margin; x++ {
			b.WriteString(halves[bit(code, x, y)+2*bit(code, x, y+1)])
		}
		b.WriteString(reset + "\n")
	}
	return b.String(), nil
}

func bit(code *qr.Code, x, y int) int {
	if code.Black(x, y) {
		return 1
	}
	return 0
}

// encode uses level M: it survives a reflection on the screen, and an address
// of usual length stays at version 4, 33 modules.
func encode(text string) (*qr.Code, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("qr: %d bytes: %w", len(text), err)
	}
	return code, nil
}

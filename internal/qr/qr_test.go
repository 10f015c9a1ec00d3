package qr_test

import (
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"keyturn/internal/qr"
)

// link is an activation link of usual length: 44 characters.
const link = "https://auth.example.com/p/#7KQM2XVT9HRW4DG8"

func TestSVGHasWholePixelsAndAMargin(t *testing.T) {
	svg, err := qr.SVG(link, 6)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(svg, `viewBox="0 0 41 41" width="246" height="246"`) {
		t.Errorf("not 33 modules with 4 on each side at 6 pixels: %.120s", svg)
	}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1`).FindAllStringSubmatch(svg, -1) {
		x, y, run := number(m[1]), number(m[2]), number(m[3])
		if x < 4 || y < 4 || x+run > 37 || y > 36 {
			t.Errorf("black in the margin: %s", m[0])
		}
	}
}

// A page whose policy allows neither script nor style can hold the drawing.
func TestSVGIsPlainXML(t *testing.T) {
	svg, err := qr.SVG(link, 6)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local != "svg" && e.Name.Local != "path" {
			t.Errorf("element %s", e.Name.Local)
		}
	}
}

func TestTerminalSetsBothColours(t *testing.T) {
	out, err := qr.Terminal(link)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 21 { // 41 rows, two to a line
		t.Fatalf("%d lines", len(lines))
	}
	for i, line := range lines {
		inside, colours := strings.CutPrefix(line, "\x1b[38;5;16;48;5;231m")
		inside, reset := strings.CutSuffix(inside, "\x1b[0m")
		if !colours || !reset || len([]rune(inside)) != 41 {
			t.Errorf("line %d: %q", i, line)
		}
	}
	if strings.ContainsAny(lines[0], "▀▄█") {
		t.Error("no margin at the top")
	}
}

func TestTooLongIsAnError(t *testing.T) {
	if _, err := qr.SVG(strings.Repeat("x", 3000), 6); err == nil {
		t.Error("3000 bytes were drawn")
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // the pattern has digits only
	return n
}

package main

import (
	"strings"

	"golang.org/x/text/width"
)

// gap is the space between two columns.
const gap = 3

// aligned turns rows whose cells are separated by tabs into lines with columns.
// It counts as a terminal does: a Chinese character takes two places.
func aligned(rows []string) string { return alignedFrom(new([]int), rows) }

// alignedFrom is aligned for rows below others, whose columns had these widths.
func alignedFrom(kept *[]int, rows []string) string {
	widths := *kept
	for _, row := range rows {
		cells := strings.Split(row, "\t")
		for i, cell := range cells[:len(cells)-1] { // the last of a row may be as long as it likes
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], places(cell))
		}
	}
	*kept = widths
	var b strings.Builder
	for _, row := range rows {
		cells := strings.Split(row, "\t")
		for i, cell := range cells {
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-places(cell)+gap))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// places is how many columns of a terminal a text takes.
func places(s string) (n int) {
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
		n++
	}
	return n
}

// cells joins the cells of a row. What people have named can't make more of them.
func cells(cells ...string) string {
	for i, c := range cells {
		cells[i] = strings.Map(visible, c)
	}
	return strings.TrimRight(strings.Join(cells, "\t"), "\t")
}

// visible leaves out what would command a terminal. Attack A66.
func visible(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return -1
	}
	return r
}

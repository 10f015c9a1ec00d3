package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A row is one line of the table: what was measured, against what, and what is
// asked of it.
type row struct {
	goal  string  // such as "G2"
	says  string  // what is compared
	value float64 // the ratio, or the figure itself
	unit  string  // of value; empty for a ratio
	sides string  // both sides of the ratio, with units
	limit bound   // of the issue: missing it is a failure; zero: none
	goals bound   // wanted, and only reported; zero: none
	note  string  // what else was seen
}

// A bound is what a value is held to.
type bound struct {
	op    string // "≤", "<" or "≥"; empty: no bound
	value float64
}

func (b bound) holds(v float64) bool {
	switch b.op {
	case "≤":
		return v <= b.value
	case "<":
		return v < b.value
	case "≥":
		return v >= b.value
	}
	return true
}

func (b bound) String() string {
	if b.op == "" {
		return ""
	}
	return b.op + " " + strconv.FormatFloat(b.value, 'g', -1, 64)
}

// broken reports whether the row misses a limit of the issue.
func (r row) broken() bool { return !r.limit.holds(r.value) }

// verdict is one word.
func (r row) verdict() string {
	switch {
	case r.broken():
		return "MISSED"
	case !r.goals.holds(r.value):
		return "goal missed"
	case r.limit.op == "" && r.goals.op == "":
		return ""
	}
	return "holds"
}

// asked is what the value is held to, in one cell.
func (r row) asked() string {
	var parts []string
	if r.limit.op != "" {
		parts = append(parts, "limit "+r.limit.String())
	}
	if r.goals.op != "" {
		parts = append(parts, "goal "+r.goals.String())
	}
	return strings.Join(parts, ", ")
}

// amount is the value with its unit.
func (r row) amount() string { return strings.TrimSpace(figure(r.value) + " " + r.unit) }

// String is the row for a terminal.
func (r row) String() string {
	s := fmt.Sprintf("%-3s %-62s %10s   %s", r.goal, r.says, r.amount(), strings.TrimSpace(r.asked()+"  "+r.verdict()))
	for _, more := range []string{r.sides, r.note} {
		if more != "" {
			s += "\n      " + more
		}
	}
	return s
}

// figure writes a number with the digits that mean something.
func figure(v float64) string {
	switch {
	case v >= 1000:
		s := strconv.FormatFloat(v, 'f', 0, 64)
		return s[:len(s)-3] + "," + s[len(s)-3:]
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// median of some measurements; 0 if there are none.
func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(all))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// A series is the measurements of one side, a number per pair.
type series []float64

func (s *series) add(v float64) { *s = append(*s, v) }

// over returns the ratios, pair by pair: the two of a pair were measured within
// the same seconds, so that what else the machine did cancels out.
func (s series) over(other series) series {
	ratios := make(series, len(s))
	for i := range s {
		ratios[i] = s[i] / other[i]
	}
	return ratios
}

// spread is the smallest and the largest, for the reader to judge the median by.
func (s series) spread() string {
	return fmt.Sprintf("%s to %s in %d pairs", figure(slices.Min(s)), figure(slices.Max(s)), len(s))
}

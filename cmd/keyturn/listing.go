package main

import (
	"encoding/json"
	"errors"
	"io"
)

// A listing prints many values as they come, and keeps none: as the members of one JSON
// array, or as rows whose columns are as wide as those before needed.
type listing struct {
	t      *terminal
	none   bool // so far
	widths []int
}

func (t *terminal) list() *listing { return &listing{t: t, none: true} }

// value writes one value, if they are wanted as JSON.
func (l *listing) value(v any) error {
	if !l.t.json {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	before := ","
	if l.none {
		before = "["
	}
	l.none = false
	_, err = io.WriteString(l.t.out, before+string(text))
	return err
}

// rows writes some rows, if they are wanted.
func (l *listing) rows(rows []string) error {
	if l.t.json || len(rows) == 0 {
		return nil
	}
	l.none = false
	_, err := io.WriteString(l.t.out, alignedFrom(&l.widths, rows))
	return err
}

// end closes the array and returns err. What was written before an error can be read, and
// is then the one value on standard output: what went wrong is said beside it.
func (l *listing) end(err error) error {
	if !l.t.json || err != nil && l.none {
		return err
	}
	l.t.answered = true
	text := "]\n"
	if l.none {
		text = "[]\n"
	}
	_, failed := io.WriteString(l.t.out, text)
	return errors.Join(err, failed)
}

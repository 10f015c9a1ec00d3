package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
)

// A desk is what package browser needs of a test, outside of one. Methods that
// it doesn't use are those of the nil TB, and panic.
type desk struct {
	testing.TB
	ends  []func()
	found []error
}

// A failure is what Fatal panics with.
type failure string

// try runs f with a desk and cleans up behind it.
func try(f func(testing.TB)) (err error) {
	d := &desk{}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = errors.New(string(r))
		default:
			panic(r)
		}
		for _, end := range slices.Backward(d.ends) {
			end()
		}
	}()
	f(d)
	return errors.Join(d.found...)
}

func (d *desk) Helper()                           {}
func (d *desk) Name() string                      { return "figures" }
func (d *desk) Context() context.Context          { return context.Background() }
func (d *desk) Cleanup(f func())                  { d.ends = append(d.ends, f) }
func (d *desk) Fatal(args ...any)                 { panic(failure(fmt.Sprint(args...))) }
func (d *desk) Fatalf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }
func (d *desk) Errorf(format string, args ...any) {
	d.found = append(d.found, fmt.Errorf(format, args...))
}
func (d *desk) Skip(args ...any) { d.Fatal(args...) }

// TempDir is a folder that is gone afterwards.
func (d *desk) TempDir() string {
	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = os.RemoveAll(dir) }) // a browser may still be writing its last file
	return dir
}

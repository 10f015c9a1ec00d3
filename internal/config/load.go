package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Source is where the value of a setting comes from, such as "default",
// "KEYTURN_PIN__MIN", "--pin.min", or "keyturn.toml" with its line.
type Source struct {
	Name string
	Line int // in a file, from 1; 0: none
}

// String is the source as an operator reads it: "keyturn.toml line 14".
func (s Source) String() string {
	if s.Line == 0 {
		return s.Name
	}
	return fmt.Sprintf("%s line %d", s.Name, s.Line)
}

// From says of each setting by its key where its value comes from. One that is
// not in it has its default.
type From map[string]Source

// Of returns the source of a setting.
func (f From) Of(key string) Source {
	if s, ok := f[key]; ok {
		return s
	}
	return Source{Name: "default"}
}

// Place says of each fault where its setting comes from, and brings them into the
// order of the lines. Faults that know it already, and other errors, stay.
func (f From) Place(err error) error {
	all, none := Leaves(err), true
	for _, e := range all {
		fault, ok := e.(*Fault)
		if none = none && !ok; ok && fault.Where == (Source{}) {
			fault.Where = f.where(fault.Key)
		}
	}
	if none {
		return err
	}
	slices.SortStableFunc(all, func(a, b error) int { return cmp.Compare(whereOf(a).Line, whereOf(b).Line) })
	return errors.Join(all...)
}

// where is the source of a setting, of the first one of a group that was given, or
// nothing.
func (f From) where(key string) Source {
	if s, ok := f[key]; ok {
		return s
	}
	for _, given := range slices.Sorted(maps.Keys(f)) {
		if strings.HasPrefix(given, key+".") {
			return f[given]
		}
	}
	return Source{}
}

// Input is what settings are read from.
type Input struct {
	File     string            // "": no file
	Optional bool              // a File that isn't there is no error
	Environ  []string          // such as os.Environ()
	Flags    map[string]string // by key; only those that were given
}

// Load reads settings. The error joins all that is wrong: a name that isn't a setting
// is an [*Unknown], a value that doesn't fit a [*Fault], and there the default stays.
// [Config.Check] says whether the values make sense together.
func Load(in Input) (Config, From, error) {
	c, from := Default(), From{}
	f, err := readFile(in)
	all := faults{err}
	all = append(all, c.take(f, from)...)
	all = append(all, c.environment(in.Environ, from)...)
	for _, key := range slices.Sorted(maps.Keys(in.Flags)) {
		at := Source{Name: "--" + key}
		all.add(at, c.Set(key, in.Flags[key]))
		from[top(key)] = at
	}
	return c, from, from.Place(errors.Join(all...))
}

// top is the setting that a key belongs to: a name of the organisation is a part
// of one setting.
func top(key string) string {
	if strings.HasPrefix(key, "organisation.") {
		return "organisation"
	}
	return key
}

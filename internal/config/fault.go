package config

import (
	"fmt"
	"strings"
)

// An Unknown is a name that isn't a setting.
type Unknown struct {
	Where   Source // zero: not known
	Key     string
	Nearest string // a setting that may be meant; empty if none is near
}

func (u *Unknown) Error() string {
	s := fmt.Sprintf("%q isn't a setting", u.Key)
	if u.Nearest != "" {
		s += fmt.Sprintf(", did you mean %q?", u.Nearest)
	}
	if u.Where.Name == u.Key {
		return s
	}
	return where(u.Where, s)
}

// A Fault is a value that can't be.
type Fault struct {
	Where Source // zero: not known, or the default
	Key   string // empty: a whole file
	Text  string // what is wrong
	Hint  string // what to do; may be empty
	Err   error  // what it comes from; may be nil
}

// Unwrap is for [errors.Is].
func (f *Fault) Unwrap() error { return f.Err }

func (f *Fault) Error() string {
	if f.Key == "" || f.Where.Name == "--"+f.Key {
		return where(f.Where, f.Text)
	}
	return where(f.Where, f.Key+": "+f.Text)
}

func where(at Source, text string) string {
	if at == (Source{}) {
		return text
	}
	return at.String() + ": " + text
}

// faults collects what is wrong.
type faults []error

// add adds an error, if there is one, and says where its value came from.
func (f *faults) add(at Source, err error) {
	switch e := err.(type) {
	case nil:
		return
	case *Unknown:
		e.Where = at
	case *Fault:
		e.Where = at
	}
	*f = append(*f, err)
}

// unless adds a fault if ok is false.
func (f *faults) unless(ok bool, key, text, hint string) {
	if !ok {
		*f = append(*f, &Fault{Key: key, Text: text, Hint: hint})
	}
}

// whereOf is the source of what is wrong.
func whereOf(err error) Source {
	switch e := err.(type) {
	case *Unknown:
		return e.Where
	case *Fault:
		return e.Where
	}
	return Source{}
}

// Broken returns the settings of which an error says that they can't be; whole is true
// if there are faults that concern more than single settings.
func Broken(err error) (keys []string, whole bool) {
	for _, e := range Leaves(err) {
		switch e := e.(type) {
		case *Unknown:
		case *Fault:
			keys, whole = append(keys, e.Key), whole || e.Key == ""
		default:
			whole = true
		}
	}
	return keys, whole
}

// Leaves takes joined errors apart.
func Leaves(err error) (leaves []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	for _, e := range joined.Unwrap() {
		leaves = append(leaves, Leaves(e)...)
	}
	return leaves
}

// nearest returns the setting whose name is nearest to key, if one is near
// enough to be meant.
func nearest(key string) string {
	fold := strings.NewReplacer("_", ".", "-", ".").Replace
	best, least := "", 3 // more than two slips of the finger are another word
	for _, s := range Settings() {
		for _, name := range []string{s.Key, s.Key[strings.LastIndexByte(s.Key, '.')+1:]} {
			if d := distance(fold(strings.ToLower(key)), fold(name)); d < least {
				best, least = s.Key, d
			}
		}
	}
	return best
}

// distance is how many letters have to be changed, added or left out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := before
			if a[i] != b[j] {
				changed++
			}
			before = row[j+1]
			row[j+1] = min(changed, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

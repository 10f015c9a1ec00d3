package config

import (
	"errors"
	"fmt"
	"strings"
)

// An Unknown is a name that isn't a setting.
type Unknown struct {
	Where   string // such as "keyturn.toml line 14"; may be empty
	Key     string
	Nearest string // a setting that may be meant; empty if none is near
}

func (u *Unknown) Error() string {
	s := fmt.Sprintf("%q isn't a setting", u.Key)
	if u.Nearest != "" {
		s += fmt.Sprintf(", did you mean %q?", u.Nearest)
	}
	return where(u.Where, s)
}

// A Fault is a value that can't be.
type Fault struct {
	Where string // such as "keyturn.toml line 14"; may be empty
	Key   string
	Text  string // what is wrong
	Hint  string // what to do; may be empty
}

func (f *Fault) Error() string {
	if f.Key == "" {
		return where(f.Where, f.Text)
	}
	return where(f.Where, f.Key+": "+f.Text)
}

// at says where a value came from.
func at(place string, err error) error {
	if u, ok := errors.AsType[*Unknown](err); ok {
		u.Where = place
		return u
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		f.Where = place
		return f
	}
	return fmt.Errorf("%s: %w", place, err)
}

func where(place, text string) string {
	if place == "" {
		return text
	}
	return place + ": " + text
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

package config

import (
	"reflect"
	"strconv"
	"strings"
	"time"
)

// bounds are the least and the most that a setting may be, of the tag of its field:
// between:"1..10"; of a rate only the most, between:"..100/1h".
type bounds struct{ least, most string }

func boundsOf(field reflect.StructField) (b bounds) {
	b.least, b.most, _ = strings.Cut(field.Tag.Get("between"), "..")
	return b
}

// words are the bounds as the manual says them; empty for none.
func (b bounds) words() string {
	switch {
	case b.most == "":
		return ""
	case b.least == "":
		return "At most " + b.most + ".\n"
	}
	return "From " + b.least + " to " + b.most + ".\n"
}

// checkBounds checks every number and length of time.
func (c *Config) checkBounds(f *faults) {
	each(reflect.ValueOf(c).Elem(), "", func(key string, v reflect.Value, field reflect.StructField) {
		b := boundsOf(field)
		switch is := v.Interface().(type) {
		case int:
			f.unless(b.hasInt(is), key, "is not between "+b.least+" and "+b.most, "")
		case Duration:
			f.unless(b.hasDuration(is.Duration), key, "is not between "+b.least+" and "+b.most, "")
		case Rate:
			f.unless(is.Most >= 1 && is.In >= time.Second, key, "is less than one in a second", "")
			f.unless(b.hasRate(is), key, "is more than "+b.most, "")
		}
	})
}

// Tags are written by us: a test reads each.

func (b bounds) hasInt(n int) bool {
	least, _ := strconv.Atoi(b.least)
	most, _ := strconv.Atoi(b.most)
	return least <= n && n <= most
}

func (b bounds) hasDuration(d time.Duration) bool {
	least, _ := time.ParseDuration(b.least)
	most, _ := time.ParseDuration(b.most)
	return least <= d && d <= most
}

// hasRate compares tries in a time, whatever the time.
func (b bounds) hasRate(r Rate) bool {
	var most Rate
	_ = most.UnmarshalText([]byte(b.most))
	return float64(r.Most)*float64(most.In) <= float64(most.Most)*float64(r.In)
}

package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// meantBy is what somebody may have meant who wrote a length of time, or a rate, in another
// form: days or weeks, or one in place of the other. "" if that can't be told.
func meantBy(v reflect.Value, text string) string {
	most, in, rate := strings.Cut(text, "/")
	if !rate {
		in = text
	}
	meant, ok := length(strings.TrimSpace(in))
	short, _ := meant.MarshalText() // can't fail
	n, err := strconv.Atoi(strings.TrimSpace(most))
	switch v.Interface().(type) {
	case Duration:
		if ok {
			return fmt.Sprintf("write %q", short)
		}
	case Rate:
		switch {
		case rate && ok && err == nil:
			return fmt.Sprintf("write %q", fmt.Sprintf("%d/%s", n, short))
		case rate:
			return ""
		case ok && meant.Duration > 0:
			return fmt.Sprintf("put before it how many there may be in that time, such as %q", "5/"+string(short))
		}
		return "how many, a slash, and in what time"
	}
	return ""
}

// long are units of time that Go has no letters for.
var long = map[string]time.Duration{"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
	"sec": time.Second, "min": time.Minute, "hour": time.Hour, "hours": time.Hour}

// length reads a length of time more generously than a setting is read.
func length(text string) (Duration, bool) {
	if d, err := time.ParseDuration(text); err == nil {
		return Duration{d}, true
	}
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz ")
	n, err := strconv.Atoi(digits)
	unit, known := long[strings.TrimSpace(text[len(digits):])]
	// Weeks: more is no time.Duration.
	return Duration{time.Duration(n) * unit}, err == nil && known && n >= 0 && n < 10_000
}

package help

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"keyturn"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/locale"
)

// Settings are what the guides say of this server.
type Settings struct {
	Limits    policy.Limits
	PIN       keyturn.PINRules
	Unlocks   []keyturn.Unlock // that people may choose
	CheckCode bool             // asked for when a phone is set up
	Push      bool             // notifications are sent
}

// holds are the conditions of blocks.
func (s Settings) holds() map[string]bool {
	h := map[string]bool{"": true, "check-code": s.CheckCode, "push": s.Push, "grace": s.Limits.Grace > 0, "pin": false, "platform": false}
	for _, u := range s.Unlocks {
		h[string(u)] = true
	}
	return h
}

// values are what stands for the names without a dot, in one language.
func (s Settings) values(words *locale.Words, host string) map[string]string {
	l := s.Limits
	return map[string]string{
		"host":           host,
		"pin-length":     between(words, s.PIN.Min, s.PIN.Max),
		"pin-tries":      strconv.Itoa(l.PINTries),
		"code-length":    "16", // spec §5: fixed
		"code-life":      long(words, l.CodeLife),
		"check-tries":    strconv.Itoa(l.CheckTries),
		"redeem-life":    long(words, l.RedeemIn),
		"response-tries": strconv.Itoa(l.Responses),
		"push-row":       strconv.Itoa(l.PushRow),
		"push-pause":     long(words, l.PushPause),
		"probation":      long(words, l.Probation),
		"phones":         words.T("guide.phones", "count", l.Phones),
	}
}

// between is "4 to 6", or "6".
func between(words *locale.Words, low, high int) string {
	if low == high {
		return strconv.Itoa(low)
	}
	return words.T("guide.between", "min", low, "max", high)
}

// long says a length of time.
func long(words *locale.Words, d time.Duration) string { return page.Long(d).In(words) }

// A tongue is one language, and what stands in it for the names in braces.
type tongue struct {
	words  *locale.Words
	values map[string]string
}

// say is what a name stands for: a key, which has a dot, or a value.
func (t tongue) say(name string) (string, error) {
	if !strings.Contains(name, ".") {
		if v, ok := t.values[name]; ok {
			return v, nil
		}
		return "", fmt.Errorf("there is no value {%s}", name)
	}
	if !t.words.Has(name) {
		return "", fmt.Errorf("there is no key {%s}", name)
	}
	said := t.words.T(name)
	if strings.Contains(said, "<no value>") {
		return "", fmt.Errorf("{%s} has values in it", name)
	}
	return said, nil
}

package locale_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	comment = regexp.MustCompile(`(?s:(^|\s)/\*.*?\*/)|(?m:(^|\s)//.*$)`)
	known   = regexp.MustCompile(`(?i)\bzh\b|zh_|chinese|[!=]= ?"en"|\b(eq|ne) \S+ "en"`)

	// Names of organisations and accounts that a demo, and tests, give in some languages; and
	// the page that is in English before anything says otherwise.
	samples = strings.Fields("/internal/demo/ /internal/keyturntest/ /storetest/ /placetest/ /phone/index.html")
)

// Which languages there are stands in languages.go and nowhere else: whoever adds one needn't
// look for a place that knows of two. The tests that walk through each language find what
// is shown; this one finds what only a browser would run.
func TestOnlyTheListKnowsTheLanguages(t *testing.T) {
	looked := 0
	for name, text := range files(t) {
		if slices.ContainsFunc(samples, func(part string) bool { return strings.Contains(name, part) }) {
			continue
		}
		looked++
		if found := known.FindString(comment.ReplaceAllString(text, "")); found != "" {
			t.Errorf("%s knows a language: %q", name, found)
		}
	}
	if looked < 200 {
		t.Errorf("looked at %d files", looked)
	}
}

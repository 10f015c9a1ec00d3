package phoneapp

import (
	"regexp"
	"strings"
	"sync"
)

// cast is a JSDoc comment inside a line: a type for tsc.
var cast = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/\*\* @.*?\*/ ?`) })

// note is a comment of a style sheet.
var note = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)/\*.*?\*/`) })

// stripStyle leaves out the comments of a style sheet. No string of ours has a "/*".
func stripStyle(sheet []byte) []byte { return note().ReplaceAll(sheet, nil) }

// strip leaves out what a browser doesn't need of a module of ours: lines that are
// comments, types, and indents. Lines keep their numbers, so an error's line is the
// line in the source. It knows no JavaScript, only how we write it: a comment of
// several lines begins and ends its lines, and no template needs the indent of a line.
func strip(module string) string {
	lines := strings.Split(module, "\n")
	inside := false
	for i, line := range lines {
		text := strings.TrimSpace(line)
		switch {
		case inside:
			inside = !strings.HasSuffix(text, "*/")
			lines[i] = ""
		case strings.HasPrefix(text, "/*") && !strings.Contains(text, "*/"):
			inside = true
			lines[i] = ""
		case strings.HasPrefix(text, "//"), strings.HasPrefix(text, "/*") && strings.Index(text, "*/") == len(text)-2:
			lines[i] = ""
		default:
			lines[i] = strings.TrimSpace(cast().ReplaceAllString(line, ""))
		}
	}
	return strings.Join(lines, "\n")
}

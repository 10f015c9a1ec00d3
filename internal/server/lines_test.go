package server_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// columns is how wide a line of a source may be; a tab counts as four.
const columns = 120

// unbroken are strings, and words such as an address: one of them that is long makes its line longer.
var unbroken = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|` + "`[^`$]*`" + `|\S{80,}`)

// alone is how many columns make it long.
const alone = 80

// measured says which lines of a kind of file are measured: where gofmt breaks no line, what people read first.
var measured = map[string]*regexp.Regexp{
	".js": regexp.MustCompile(``), ".mjs": regexp.MustCompile(``),
	".css": regexp.MustCompile(``), ".html": regexp.MustCompile(``),
	".go": regexp.MustCompile(`^\s*// |\S // |^func `),
}

// Lines can be read side by side, without being wrapped.
func TestLinesAreNarrow(t *testing.T) {
	looked := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if base := path.Base(name); base == "vendor" || base != "." && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return err
		}
		if measured[path.Ext(name)] == nil {
			return nil
		}
		looked++
		text, err := fs.ReadFile(os.DirFS("../.."), name)
		for i, line := range strings.Split(string(text), "\n") {
			if n := width(path.Ext(name), line); n > columns {
				t.Errorf("%s:%d has %d columns, want at most %d", name, i+1, n, columns)
			}
		}
		return err
	})
	if err != nil || looked < 600 {
		t.Errorf("looked at %d files: %v", looked, err)
	}
}

// width is how many columns of a line count.
func width(kind, line string) int {
	if !measured[kind].MatchString(line) {
		return 0
	}
	line = strings.ReplaceAll(line, "\t", "    ")
	if n := utf8.RuneCountInString(line); n <= columns {
		return n
	}
	return utf8.RuneCountInString(unbroken.ReplaceAllStringFunc(line, func(one string) string {
		if utf8.RuneCountInString(one) < alone {
			return one
		}
		return ""
	}))
}

// What the check above can tell.
func TestWidth(t *testing.T) {
	long := strings.Repeat("a b ", 25) // 100 columns
	for _, row := range []struct {
		name, kind, line string
		fails            bool
	}{
		{"a line of 120 columns", ".js", long + long[:20], false},
		{"one more", ".js", long + long[:21], true},
		{"characters, not bytes", ".css", long + strings.Repeat("é", 20), false},
		{"a string that isn't broken", ".mjs", `  const agent = "` + long + `";`, false},
		{"beside one that might be", ".js", `call("` + long[:70] + `", "` + long[:70] + `");`, true},
		{"a string in too long a line", ".js", `call("` + long + `", ` + long + long + `);`, true},
		{"what stands between two strings", ".js", `call("a", ` + long + long[:80] + `"b");`, true},
		{"an address", ".html", `<a href="https://` + strings.Repeat("a", 110) + `">`, false},
		{"code that gofmt has left as it is", ".go", "\t" + long + long, false},
		{"a comment", ".go", "\t// " + long + long, true},
		{"a comment beside code", ".go", "\tcall() // " + long + long, true},
		{"a signature", ".go", "func " + long + long, true},
		{"tabs", ".go", "\t\t// " + long + long[:10], true},
	} {
		if got := width(row.kind, row.line) > columns; got != row.fails {
			t.Errorf("%s: %d columns", row.name, width(row.kind, row.line))
		}
	}
}

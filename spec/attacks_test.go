package spec_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// An attack is a row of attacks.md.
type attack struct {
	id    string
	tests []string // as they are named in the last column
	later bool     // that column says that some of it isn't built yet
}

var (
	goTest  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	goPkg   = regexp.MustCompile(`(?m)^package (\w+?)(?:_test)?$`)
	jsTest  = regexp.MustCompile("(?m)\\btest\\([\"`]([^\"`\n]+)")
	attackA = regexp.MustCompile(`A\d{2,3}`)
	ofRow   = regexp.MustCompile("`([^`]+)`")
)

// Each attack names tests that exist, or says that what it is about comes later;
// and each id in the name of a test is that of an attack which names tests.
func TestEveryAttackHasItsTest(t *testing.T) {
	names := tests(t)
	all := attacks(t)
	for _, a := range all {
		if len(a.tests) == 0 && !a.later {
			t.Errorf("%s names no test and doesn't say that it comes later", a.id)
		}
		for _, name := range a.tests {
			if !has(names, name) {
				t.Errorf("%s names %s: there is no such test", a.id, name)
			}
		}
	}
	for name := range names {
		for _, id := range attackA.FindAllString(name, -1) {
			if a, ok := all[id]; !ok {
				t.Errorf("%s: the table has no %s", name, id)
			} else if len(a.tests) == 0 {
				t.Errorf("%s is a test of %s, whose row names none", name, id)
			}
		}
	}
	if len(all) < 90 || len(names) < 200 {
		t.Errorf("%d attacks and %d tests: this test doesn't see them all", len(all), len(names))
	}
}

// has reports whether there is a test; of one of the phone app the beginning is
// enough: the rest may be different from case to case.
func has(names map[string]bool, name string) bool {
	if names[name] || !strings.Contains(name, "/") {
		return names[name]
	}
	for n := range names {
		if strings.HasPrefix(n, name) {
			return true
		}
	}
	return false
}

// attacks reads the table, by id.
func attacks(t *testing.T) map[string]attack {
	t.Helper()
	b, err := os.ReadFile("attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]attack{}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		a := attack{id: strings.TrimSpace(cells[0])}
		if !strings.HasPrefix(line, "| A") {
			continue
		}
		if _, twice := all[a.id]; twice || len(cells) != 6 || len(attackA.FindString(a.id)) != len(a.id) {
			t.Fatalf("row %q has %d columns, or is there twice", a.id, len(cells))
		}
		where := cells[5]
		for _, m := range ofRow.FindAllStringSubmatch(where, -1) {
			a.tests = append(a.tests, m[1])
		}
		a.later = strings.Contains(ofRow.ReplaceAllString(where, ""), "later")
		all[a.id] = a
	}
	return all
}

// tests finds the tests of the tree: Go's as "package.TestName", those of the
// phone app by their titles, such as "setup/A37 a lost answer".
func tests(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && len(name) > 2 && (name[0] == '.' || name == "node_modules" || name == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".test.js") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		within, of := "", jsTest
		if pkg := goPkg.FindSubmatch(b); pkg != nil && strings.HasSuffix(path, ".go") {
			within, of = string(pkg[1])+".", goTest
			if within == "main." { // a program is known by its folder
				within = filepath.Base(filepath.Dir(path)) + "."
			}
		}
		for _, m := range of.FindAllSubmatch(b, -1) {
			names[within+string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

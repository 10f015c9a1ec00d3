package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages speak of the house as it is. What isn't there yet stands on a line that says
// "later".
var pages = []string{"HACKING.md", "docs/architecture.md", "docs/running.md", "docs/release.md", "SECURITY.md", "locale/README.md", "web/help/README.md"}

// TestPagesNameWhatIsThere reads that what pages name is there: exported names by the
// package that has them, and files.
func TestPagesNameWhatIsThere(t *testing.T) {
	names, files := named(t), 0
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join("../..", page))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, "later") {
				continue
			}
			for _, m := range dotted.FindAllStringSubmatch(line, -1) {
				if of := names[m[1]]; of != nil && !of[m[2]] {
					t.Errorf("%s: %s has no %s", page, m[1], m[2])
				}
			}
			for _, m := range file.FindAllStringSubmatch(line, -1) {
				if files++; !isThere(m[1]) {
					t.Errorf("%s: there is no %s", page, m[1])
				}
			}
		}
	}
	if files < 30 || len(names) < 30 {
		t.Errorf("%d files are named, and there are %d packages", files, len(names))
	}
}

var (
	dotted = regexp.MustCompile(`\b([a-z]\w*)\.([A-Z]\w*)`)
	file   = regexp.MustCompile("`((?:[\\w-]+/)+[a-z][\\w.-]*\\.(?:go|sql|js|html|md|css|toml|json))`")
)

// isThere knows the folders that pages leave out.
func isThere(name string) bool {
	for _, in := range []string{"", "internal", "web", "web/phone"} {
		if _, err := os.Stat(filepath.Join("../..", in, name)); err == nil {
			return true
		}
	}
	return false
}

// named are the exported names of each package of ours by its name, tests of it included:
// types, values, functions, and methods and fields of its types.
func named(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	for _, p := range packages(t) {
		name := path.Base(p.ImportPath)
		if all[name] == nil {
			all[name] = map[string]bool{}
		}
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					all[name][n.Name.Name] = true
					return false
				case *ast.TypeSpec:
					all[name][n.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range n.Names {
						all[name][id.Name] = true
					}
				case *ast.Field:
					for _, id := range n.Names {
						all[name][id.Name] = true
					}
				}
				return true
			})
		}
	}
	return all
}

// TestFunctionsAreShort holds HACKING.md to what it says of functions.
func TestFunctionsAreShort(t *testing.T) {
	lists := map[string]bool{"Routes": true, "Defaults": true, "blamkaGeneric": true, "setUp": true}
	var lines []int
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				n := set.Position(fn.Body.Rbrace).Line - set.Position(fn.Body.Lbrace).Line - 1
				if lines = append(lines, n); n > 50 && !lists[fn.Name.Name] {
					t.Errorf("%s of %s has %d lines", fn.Name.Name, p.ImportPath, n)
				}
			}
		}
	}
	slices.Sort(lines)
	if nine := lines[len(lines)*9/10]; nine > 20 {
		t.Errorf("one in ten has %d lines or more", nine)
	}
}

package locale_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Calls by their last name: those that write to a person, and those whose strings nobody
// but us reads.
var (
	writers = strings.Fields("Fprint Fprintf Fprintln Print Printf Println WriteString Write Error")
	inside  = strings.Fields("New Errorf panic LogAttrs String Any Int failed MustCompile Format Parse Get Set Add Del Values Join Examples Description FuncMap")
	verbs   = regexp.MustCompile(`%(\[\d\])?[-+# 0-9.]*[a-zA-Z]`)
)

// inSource finds words in Go: what a writer is given, and what is a sentence by its looks.
func inSource(t *testing.T, name, text string) (found []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var stack []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			value, _ := strconv.Unquote(lit.Value)
			found = append(found, judge(value, stack)...)
		}
		return true
	})
	return found
}

// judge says what of a string a person would read, given the nodes above it.
func judge(value string, stack []ast.Node) []string {
	written := false
	for i := len(stack) - 2; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.Field, *ast.ImportSpec: // a tag, a path
			return nil
		case *ast.FuncDecl:
			if slices.Contains(inside, n.Name.Name) {
				return nil
			}
		case *ast.CallExpr:
			if slices.Contains(inside, called(n)) {
				return nil
			}
			if i == len(stack)-2 {
				written = slices.Contains(writers, called(n))
			}
		}
	}
	plain := verbs.ReplaceAllString(value, "")
	switch {
	case strings.Contains(value, "<"):
		return inMarkup(plain, whole)
	case worded(plain) && (written || sentence.MatchString(plain) || capital.MatchString(plain)):
		return []string{value}
	}
	return nil
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

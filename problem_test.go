package keyturn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// The constants are the table of spec §16, all of it, in its order.
func TestProblemCodes(t *testing.T) {
	text, err := os.ReadFile("spec/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\w+) \| \d{3} \|`).FindAllStringSubmatch(string(text), -1) {
		want = append(want, row[1])
	}
	file, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.BasicLit); ok {
			code, err := strconv.Unquote(v.Value)
			got = append(got, code)
			return err == nil
		}
		return true
	})
	if len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("the constants are %q, the table has %q", got, want)
	}
}

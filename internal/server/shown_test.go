package server_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNoSecretIsPrinted prints a value of every exported type of the house, each part of it
// filled with a mark of its own, and looks for the marks of what is secret.
func TestNoSecretIsPrinted(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	shown := printed(t, root, marks(t, exported(t, root)))
	found := map[string]bool{}
	for _, line := range shown {
		path, of, _ := strings.Cut(line, "|")
		field := path[strings.LastIndexByte(path, '.')+1:]
		if found[path] = true; secret.MatchString(field) && !harmless[path] {
			t.Errorf("of a value of %s fmt prints %s", of, path)
		}
	}
	for path := range harmless { // so the marks reach as deep as these
		if !found[path] {
			t.Errorf("fmt doesn't print %s any more", path)
		}
	}
}

// secret is what fields of secrets are called.
var secret = regexp.MustCompile(`(?i)^(.*password|present|new|.*secret|.*digits|pin|private|kp|kk|mac|.*proof|value|.*token|codes?|psha1)$`)

// harmless are fields with such a name that anybody may read, and why.
var harmless = map[string]bool{
	// Sealed: nothing without the key.
	"activation.Activation.Code": true, "activation.Activation.Private": true,
	"device.Device.Kp": true, "device.Device.Kk": true, "device.Change.Private": true, "device.Changed.Kk": true,
	// What has happened, spec §16.
	"keyturn.Problem.Code": true, "device.Result.Code": true,
	// Shown to everybody who looks at the demo.
	"demo.Person.Password": true,
}

// exported are the named types of the packages of the module, by import path.
func exported(t *testing.T, root string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{if and (ne .Name "main") (not (or (eq .Name "keyturntest") (eq .Name "storetest")))}}{{.ImportPath}}|{{.Dir}}|{{join .GoFiles ","}}{{end}}`, "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	types := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		path, rest, ok := strings.Cut(strings.TrimSpace(line), "|")
		if !ok {
			continue
		}
		dir, files, _ := strings.Cut(rest, "|")
		for _, file := range strings.Split(files, ",") {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			types[path] = append(types[path], typesOf(f)...)
		}
	}
	return types
}

func typesOf(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, s := range g.Specs {
			s := s.(*ast.TypeSpec)
			_, contract := s.Type.(*ast.InterfaceType)
			if s.Name.IsExported() && s.TypeParams == nil && !contract {
				names = append(names, s.Name.Name)
			}
		}
	}
	return names
}

// marks is a program that prints the paths of all that fmt shows of those types.
func marks(t *testing.T, types map[string][]string) string {
	t.Helper()
	filler, err := os.ReadFile("testdata/marks.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	var imports, values strings.Builder
	n := 0
	for path, names := range types {
		if len(names) == 0 {
			continue
		}
		n++
		fmt.Fprintf(&imports, "p%d %q\n", n, path)
		for _, name := range names {
			fmt.Fprintf(&values, "new(p%d.%s),\n", n, name)
		}
	}
	return strings.NewReplacer("// IMPORTS", imports.String(), "// VALUES", values.String()).Replace(string(filler))
}

// printed runs the program as if it stood in the module, whose packages it may import.
func printed(t *testing.T, root, program string) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	file, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "cmd/marks/main.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{file: []byte(program), overlay: replace} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", "-overlay", overlay, "./cmd/marks")
	cmd.Dir = root
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return strings.Fields(string(out))
}

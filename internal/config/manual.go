package config

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
)

// The comments of these files are the manual.
//
//go:embed config.go
var configGo string

//go:embed limits.go
var limitsGo string

//go:embed keep.go
var keepGo string

// Manual returns a settings file with every setting explained in place. A value
// that is the default stands there as a comment, so that a later version may
// have a better one.
func Manual(c Config) string {
	var b strings.Builder
	docs := comments(configGo, limitsGo, keepGo)
	b.WriteString("# Settings of Keyturn. \"keyturn config check\" tells what can't be,\n# \"keyturn config show\" where each value comes from.\n")
	defaults, table := Default(), ""
	each(reflect.ValueOf(&c).Elem(), "", func(key string, v reflect.Value, f reflect.StructField) {
		in, name := "", key
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			in, name = key[:i], key[i+1:]
		}
		if in != table {
			table = in
			fmt.Fprintf(&b, "\n[%s]\n", in)
		}
		b.WriteByte('\n')
		for line := range strings.Lines(docs[f.Name+" "+key] + boundsOf(f).words()) {
			b.WriteString("# " + line)
		}
		line := name + " = " + written(v)
		if reflect.DeepEqual(v.Interface(), defaults.find(key).Interface()) {
			line = "#" + line
		}
		b.WriteString(line + "\n")
	})
	return b.String()
}

// comments returns the comment of each field of the structs in some source
// files, by the field's name and its setting.
func comments(sources ...string) map[string]string {
	tables := map[string]string{"Config": ""} // type to the prefix of its settings
	each := reflect.TypeFor[Config]()
	for i := range each.NumField() {
		tables[each.Field(i).Type.Name()] = each.Field(i).Tag.Get("toml") + "."
	}
	docs := map[string]string{}
	for _, source := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments)
		if err != nil {
			panic(err) // it was compiled
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, ok := spec.Type.(*ast.StructType)
			prefix, known := tables[spec.Name.Name]
			if !ok || !known {
				return true
			}
			for _, f := range fields.Fields.List {
				if f.Tag != nil && f.Doc != nil {
					key := prefix + reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("toml")
					docs[f.Names[0].Name+" "+key] = f.Doc.Text()
				}
			}
			return true
		})
	}
	return docs
}

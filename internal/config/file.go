package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A tomlFile is what stands in a settings file.
type tomlFile struct {
	name   string
	values map[string]any
	lines  map[string]int // by key, a table's too
}

// readFile reads a settings file. Its error says that there are no values at all: the
// file can't be read, or is no TOML.
func readFile(in Input) (tomlFile, error) {
	f := tomlFile{name: filepath.Base(in.File), values: map[string]any{}}
	if in.File == "" {
		return f, nil
	}
	text, err := os.ReadFile(in.File)
	if in.Optional && errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("settings: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors write it, and TOML has none
	if err := toml.Unmarshal(text, &f.values); err != nil {
		return f, f.noTOML(err)
	}
	f.lines = lines(text)
	return f, nil
}

// noTOML says in which line a file stops being TOML.
func (f tomlFile) noTOML(err error) error {
	at := Source{Name: f.name}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		at.Line, _ = d.Position()
	}
	return &Fault{Where: at, Text: "isn't TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
}

// lines says in which line each key of a text in TOML stands.
func lines(text []byte) map[string]int {
	at, table := map[string]int{}, ""
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		name, line := dotted(&p, e)
		if e.Kind == unstable.Table || e.Kind == unstable.ArrayTable {
			table = name + "."
			at[name] = line
		} else if e.Kind == unstable.KeyValue {
			keyLines(&p, table, e, at)
		}
	}
	return at
}

// keyLines notes the line of one key, and of those in a table that is its value.
func keyLines(p *unstable.Parser, table string, e *unstable.Node, at map[string]int) {
	name, line := dotted(p, e)
	at[table+name] = line
	if v := e.Value(); v.Kind == unstable.InlineTable {
		for children := v.Children(); children.Next(); {
			keyLines(p, table+name+".", children.Node(), at)
		}
	}
}

// dotted returns the key of an expression, and its line.
func dotted(p *unstable.Parser, e *unstable.Node) (name string, line int) {
	var parts []string
	for key := e.Key(); key.Next(); {
		parts = append(parts, string(key.Node().Data))
		if line == 0 {
			line = p.Shape(key.Node().Raw).Start.Line
		}
	}
	return strings.Join(parts, "."), line
}

// take sets what the file gives, and says of each value that doesn't fit why.
func (c *Config) take(f tomlFile, from From) faults {
	var all faults
	c.takeTable(f, f.values, "", from, &all)
	return all
}

func (c *Config) takeTable(f tomlFile, values map[string]any, prefix string, from From, all *faults) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		key, value := prefix+name, values[name]
		at := Source{f.name, f.lines[key]}
		table, isTable := value.(map[string]any)
		switch field := c.find(key); {
		case field.IsValid():
			from[key] = at
			all.add(at, assign(field, key, value))
		case !isGroup(key):
			all.add(at, &Unknown{Key: key, Nearest: nearest(key)})
		case isTable:
			c.takeTable(f, table, key+".", from, all)
		default:
			all.add(at, &Fault{Key: key, Text: "is a group of settings", Hint: "[" + key + "] in a line of its own, and its settings below"})
		}
	}
}

// isGroup reports whether settings begin with a name.
func isGroup(name string) bool {
	return slices.ContainsFunc(Settings(), func(s Setting) bool { return strings.HasPrefix(s.Key, name+".") })
}

// assign gives a setting a value of a file. What stands there isn't repeated in the
// fault: it may be a secret.
func assign(field reflect.Value, key string, value any) error {
	text, isText := value.(string)
	switch kind := field.Kind(); {
	case isText && (kind == reflect.String || kind == reflect.Struct):
		if err := set(field, text); err != nil {
			return &Fault{Key: key, Text: err.Error(), Hint: meantBy(field, text)}
		}
	case kind == reflect.String:
		return &Fault{Key: key, Text: "isn't a text", Hint: "put it in quotes"}
	case kind == reflect.Struct:
		return &Fault{Key: key, Text: "isn't a text such as " + written(field), Hint: "put it in quotes"}
	case kind == reflect.Int:
		return assignAs[int64](field, key, value, "isn't a whole number", "digits without quotes")
	case kind == reflect.Bool:
		return assignAs[bool](field, key, value, "is neither true nor false", "without quotes")
	case kind == reflect.Slice:
		return assignList(field, key, value)
	default:
		return assignNames(field, key, value)
	}
	return nil
}

// assignAs sets a setting if its value is of the right kind.
func assignAs[T any](field reflect.Value, key string, value any, text, hint string) error {
	v, ok := value.(T)
	if !ok {
		return &Fault{Key: key, Text: text, Hint: hint}
	}
	field.Set(reflect.ValueOf(v).Convert(field.Type()))
	return nil
}

func assignList(field reflect.Value, key string, value any) error {
	list, ok := value.([]any)
	texts := make([]string, len(list))
	for i, one := range list {
		text, isText := one.(string)
		texts[i], ok = text, ok && isText
	}
	if !ok {
		return &Fault{Key: key, Text: "isn't a list of texts", Hint: `such as ["one", "two"]`}
	}
	field.Set(reflect.ValueOf(texts))
	return nil
}

func assignNames(field reflect.Value, key string, value any) error {
	table, ok := value.(map[string]any)
	names := map[string]string{}
	for lang, one := range table {
		text, isText := one.(string)
		names[lang], ok = text, ok && isText
	}
	if !ok {
		return &Fault{Key: key, Text: "isn't a list of names by language", Hint: `such as { en = "Harbor Lane" }`}
	}
	field.Set(reflect.ValueOf(names))
	return nil
}

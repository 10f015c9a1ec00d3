package config

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Setting is one value of a [Config], by its name.
type Setting struct {
	Key    string // as in the file, tables with a dot: "pin.min"
	Secret bool   // never shown; also read from the file that KEYTURN_…_FILE names
}

// Settings returns every setting in the order of the file. The names of an
// organisation are one setting here, "organisation".
func Settings() []Setting { return slices.Clone(settings()) }

// settings are looked for once: each variable and each flag asks for them.
var settings = sync.OnceValue(func() (all []Setting) {
	c := Default()
	each(reflect.ValueOf(&c).Elem(), "", func(key string, v reflect.Value, _ reflect.StructField) {
		_, secret := v.Interface().(concealed)
		all = append(all, Setting{Key: key, Secret: secret})
	})
	return all
})

// each calls f for every setting below a struct.
func each(v reflect.Value, prefix string, f func(key string, v reflect.Value, field reflect.StructField)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key := prefix + field.Tag.Get("toml")
		if _, text := v.Field(i).Addr().Interface().(encoding.TextUnmarshaler); v.Field(i).Kind() == reflect.Struct && !text {
			each(v.Field(i), key+".", f)
			continue
		}
		f(key, v.Field(i), field)
	}
}

// find returns the value of a setting; an invalid one if there is no such key.
func (c *Config) find(key string) (found reflect.Value) {
	each(reflect.ValueOf(c).Elem(), "", func(k string, v reflect.Value, _ reflect.StructField) {
		if k == key {
			found = v
		}
	})
	return found
}

// Set gives a setting the value that a text stands for. A list is separated by
// commas; the name of an organisation has its language in the key:
// "organisation.zh-Hans".
func (c *Config) Set(key, text string) error {
	if lang, ok := strings.CutPrefix(key, "organisation."); ok && lang != "" {
		c.Organisation[lang] = text
		return nil
	}
	v := c.find(key)
	if !v.IsValid() || v.Kind() == reflect.Map {
		return &Unknown{Key: key, Nearest: nearest(key)}
	}
	if err := set(v, text); err != nil {
		return &Fault{Key: key, Text: err.Error(), Hint: meantBy(v, text)}
	}
	return nil
}

func set(v reflect.Value, text string) (err error) {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q isn't a whole number", text)
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case reflect.Slice:
		v.Set(reflect.ValueOf(list(text)))
	default:
		panic("config: no way to set a " + v.Type().String())
	}
	return nil
}

// list reads "a, b" as two.
func list(text string) []string {
	all := []string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// credentials are a user and a password in an address. No setting but that of the
// database may have them, and none shows them.
var credentials = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`://[^/?#"]*@`) })

// Value returns a setting as it stands in a file, without what must not be seen.
func (c *Config) Value(s Setting) string {
	v := c.find(s.Key)
	if secret, ok := v.Interface().(concealed); ok {
		return quote(secret.shown())
	}
	return credentials().ReplaceAllString(written(v), "://xxxxx@")
}

// written gives a value as TOML does, a secret too.
func written(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case concealed:
		return quote(v.String())
	case encoding.TextMarshaler:
		text, _ := x.MarshalText() // a Duration and a Rate can't fail
		return quote(string(text))
	case string:
		return quote(x)
	case []string:
		quoted := make([]string, len(x))
		for i, s := range x {
			quoted[i] = quote(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case map[string]string:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(x)) {
			parts = append(parts, key+" = "+quote(x[key]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return fmt.Sprint(v.Interface()) // numbers and booleans
}

// quote writes a basic string of TOML. What JSON escapes, TOML escapes the same
// way; DEL alone is allowed there and not here.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string into memory: can't fail
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

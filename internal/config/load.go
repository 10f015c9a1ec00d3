package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// A Source is where the value of a setting comes from, such as "default",
// "keyturn.toml", "KEYTURN_PIN__MIN" or "--pin.min".
type Source string

// From says of each setting by its key where its value comes from. One that is
// not in it has its default.
type From map[string]Source

// Of returns the source of a setting.
func (f From) Of(key string) Source {
	if s, ok := f[key]; ok {
		return s
	}
	return "default"
}

// Input is what settings are read from.
type Input struct {
	File     string            // "": no file
	Optional bool              // a File that isn't there is no error
	Environ  []string          // such as os.Environ()
	Flags    map[string]string // by key; only those that were given
}

// Load reads settings. The error of a name that isn't a setting is an [*Unknown],
// that of a value that doesn't fit a [*Fault]; whether the values make sense
// together, [Config.Check] says.
func Load(in Input) (Config, From, error) {
	c, from := Default(), From{}
	if err := c.file(in, from); err != nil {
		return Config{}, nil, err
	}
	if err := c.environment(in.Environ, from); err != nil {
		return Config{}, nil, err
	}
	for key, text := range in.Flags {
		if err := c.Set(key, text); err != nil {
			return Config{}, nil, at("--"+key, err)
		}
		from[top(key)] = Source("--" + key)
	}
	return c, from, nil
}

// file reads the settings file.
func (c *Config) file(in Input, from From) error {
	if in.File == "" {
		return nil
	}
	text, err := os.ReadFile(in.File)
	if in.Optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	name := filepath.Base(in.File)
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(c); err != nil {
		return inFile(name, err)
	}
	var given map[string]any
	if err := toml.Unmarshal(text, &given); err != nil {
		return inFile(name, err)
	}
	mark(given, "", Source(name), from)
	return nil
}

// inFile says in which line of a file an error is.
func inFile(name string, err error) error {
	if s, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(s.Errors) > 0 {
		line, _ := s.Errors[0].Position()
		key := strings.Join(s.Errors[0].Key(), ".")
		return &Unknown{Where: fmt.Sprintf("%s line %d", name, line), Key: key, Nearest: nearest(key)}
	}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := d.Position()
		text := strings.TrimPrefix(d.Error(), "toml: ")
		return &Fault{Where: fmt.Sprintf("%s line %d", name, line), Key: strings.Join(d.Key(), "."), Text: text}
	}
	return &Fault{Where: name, Text: err.Error()}
}

// mark notes which settings a file gives.
func mark(given map[string]any, prefix string, source Source, from From) {
	for name, value := range given {
		key := prefix + name
		if table, ok := value.(map[string]any); ok && key != "organisation" {
			mark(table, key+".", source, from)
			continue
		}
		from[key] = source
	}
}

// top is the setting that a key belongs to: a name of the organisation is a part
// of one setting.
func top(key string) string {
	if strings.HasPrefix(key, "organisation.") {
		return "organisation"
	}
	return key
}

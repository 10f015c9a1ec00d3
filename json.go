package keyturn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrJSON reports a body that is not exactly one object of the kind it should be.
var ErrJSON = errors.New("keyturn: not the JSON object that it should be")

// DecodeJSON reads one JSON object into a struct. Unlike [json.Unmarshal] it takes
// nothing that two readers could understand differently: unknown or repeated
// members, names in another case, null, ill-formed Unicode, lone surrogates, or
// anything after the object. All are [ErrJSON], with the member but never its
// value. A missing member keeps its zero value: what has to be there, the caller
// checks. Spec §3.
func DecodeJSON(data []byte, into any) error {
	if !utf8.Valid(data) || !json.Valid(data) || loneSurrogate(data) {
		return fmt.Errorf("%w: ill-formed", ErrJSON)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if err := walk(d, reflect.TypeOf(into).Elem()); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: a member has the wrong type or spelling", ErrJSON)
	}
	return nil
}

// walk checks the next value of d, and all inside it, against t.
func walk(d *json.Decoder, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := d.Token()
	if err != nil || token == nil {
		return fmt.Errorf("%w: null", ErrJSON)
	}
	switch {
	case token == json.Delim('{') && t.Kind() == reflect.Struct:
		return walkObject(d, members(t))
	case token == json.Delim('{') && t.Kind() == reflect.Map:
		return walkObject(d, func(string) reflect.Type { return t.Elem() })
	case token == json.Delim('[') && t.Kind() == reflect.Slice:
		return walkArray(d, t.Elem())
	case token == json.Delim('{'), token == json.Delim('['), t.Kind() == reflect.Struct:
		return fmt.Errorf("%w: a member has the wrong type", ErrJSON)
	}
	return nil
}

func walkObject(d *json.Decoder, member func(name string) reflect.Type) error {
	seen := map[string]bool{}
	for d.More() {
		token, _ := d.Token() // a name: the document is valid
		name := token.(string)
		t := member(name)
		if t == nil || seen[name] {
			return fmt.Errorf("%w: member %.40q is unknown or repeated", ErrJSON, name)
		}
		seen[name] = true
		if err := walk(d, t); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func walkArray(d *json.Decoder, element reflect.Type) error {
	for d.More() {
		if err := walk(d, element); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// members returns a function that gives the type of a member of struct t by its
// exact name, or nil.
func members(t reflect.Type) func(string) reflect.Type {
	return func(name string) reflect.Type {
		for f := range t.Fields() {
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && tag != "-" && tag != "" {
				return f.Type
			}
		}
		return nil
	}
}

// loneSurrogate finds half of a pair in the escapes of valid JSON, which
// encoding/json would replace silently.
func loneSurrogate(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		i++ // past what is escaped: only strings have backslashes
		switch unit := escaped(data[i:]); {
		case unit >= 0xD800 && unit < 0xDC00:
			if data[i+5] != '\\' || escaped(data[i+6:])>>10 != 0xDC00>>10 {
				return true
			}
			i += 6
		case unit >= 0xDC00 && unit < 0xE000:
			return true
		}
	}
	return false
}

// escaped returns the UTF-16 unit of an escape after its backslash, or 0 if it
// is another kind of escape.
func escaped(data []byte) uint64 {
	if data[0] != 'u' {
		return 0
	}
	unit, _ := strconv.ParseUint(string(data[1:5]), 16, 16)
	return unit
}

// Package locale holds every word that a person reads, in each language, and
// the few lines that look one up. All languages are equals: the same keys, the
// same values. Which there are is one list, in languages.go.
//
// The files map key → sentence, {{.name}} for a value, "one" and "other" where a
// count decides (the form of go-i18n's message files, which translators' tools
// read). The phone app reads the same bytes by the same rules
// (web/phone/lib/words.js). A key names the place where the sentence stands,
// such as "wait.again.ok", not what it says.
//
// It leaves dates, times and escaping to whoever shows the sentence.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Files are the catalogues, LANG.json at the top. Package phoneapp serves them
// to the phone app as they are.
//
//go:embed *.json
var Files embed.FS

// Words are the sentences of one language. They never change, so any number
// of goroutines may use them. The catalogue is read when the first sentence is
// looked up: a command that says nothing doesn't wait for it.
type Words struct {
	lang string
	read func() map[string]sentence
}

// A sentence has a form for one, if a count chooses, and one for all else.
type sentence struct{ One, Other string }

var catalogues = func() map[string]*Words {
	all := map[string]*Words{}
	for _, lang := range Languages() {
		all[lang] = later(lang)
	}
	return all
}()

func later(lang string) *Words {
	return &Words{lang, sync.OnceValue(func() map[string]sentence { return mustRead(lang) })}
}

// For returns the words of a language, one of Languages; those of the default
// language if there is no such catalogue.
func For(lang string) *Words {
	if words, ok := catalogues[lang]; ok {
		return words
	}
	return catalogues[English]
}

// Lang returns the language of the words, for an HTML lang attribute.
func (w *Words) Lang() string { return w.lang }

// Has reports whether there is a sentence of that key.
func (w *Words) Has(key string) bool {
	_, ok := w.read()[key]
	return ok
}

// T returns the sentence of a key with its values set in. Values are pairs of
// name and value; the value named "count", a whole number, also chooses the
// plural.
//
// A page must not fail because of a word: an unknown key comes back as itself,
// a missing value as "<no value>". Tests find both before a person does.
func (w *Words) T(key string, values ...any) string {
	found, ok := w.read()[key]
	if !ok {
		return key
	}
	text := found.Other
	if found.One != "" && w.isOne(value(values, "count")) {
		text = found.One
	}
	if !strings.Contains(text, "{{") {
		return text
	}
	return fill(text, values)
}

// isOne reports whether the language has its singular for a count (CLDR's category "one").
func (w *Words) isOne(count any) bool {
	n, ok := count.(int)
	return ok && plural.Cardinal.MatchPlural(language.Make(w.lang), n, 0, 0, 0, 0) == plural.One
}

// fill sets values in. What they say is text, also if it looks like a place for a value.
func fill(text string, values []any) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{{.")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}}")
		if v := value(values, name); v != nil {
			fmt.Fprint(&b, v)
		} else {
			b.WriteString("<no value>")
		}
		text = after
	}
}

// value is the one of a name among pairs of name and value; nil: there is none.
func value(values []any, name string) any {
	for i := 0; i+1 < len(values); i += 2 {
		if values[i] == name {
			return values[i+1]
		}
	}
	return nil
}

// mustRead reads an embedded file.
func mustRead(lang string) map[string]sentence {
	text, err := Files.ReadFile(lang + ".json")
	if err != nil {
		panic(err)
	}
	return parse(string(text))
}

// parse reads a catalogue line by line: a key and its sentence stand on one, and forms on
// the next ones. A reader of all that JSON may be takes five times as long, a tenth of a
// start. Tests read it as JSON too: a fault here fails them all.
func parse(text string) map[string]sentence {
	all := make(map[string]sentence, strings.Count(text, "\n"))
	key := "" // whose forms are being read
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.Trim(line, " ,\r\n"), `": `)
		name = strings.TrimPrefix(name, `"`)
		switch forms := all[key]; {
		case !ok: // a brace
		case value == "{":
			key = name
		case !strings.HasPrefix(line, "    "):
			all[name] = sentence{Other: unquoted(value)}
		case name == "one":
			all[key] = sentence{unquoted(value), forms.Other}
		case name == "other":
			all[key] = sentence{forms.One, unquoted(value)}
		}
	}
	return all
}

// unquoted is what a string of JSON says.
func unquoted(quoted string) (text string) {
	if plain := strings.Trim(quoted, `"`); len(plain) == len(quoted)-2 && !strings.Contains(plain, `\`) {
		return plain
	}
	if err := json.Unmarshal([]byte(quoted), &text); err != nil {
		panic(fmt.Sprintf("locale: %s: %v", quoted, err))
	}
	return text
}

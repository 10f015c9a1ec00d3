// Package locale holds every word that a person reads, in each language, and
// the few lines that look one up. English and Simplified Chinese are equals:
// the same keys, the same values.
//
// The files are go-i18n message files: key → sentence, {{.name}} for a value,
// "one" and "other" where a count decides. The phone app reads the same bytes
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

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Files are the catalogues, LANG.json at the top. Package phoneapp serves them
// to the phone app as they are.
//
//go:embed *.json
var Files embed.FS

// The languages, as they stand in an HTML lang attribute.
const (
	English = "en"
	Chinese = "zh-Hans"
)

// Languages returns the languages that have a catalogue, the default first.
func Languages() []string { return []string{English, Chinese} }

// Words are the sentences of one language. They never change, so any number
// of goroutines may use them. The catalogue is read when the first sentence is
// looked up: a command that says nothing doesn't wait for it.
type Words struct {
	lang string
	read func() *catalogue
}

// A catalogue is one file, read.
type catalogue struct {
	plain map[string]string // sentences without a value: most of them, and no work
	rest  map[string]bool   // keys whose sentence has values
	words *i18n.Localizer
}

var catalogues = map[string]*Words{English: later(English), Chinese: later(Chinese)}

func later(lang string) *Words {
	return &Words{lang, sync.OnceValue(func() *catalogue { return mustRead(lang) })}
}

// For returns the words of a language, one of Languages; those of the default
// language if there is no such catalogue.
func For(lang string) *Words {
	if words, ok := catalogues[lang]; ok {
		return words
	}
	return catalogues[English]
}

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, lang := range Languages() {
		tags = append(tags, language.Make(lang))
	}
	return language.NewMatcher(tags)
})

// longest is in bytes: browsers send less than 200. Thousands of tags would take
// milliseconds, several times for each page.
const longest = 1000

// Match returns the language of Languages that fits a header
// Accept-Language (RFC 9110 §12.5.4) best. Every kind of Chinese gets the
// Chinese catalogue, everything unknown or malformed the default.
func Match(acceptLanguage string) string {
	if len(acceptLanguage) > longest {
		return English
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English
	}
	for _, tag := range wanted {
		if base, _ := tag.Base(); base.String() == "zh" {
			return Chinese
		}
		if _, i, sure := matcher().Match(tag); sure >= language.High {
			return Languages()[i]
		}
	}
	return English
}

// Lang returns the language of the words, for an HTML lang attribute.
func (w *Words) Lang() string { return w.lang }

// Has reports whether there is a sentence of that key.
func (w *Words) Has(key string) bool {
	c := w.read()
	_, plain := c.plain[key]
	return plain || c.rest[key]
}

// T returns the sentence of a key with its values set in. Values are pairs of
// name and value; the value named "count", a whole number, also chooses the
// plural.
//
// A page must not fail because of a word: an unknown key comes back as itself,
// a missing value as "<no value>". Tests find both before a person does.
func (w *Words) T(key string, values ...any) string {
	c := w.read()
	if sentence, ok := c.plain[key]; ok {
		return sentence
	}
	data := map[string]any{}
	for i := 0; i+1 < len(values); i += 2 {
		data[fmt.Sprint(values[i])] = values[i+1]
	}
	sentence, err := c.words.Localize(&i18n.LocalizeConfig{
		MessageID:    key,
		TemplateData: data,
		PluralCount:  data["count"],
	})
	if err != nil {
		return key
	}
	return sentence
}

// mustRead reads an embedded file. That it can be read is known since the build: a
// fault here fails every test.
func mustRead(lang string) *catalogue {
	c, err := read(lang)
	if err != nil {
		panic(fmt.Sprintf("locale: %s.json: %v", lang, err))
	}
	return c
}

// read takes the file apart itself, since the library's reader goes through each
// sentence several times; the library gets those that have values or a count.
func read(lang string) (*catalogue, error) {
	text, err := Files.ReadFile(lang + ".json")
	if err != nil {
		return nil, err
	}
	var sentences map[string]any
	if err := json.Unmarshal(text, &sentences); err != nil {
		return nil, err
	}
	c := &catalogue{plain: make(map[string]string, len(sentences)), rest: map[string]bool{}}
	var rest []*i18n.Message
	for key, s := range sentences {
		switch s := s.(type) {
		case string:
			if !strings.Contains(s, "{{") {
				c.plain[key] = s
				continue
			}
			rest = append(rest, &i18n.Message{ID: key, Other: s})
		case map[string]any: // a form that is no text fails a test
			one, _ := s["one"].(string)
			other, _ := s["other"].(string)
			rest = append(rest, &i18n.Message{ID: key, One: one, Other: other})
		}
		c.rest[key] = true
	}
	tag := language.Make(lang)
	bundle := i18n.NewBundle(tag)
	c.words = i18n.NewLocalizer(bundle, lang)
	return c, bundle.AddMessages(tag, rest...)
}

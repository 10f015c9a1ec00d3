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
// of goroutines may use them.
type Words struct {
	lang  string
	plain map[string]string // sentences without a value: most of them, and no work
	rest  map[string]bool   // keys whose sentence has values
	words *i18n.Localizer
}

var catalogues, matcher = load()

// For returns the words of a language, one of Languages; those of the default
// language if there is no such catalogue.
func For(lang string) *Words {
	if words, ok := catalogues[lang]; ok {
		return words
	}
	return catalogues[English]
}

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
		if _, i, sure := matcher.Match(tag); sure >= language.High {
			return Languages()[i]
		}
	}
	return English
}

// Lang returns the language of the words, for an HTML lang attribute.
func (w *Words) Lang() string { return w.lang }

// Has reports whether there is a sentence of that key.
func (w *Words) Has(key string) bool {
	_, plain := w.plain[key]
	return plain || w.rest[key]
}

// T returns the sentence of a key with its values set in. Values are pairs of
// name and value; the value named "count", a whole number, also chooses the
// plural.
//
// A page must not fail because of a word: an unknown key comes back as itself,
// a missing value as "<no value>". Tests find both before a person does.
func (w *Words) T(key string, values ...any) string {
	if sentence, ok := w.plain[key]; ok {
		return sentence
	}
	data := map[string]any{}
	for i := 0; i+1 < len(values); i += 2 {
		data[fmt.Sprint(values[i])] = values[i+1]
	}
	sentence, err := w.words.Localize(&i18n.LocalizeConfig{
		MessageID:    key,
		TemplateData: data,
		PluralCount:  data["count"],
	})
	if err != nil {
		return key
	}
	return sentence
}

// load reads the embedded files. That they can be read is known since the
// build: a fault here fails every test.
func load() (map[string]*Words, language.Matcher) {
	all := map[string]*Words{}
	var tags []language.Tag
	for _, lang := range Languages() {
		words, err := read(lang)
		if err != nil {
			panic(fmt.Sprintf("locale: %s.json: %v", lang, err))
		}
		all[lang] = words
		tags = append(tags, language.Make(lang))
	}
	return all, language.NewMatcher(tags)
}

func read(lang string) (*Words, error) {
	file := lang + ".json"
	text, err := Files.ReadFile(file)
	if err != nil {
		return nil, err
	}
	bundle := i18n.NewBundle(language.Make(lang))
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	messages, err := bundle.ParseMessageFileBytes(text, file)
	if err != nil {
		return nil, err
	}
	w := &Words{lang: lang, plain: map[string]string{}, rest: map[string]bool{}}
	for _, m := range messages.Messages {
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			w.plain[m.ID] = m.Other
		} else {
			w.rest[m.ID] = true
		}
	}
	w.words = i18n.NewLocalizer(bundle, lang)
	return w, nil
}

package locale

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// all are the languages, the default first. A new one is a line here, a catalogue beside
// it and its guides: README.md, "A new language".
var all = []struct {
	tag    string // as it stands in an HTML lang attribute; catalogue and guides are called by it
	places string // as databases of places name it, such as "pt-BR"; empty: they don't have it
}{
	{English, "en"},
	{"zh-Hans", "zh-CN"},
}

// English is the default, and what a place is told in that isn't known in the person's language.
const English = "en"

// Languages returns the languages that have a catalogue, the default first.
func Languages() []string {
	tags := make([]string, len(all))
	for i, one := range all {
		tags[i] = one.tag
	}
	return tags
}

// Listed names all of them, the last one after a word: "en or zh-Hans".
func Listed(word string) string {
	tags := Languages()
	last := len(tags) - 1
	return strings.Join(tags[:last], ", ") + " " + word + " " + tags[last]
}

// Places returns what databases of places (MaxMind's) call a language; empty if they don't
// have it.
func Places(lang string) string {
	for _, one := range all {
		if one.tag == lang {
			return one.places
		}
	}
	return ""
}

// OfTerminal returns the language of a terminal: the one that was named, such as "en" or
// "zh-Hans", or else that of the environment, such as LANG's "zh_CN.UTF-8". Of a name that
// stands for no catalogue it returns an error that says what there is; of such an
// environment, which is about more than this program, the default.
func OfTerminal(named, environment string) (string, error) {
	if lang, ok := meant(named); ok {
		return lang, nil
	}
	if named != "" {
		return "", fmt.Errorf("no language %q: there is %s", named, Listed("and"))
	}
	lang, _ := meant(environment)
	return cmp.Or(lang, English), nil
}

// meant is the language that a name of BCP 47 or of POSIX stands for.
func meant(name string) (lang string, ok bool) {
	base := strings.ToLower(name)
	if end := strings.IndexAny(base, "-_.@"); end >= 0 {
		base = base[:end]
	}
	for _, lang := range Languages() {
		if own, _, _ := strings.Cut(lang, "-"); own == base {
			return lang, true
		}
	}
	return "", false
}

// longest is in bytes: browsers send less than 200. Thousands of tags would take
// milliseconds, several times for each page.
const longest = 1000

// Match returns the language of offered that fits a header Accept-Language
// (RFC 9110 §12.5.4) best, and the first one if none does. Every kind of a language
// gets its catalogue: zh-TW that of zh-Hans. A part that is malformed counts for nothing, and the others for what
// they say. With none offered all of [Languages] are.
func Match(acceptLanguage string, offered ...string) string {
	if len(offered) == 0 {
		offered = Languages()
	}
	if len(acceptLanguage) > longest {
		return offered[0]
	}
	for _, tag := range wanted(acceptLanguage) {
		base, sure := tag.Base()
		for _, lang := range offered {
			if own, _ := language.Make(lang).Base(); sure >= language.High && own == base {
				return lang
			}
		}
	}
	return offered[0]
}

// wanted returns the languages of a header, the most wanted first.
func wanted(acceptLanguage string) []language.Tag {
	type wish struct {
		tag language.Tag
		q   float32
	}
	var wishes []wish
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tags, q, err := language.ParseAcceptLanguage(part)
		if err == nil && len(tags) == 1 && q[0] > 0 {
			wishes = append(wishes, wish{tags[0], q[0]})
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.q, a.q) })
	tags := make([]language.Tag, len(wishes))
	for i, w := range wishes {
		tags[i] = w.tag
	}
	return tags
}

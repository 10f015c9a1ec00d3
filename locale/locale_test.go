package locale_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"keyturn/locale"
)

// English and Chinese are equals: the same sentences, with the same values.
func TestSameKeysAndValues(t *testing.T) {
	want := values(t, "en.json")
	files, err := fs.Glob(locale.Files, "*.json")
	if err != nil || len(files) != len(locale.Languages()) {
		t.Fatalf("catalogues %v, %v; want one for each of %v", files, err, locale.Languages())
	}
	for _, file := range files {
		if diff := cmp.Diff(want, values(t, file)); diff != "" {
			t.Errorf("%s differs from en.json (-en +%[1]s):\n%s", file, diff)
		}
	}
}

// What is built for every language fits those that there are. Who adds one that it doesn't
// fit builds more first: README.md, "A new language".
func TestLanguagesFit(t *testing.T) {
	bases, names := map[string]string{}, map[string]string{}
	for _, lang := range locale.Languages() {
		tag := language.Make(lang)
		base, _ := tag.Base()
		if first, ok := bases[base.String()]; ok {
			t.Errorf("whoever wants some kind of %s gets %s, and never %s", base, first, lang)
		}
		bases[base.String()] = lang
		own := locale.For(lang).T("page.language.own")
		if first, ok := names[own]; ok {
			t.Errorf("%s and %s are both called %s", first, lang, own)
		}
		names[own] = lang
		for n := range 200 {
			if form := plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0); form != plural.One && form != plural.Other {
				t.Errorf("%s has a form for %d that a catalogue has no place for", lang, n)
				break
			}
		}
		if script, _ := tag.Script(); slices.Contains(strings.Fields("Arab Hebr Syrc Thaa Nkoo"), script.String()) {
			t.Errorf("%s is written from right to left: no page says so", lang)
		}
	}
}

// A count is "count": nothing else chooses a plural.
func TestPluralsCount(t *testing.T) {
	named := values(t, "en.json")
	for key, forms := range sentences(t, "en.json") {
		if _, plural := forms["one"]; plural != slices.Contains(named[key], "{{.count}}") {
			t.Errorf("%s: plural %v, but its values are %v", key, plural, named[key])
		}
	}
}

func TestNoEmptySentence(t *testing.T) {
	for _, lang := range locale.Languages() {
		for key, forms := range sentences(t, lang+".json") {
			for form, sentence := range forms {
				if strings.HasPrefix(key, "cli.") {
					sentence = strings.TrimSuffix(sentence, " ") // what is typed stands behind it
				}
				if sentence == "" || strings.TrimSpace(sentence) != sentence {
					t.Errorf("%s %s (%s): %q", lang, key, form, sentence)
				}
			}
		}
	}
}

func TestT(t *testing.T) {
	for _, row := range []struct {
		name, lang, key string
		values          []any
		want            string
	}{
		{"a sentence", "en", "signin.title", nil, "Sign in"},
		{"the same in Chinese", "zh-Hans", "signin.title", nil, "登录"},
		{"a value", "en", "wait.sent", []any{"phone", "Mei's <iPhone>"}, "We sent a request to Mei's <iPhone>"},
		{"one", "en", "request.wrong", []any{"count", 1}, "That isn't the number on your computer. 1 try left."},
		{"none is many", "en", "request.wrong", []any{"count", 0}, "That isn't the number on your computer. 0 tries left."},
		{"many", "en", "request.wrong", []any{"count", 2}, "That isn't the number on your computer. 2 tries left."},
		{"Chinese has one form", "zh-Hans", "request.wrong", []any{"count", 1}, "与电脑上的数字不一致，还可尝试 1 次。"},
		{"a language without a catalogue is English", "fr", "signin.title", nil, "Sign in"},
		{"an unknown key is itself", "en", "no.such", nil, "no.such"},
		{"a value that contains a template stays text", "en", "wait.sent", []any{"phone", "{{.x}}"}, "We sent a request to {{.x}}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := locale.For(row.lang).T(row.key, row.values...); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestHas(t *testing.T) {
	words := locale.For("zh-Hans")
	if !words.Has("signin.title") || !words.Has("wait.sent") || words.Has("no.such") {
		t.Error("Has disagrees with the catalogue")
	}
}

func TestWordsAreSafeForManyReaders(t *testing.T) {
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { locale.For("en").T("request.wrong", "count", 2) })
	}
	all.Wait()
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"":                                    "en",
		"en-GB,en;q=0.9":                      "en",
		"zh-CN,zh;q=0.9,en;q=0.8":             "zh-Hans",
		"zh-TW":                               "zh-Hans",
		"zh":                                  "zh-Hans",
		"fr-FR,fr;q=0.9":                      "en",
		"fr-FR,zh-CN;q=0.8,en;q=0.5":          "zh-Hans",
		"fr-FR,en;q=0.8,zh-CN;q=0.5":          "en",
		"en;q=0.1,zh-Hans;q=0.2":              "zh-Hans",
		"*":                                   "en",
		"not a header ;;; q=x":                "en",
		strings.Repeat("zh-CN,", 3) + "\x00":  "zh-Hans",
		"en_US.UTF-8@x;;, zh-CN;q=0.9":        "zh-Hans",
		"zh-CN;q=0.9, fr;q=high, en;q=0.8":    "zh-Hans",
		",, zh-CN":                            "zh-Hans",
		"en;q=0, zh-CN;q=0.1":                 "zh-Hans",
		"zh-CN" + strings.Repeat(",fr", 5000): "en", // no browser's
	} {
		if got := locale.Match(header); got != want {
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}

// Who names a language gets it or hears what there is; the environment is about other
// programs too.
func TestOfTerminal(t *testing.T) {
	for _, tt := range []struct{ named, environment, want string }{
		{"", "", "en"},
		{"", "C.UTF-8", "en"},
		{"", "de_DE.UTF-8", "en"},
		{"", "zh_CN.UTF-8", "zh-Hans"},
		{"", "zh", "zh-Hans"},
		{"en", "zh_CN.UTF-8", "en"},
		{"EN-gb", "", "en"},
		{"zh-Hans", "", "zh-Hans"},
		{"zh_TW.UTF-8", "C", "zh-Hans"},
		{"de", "zh_CN.UTF-8", ""},
		{"english", "", ""},
		{"-", "", ""},
	} {
		lang, err := locale.OfTerminal(tt.named, tt.environment)
		if lang != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("OfTerminal(%q, %q) = %q, %v", tt.named, tt.environment, lang, err)
		}
		if err != nil && !strings.HasSuffix(err.Error(), ": there is "+locale.Listed("and")) {
			t.Errorf("says %v", err)
		}
	}
}

// The first language that is offered is that of whoever asks for none of them.
func TestMatchOffered(t *testing.T) {
	for _, tt := range []struct {
		header  string
		offered []string
		want    string
	}{
		{"", []string{"zh-Hans", "en"}, "zh-Hans"},
		{"fr-FR,fr;q=0.9", []string{"zh-Hans", "en"}, "zh-Hans"},
		{"*", []string{"zh-Hans", "en"}, "zh-Hans"},
		{"en-GB", []string{"zh-Hans", "en"}, "en"},
		{"en-GB,en;q=0.9", []string{"zh-Hans"}, "zh-Hans"},
		{"zh-TW", []string{"en"}, "en"},
		{"en" + strings.Repeat(",fr", 5000), []string{"zh-Hans", "en"}, "zh-Hans"},
	} {
		if got := locale.Match(tt.header, tt.offered...); got != tt.want {
			t.Errorf("Match(%.40q, %v) = %s, want %s", tt.header, tt.offered, got, tt.want)
		}
	}
}

func BenchmarkT(b *testing.B) {
	words := locale.For("en")
	for b.Loop() {
		words.T("wait.sent", "phone", "Mei's iPhone")
	}
}

var value = regexp.MustCompile(`{{\.\w+}}`)

// values returns, for each key of a catalogue, the values in its sentences.
func values(t *testing.T, file string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for key, forms := range sentences(t, file) {
		out[key] = []string{}
		for _, sentence := range forms {
			out[key] = append(out[key], value.FindAllString(sentence, -1)...)
		}
		slices.Sort(out[key])
		out[key] = slices.Compact(out[key])
	}
	return out
}

// A catalogue is read by its lines, and says what its JSON says.
func TestLinesSayWhatTheJSONSays(t *testing.T) {
	for _, lang := range locale.Languages() {
		for key, forms := range sentences(t, lang+".json") {
			for form, count := range map[string]string{"one": "1", "other": "2"} {
				if form == "one" && (forms["one"] == "" || plural.Cardinal.MatchPlural(language.Make(lang), 1, 0, 0, 0, 0) != plural.One) {
					form = "other"
				}
				want := value.ReplaceAllString(strings.ReplaceAll(forms[form], "{{.count}}", count), "<no value>")
				n, _ := strconv.Atoi(count)
				if got := locale.For(lang).T(key, "count", n); got != want {
					t.Errorf("%s.json: %s for %d is read as %q, want %q", lang, key, n, got, want)
				}
			}
		}
	}
}

// A catalogue says the same where an editor or Git ends lines as on Windows.
func TestLinesOfWindows(t *testing.T) {
	text, err := fs.ReadFile(locale.Files, "en.json")
	if err != nil {
		t.Fatal(err)
	}
	unix := strings.ReplaceAll(string(text), "\r\n", "\n")
	if !maps.Equal(locale.Parse(strings.ReplaceAll(unix, "\n", "\r\n")), locale.Parse(unix)) {
		t.Error("it says something else")
	}
}

// sentences returns the plural forms of each key of a catalogue; a sentence
// without a count has only "other".
func sentences(t *testing.T, file string) map[string]map[string]string {
	t.Helper()
	b, err := locale.Files.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	out := map[string]map[string]string{}
	for key, message := range raw {
		var forms map[string]string
		var sentence string
		if json.Unmarshal(message, &sentence) == nil {
			forms = map[string]string{"other": sentence}
		} else if err := json.Unmarshal(message, &forms); err != nil {
			t.Fatalf("%s %s: %v", file, key, err)
		}
		out[key] = forms
	}
	return out
}

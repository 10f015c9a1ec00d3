package locale_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"keyturn/locale"
)

// A column of README.md, the glossary.
const (
	_ = iota
	what
	terms
	chineseTerms
	not
	chineseNot
)

// No synonym stands in for a term, neither in the catalogues nor in the guides.
func TestOnlyWordsOfTheGlossary(t *testing.T) {
	banned := map[string]*regexp.Regexp{locale.English: anyOf(column(t, not)), "zh-Hans": anyOf(column(t, chineseNot))}
	for name, text := range spoken(t) {
		if !strings.HasPrefix(name, locale.English) && !strings.HasPrefix(name, "zh-Hans") {
			continue // the glossary has no column for it
		}
		for lang, words := range banned {
			if found := words.FindString(text); found != "" && (lang == "zh-Hans" || !strings.Contains(name, "zh-Hans")) {
				t.Errorf("%s: %q in %q", name, found, text)
			}
		}
	}
}

// A term that isn't in use any more leaves the glossary.
func TestTermsOfTheGlossaryAreUsed(t *testing.T) {
	all := map[string]string{}
	for name, text := range spoken(t) {
		for _, lang := range locale.Languages() {
			if strings.HasPrefix(name, lang) {
				all[lang] += strings.ToLower(text) + "\n"
			}
		}
	}
	for lang, n := range map[string]int{locale.English: terms, "zh-Hans": chineseTerms} {
		for _, term := range column(t, n) {
			if !strings.Contains(all[lang], strings.ToLower(term)) {
				t.Errorf("nothing says %q", term)
			}
		}
	}
}

var (
	// What a Chinese sentence says in Latin letters besides names: what people type, and words
	// of the settings of phones and browsers.
	latin   = regexp.MustCompile(`^(App|ID|root|Cookie|Enter|Ctrl|ACME|https|mailto|abcd|qwer)$`)
	command = regexp.MustCompile(`keyturn(-phone)?( [\w-]+)*|--[\w-]+`)

	// Between Han and Latin letters or digits stands a space, and what goes between Han is
	// full-width.
	crowded = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}|\p{Han}\{\{\.(count|min|max|left|number)\}\}|` +
		`\{\{\.(count|min|max|left)\}\}\p{Han}|\p{Han}[,;:?()!]|[,;?()!]\p{Han}|！|你|点击`)
)

// A sentence that was copied from English and not translated, in whole or in part.
func TestChineseIsChinese(t *testing.T) {
	for key, forms := range sentences(t, "zh-Hans.json") {
		said := value.ReplaceAllString(command.ReplaceAllString(forms["other"], ""), "")
		for _, w := range regexp.MustCompile(`[A-Za-z]{2,}`).FindAllString(said, -1) {
			if !names.MatchString(w) && !latin.MatchString(w) {
				t.Errorf("%s: %q in %q", key, w, forms["other"])
			}
		}
	}
}

func TestChineseIsSpaced(t *testing.T) {
	for key, forms := range sentences(t, "zh-Hans.json") {
		if found := crowded.FindString(forms["other"]); found != "" {
			t.Errorf("%s: %q in %q", key, found, forms["other"])
		}
	}
}

// column returns the terms in a column of the glossary.
func column(t *testing.T, n int) (all []string) {
	t.Helper()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < chineseNot || strings.HasPrefix(line, "|-") || strings.Contains(line, "| what |") {
			continue
		}
		for _, term := range regexp.MustCompile(` · |, `).Split(strings.TrimSpace(cells[n]), -1) {
			if term != "" {
				all = append(all, term)
			}
		}
	}
	if len(all) < 15 {
		t.Fatalf("column %d has %d terms", n, len(all))
	}
	return all
}

// anyOf matches any of the terms as words: "log in" is found in "login", "token" in "Tokens".
func anyOf(all []string) *regexp.Regexp {
	var some []string
	for _, term := range all {
		term = strings.ReplaceAll(regexp.QuoteMeta(term), " ", " ?")
		if term[0] < 0x80 {
			term = `\b` + strings.TrimSuffix(term, `\*`) + map[bool]string{true: `\w*`, false: `s?\b`}[strings.HasSuffix(term, `\*`)]
		}
		some = append(some, term)
	}
	return regexp.MustCompile("(?i)" + strings.Join(some, "|"))
}

// The last: what another system says.
var unsaid = regexp.MustCompile(`(?m)^(search|figure|steps|problems|illustrated|next|when|else):.*$|\{[^}]*\}|\]\([^)]*\)|“(An error has|发生错误)[^”]*”`)

// spoken returns what people read, by a name that begins with its language where it has
// one: each form of each sentence, and each guide and block without its keys and links.
func spoken(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, lang := range locale.Languages() {
		for key, forms := range sentences(t, lang+".json") {
			for form, sentence := range forms {
				out[lang+" "+key+" "+form] = sentence
			}
		}
	}
	for _, lang := range locale.Languages() {
		for name, text := range globbed(t, "../web/help/"+lang+"/*.md", "../web/help/"+lang+"/blocks/*.md") {
			out[strings.TrimPrefix(name, "../web/help/")] = unsaid.ReplaceAllString(text, "")
		}
	}
	return out
}

package help

import (
	"cmp"
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"keyturn/locale"
)

const maxQuery = 200 // characters; the longest sentence of ours that people paste is about 120

// A result is a guide that a search found.
type result struct {
	*guide
	Excerpt string // where the first word was found; may be empty
}

// search returns the guides of a language that fit, the best first. A sentence of
// a screen, or a word of another system, leads to the guide that explains it
// (search words, of all languages). Otherwise every part of the query has to be
// there.
func (h *Help) search(lang, query string) []result {
	type hit struct {
		slug  string
		score int
	}
	whole, parts := squeeze(query), parts(query)
	var hits []hit
	for _, slug := range order {
		score := 0
		for _, l := range locale.Languages() {
			if g := h.guides[l][slug]; g != nil {
				score += g.score(whole, parts)
			}
		}
		if score > 0 {
			hits = append(hits, hit{slug, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	found := make([]result, len(hits))
	for i, hit := range hits {
		g := h.guides[lang][hit.slug]
		found[i] = result{g, g.excerpt(parts)}
	}
	return found
}

// score says how well a guide fits: 0 is not at all.
func (g *guide) score(whole string, parts []string) (score int) {
	if whole == "" {
		return 0
	}
	for _, s := range g.search {
		switch {
		case s == whole:
			score += 100
		case len(s) > 6 && strings.Contains(whole, s), len(whole) > 6 && strings.Contains(s, whole):
			score += 60
		}
	}
	all := 0
	for _, part := range parts {
		switch {
		case strings.Contains(g.squeezed[0], part):
			all += 10
		case strings.Contains(g.squeezed[1], part):
			all++
		default:
			return score
		}
	}
	return score + all
}

// parts are the words of a query, and pairs of signs where words have no spaces
// between them.
func parts(query string) (list []string) {
	for _, word := range word().FindAllString(fold(query), -1) {
		signs := []rune(word)
		if !unicode.Is(unicode.Han, signs[0]) || len(signs) == 1 {
			list = append(list, word)
			continue
		}
		for i := range signs[1:] {
			list = append(list, string(signs[i:i+2]))
		}
	}
	return list
}

// word is made when somebody first searches: its table of Chinese characters takes a while.
var word = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\p{Han}+|(?:[^\p{Han}\P{L}]|\p{N})+`) })

// fold makes equal what people take for the same: full-width signs and capitals.
func fold(text string) string { return strings.ToLower(norm.NFKC.String(text)) }

// squeeze leaves letters and digits: "发生错误,请重试。" is "发生错误，请重试", and
// "会话 ID" is "会话id".
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, fold(text))
}

// searchWords are the words of a head "search: Session ID; {setup.used}". A
// sentence with values in it is taken apart at them.
func (w writer) searchWords(line string) (list []string, err error) {
	for words := range strings.SplitSeq(line, ";") {
		if name := braces().FindStringSubmatch(words); name != nil {
			for part := range strings.SplitSeq(w.words.T(name[1], "count", 2), "<no value>") {
				list = append(list, squeeze(part))
			}
			if !w.words.Has(name[1]) {
				_, err = w.say(name[1])
			}
			continue
		}
		list = append(list, squeeze(words))
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" }), err
}

var tag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<[^>]*>`) })

// plain is HTML of ours as text.
func plain(all []template.HTML) string {
	var text strings.Builder
	for _, part := range all {
		text.WriteString(html.UnescapeString(tag().ReplaceAllString(string(part), " ")) + " ")
	}
	return beforeStop().ReplaceAllString(strings.Join(strings.Fields(text.String()), " "), "$1")
}

// Where an element ended.
var beforeStop = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` ([.,:;?!”。，：；？])`) })

// excerpt is what stands around the first part of a query, if all of them are there.
func (g *guide) excerpt(parts []string) string {
	text, low := []rune(g.text), strings.ToLower(g.text)
	first := -1
	for _, part := range parts {
		at := strings.Index(low, part)
		if at < 0 || len(low) != len(g.text) {
			return ""
		}
		if first < 0 {
			first = utf8.RuneCountInString(low[:at])
		}
	}
	from, to := max(0, first-20), min(len(text), first+70)
	for from > 0 && from < first && inWord(text, from) {
		from++
	}
	for to < len(text) && to > first && inWord(text, to) {
		to--
	}
	out := strings.TrimSpace(string(text[from:to]))
	if from > 0 {
		out = "…" + out
	}
	if to < len(text) {
		out += "…"
	}
	return out
}

// inWord reports whether a cut at i would go through a word; Chinese is cut anywhere.
func inWord(text []rune, i int) bool {
	return i > 0 && latin(text[i-1]) && latin(text[i])
}

func latin(r rune) bool { return r > ' ' && r < unicode.MaxLatin1 }

// clip bounds what is searched for.
func clip(query string) string {
	query = strings.TrimSpace(strings.ToValidUTF8(query, ""))
	if runes := []rune(query); len(runes) > maxQuery {
		query = string(runes[:maxQuery])
	}
	return query
}

package help

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

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
		found[i] = result{g, g.excerpt(query)}
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
	title, text := squeeze(g.Title), squeeze(g.text)
	all := 0
	for _, part := range parts {
		switch {
		case strings.Contains(title, part):
			all += 10
		case strings.Contains(text, part):
			all++
		default:
			return score
		}
	}
	return score + all
}

// parts are the words of a query, and pairs of signs where there are no words.
func parts(query string) (list []string) {
	for _, word := range strings.FieldsFunc(fold(query), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		var latin []rune
		var han []rune
		flush := func() {
			if len(latin) > 0 {
				list = append(list, string(latin))
			}
			for i := range han {
				if len(han) == 1 || i > 0 {
					list = append(list, string(han[max(0, i-1):i+1]))
				}
			}
			latin, han = nil, nil
		}
		for _, r := range word {
			if unicode.Is(unicode.Han, r) {
				if len(latin) > 0 {
					flush()
				}
				han = append(han, r)
			} else {
				if len(han) > 0 {
					flush()
				}
				latin = append(latin, r)
			}
		}
		flush()
	}
	return list
}

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
		if name := braces.FindStringSubmatch(words); name != nil {
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
	return slices.DeleteFunc(list, func(s string) bool { return s == "" }), err
}

var tag = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)

// plain is all that a guide says, without pictures.
func plain(g *guide) string {
	text := string(g.Body)
	for _, need := range g.Need {
		text += " " + string(need)
	}
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(text, " "))), " ")
}

// excerpt is what stands around the first word of the query that is found.
func (g *guide) excerpt(query string) string {
	text, low := []rune(g.text), []rune(strings.ToLower(g.text))
	if len(low) != len(text) {
		return ""
	}
	for _, part := range parts(query) {
		at := strings.Index(string(low), part)
		if at < 0 {
			continue
		}
		first := len([]rune(string(low)[:at]))
		from, to := max(0, first-40), min(len(text), first+80)
		out := string(text[from:to])
		if from > 0 {
			out = "…" + out
		}
		if to < len(text) {
			out += "…"
		}
		return out
	}
	return ""
}

// clip bounds what is searched for.
func clip(query string) string {
	query = strings.TrimSpace(strings.ToValidUTF8(query, ""))
	if runes := []rune(query); len(runes) > maxQuery {
		query = string(runes[:maxQuery])
	}
	return query
}

package browser

import (
	"encoding/json"
	"regexp"
	"slices"
	"sync"

	"keyturn/locale"
)

// OneLanguage has each further step that finds or presses something check that the
// page is in the window's language and no other, apart from what switches it.
func (w *Window) OneLanguage() { w.pure = true }

// shownTexts is what a page says to those who see it and to those who hear it. What
// is in another language on purpose, such as the switch, says so by its lang.
const shownTexts = `(() => {
  const own = document.documentElement.lang;
  const says = (e) => e.closest("[lang]").lang === own && e.checkVisibility();
  const texts = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) if (!/^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(n.parentElement.tagName) && says(n.parentElement)) texts.push(n.data);
  for (const e of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
    if (says(e)) texts.push(...["aria-label", "title", "placeholder", "alt"].map((name) => e.getAttribute(name) ?? ""));
  return [own, ...texts.map((text) => text.replace(/\s+/g, " ").trim()).filter((text) => text !== "")];
})()`

var (
	han     = regexp.MustCompile(`\p{Han}`)
	english = regexp.MustCompile(`\b[a-z]{2,}[ ,;:'’-]+[a-z]{2,}\b`) // "Firefox on Windows" is no sentence
)

// speaks fails the test if the page says something in another language.
func (w *Window) speaks() {
	w.t.Helper()
	if !w.pure {
		return
	}
	if strays := w.Strays(); len(strays) > 0 {
		w.failed("the page says %q", strays[0])
	}
}

// Strays are what the page says in another language than the window's, beginning with
// the page's own if it is another one.
func (w *Window) Strays() []string {
	w.t.Helper()
	texts := Eval[[]string](w, shownTexts)
	if len(texts) == 0 { // the page is being replaced
		return nil
	}
	strays := slices.DeleteFunc(texts[1:], func(text string) bool { return !w.foreign(text) })
	if texts[0] != w.lang {
		strays = slices.Insert(strays, 0, "lang="+texts[0])
	}
	return strays
}

// foreign reports whether a text is in another language than the window's: by its
// letters, or because it is a sentence of another catalogue only.
func (w *Window) foreign(text string) bool {
	if w.lang == locale.English {
		return han.MatchString(text)
	}
	return english.MatchString(text) || sentences()[locale.English][text] && !sentences()[w.lang][text]
}

// sentences are those of each language that have no values and no plural.
var sentences = sync.OnceValue(func() map[string]map[string]bool {
	said := map[string]map[string]bool{}
	for _, lang := range locale.Languages() {
		text, _ := locale.Files.ReadFile(lang + ".json") // it is embedded
		var all map[string]any
		_ = json.Unmarshal(text, &all) // package locale has read it
		said[lang] = map[string]bool{}
		for _, v := range all {
			if sentence, ok := v.(string); ok {
				said[lang][sentence] = true
			}
		}
	}
	return said
})

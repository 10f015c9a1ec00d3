package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"keyturn/internal/need"
	"keyturn/test/browser"
)

// axe is axe-core's script, which test/all has npm install; empty if it isn't there.
// With KEYTURN_TEST_REQUIRE=axe that is a failure.
var axe = sync.OnceValue(func() string {
	script, _ := os.ReadFile(filepath.Join(os.TempDir(), "keyturn-axe/node_modules/axe-core/axe.min.js"))
	return string(script)
})

// TestAxe says whether TestScreens asks axe-core.
func TestAxe(t *testing.T) {
	if axe() == "" {
		need.Missing(t, "axe", "axe is not installed")
	}
}

// askAxe is what axe-core finds on the page against WCAG 2.2 AA and its own best practices:
// rule, element and reason. In the dark only colors differ.
const askAxe = `(async (dark) => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const {violations} = await axe.run(document, {runOnly: dark ? ["color-contrast"] : tags, resultTypes: ["violations"], preload: false, iframes: false});
  return violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ": " + node.html.slice(0, 300) + " " + node.failureSummary.replace(/\s+/g, " "))); })`

// accessible asks axe-core about a screen once in each theme. The light one is of the
// first size in English and of the last in Chinese: so each size is seen in each theme.
func accessible(t testing.TB, w *browser.Window, name, lang string, sizes ...size) {
	if axe() == "" {
		return
	}
	of := map[bool]size{lang == "zh-Hans": sizes[0], lang == "en": sizes[len(sizes)-1]}
	for dark, s := range of {
		unroll(w, s, dark)
		// By way of the debugger: no policy of the page is touched.
		if !browser.Eval[bool](w, `window.axe !== undefined`) {
			browser.Eval[bool](w, axe()+";true")
		}
		for _, found := range browser.Eval[[]string](w, fmt.Sprintf("%s(%v)", askAxe, dark)) {
			t.Errorf("%s in %s, %d wide, dark %v: %s", name, lang, s.width, dark, found)
		}
	}
}

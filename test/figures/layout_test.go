package main

import (
	"fmt"
	"strings"
	"testing"

	"keyturn/test/browser"
)

// measure is a function of the page. It returns what a person can't read or press
// who sees it in this size, with text of so many percent: least is the smallest
// side of a target in CSS pixels.
const measure = `(lang, least, percent) => {
  const root = document.documentElement, found = [];
  root.style.fontSize = percent + "%";
  const name = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 160);
  const shown = (e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".sr");
  const all = [...document.body.querySelectorAll("*")].filter(shown);
  const says = (e) => e.innerText?.trim();

  if (root.lang !== lang) found.push("lang is " + root.lang);
  if (!document.title.trim()) found.push("no title");
  const heads = [...document.querySelectorAll("h1")].filter((e) => e.checkVisibility());
  if (heads.length !== 1) found.push(heads.length + " h1");

  if (root.scrollWidth > innerWidth) found.push("scrolls sideways: " + all.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(-1).map(name));
  for (const e of all) {
    const {overflowX, overflowY} = getComputedStyle(e), [wide, high] = [e.scrollWidth > e.clientWidth + 1, e.scrollHeight > e.clientHeight + 1];
    const cuts = (o) => o === "hidden" || o === "clip";
    if (says(e) && (cuts(overflowX) && wide || cuts(overflowY) && high)) found.push("cut off: " + name(e));
    if (e.matches("button, .btn, summary") && wide) found.push("spills: " + name(e));
  }
  const face = (e) => getComputedStyle(e).fontFamily;
  for (const e of all.filter((e) => e.matches(".code *"))) if (face(e) !== face(e.closest(".code"))) found.push("another face: " + name(e));
  for (const e of all.filter((e) => e.matches(".code, .digits"))) {
    const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), range = new Range();
    for (let n = walk.nextNode(); n; n = walk.nextNode())
      for (const group of n.data.matchAll(/[0-9A-Z]+/g)) {
        range.setStart(n, group.index); range.setEnd(n, group.index + group[0].length);
        if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) found.push("group broken: " + name(e));
      }
  }
  const inSentence = (e) => getComputedStyle(e).display === "inline" && says(e.parentElement) !== says(e);
  for (const e of all.filter((e) => e.matches("a[href], button, summary, select, textarea, input, [role=button]"))) {
    const r = (e.matches("[type=checkbox], [type=radio]") ? e.closest("label") ?? e : e).getBoundingClientRect();
    if (Math.min(r.width, r.height) < least - .5 && !inSentence(e)) found.push("target of " + Math.round(r.width) + " by " + Math.round(r.height) + ": " + name(e));
  }
  root.style.fontSize = "";
  return found; }`

// legible measures a screen in its sizes, on the smallest phone, and with text of
// twice the size on an ordinary one.
func legible(t testing.TB, w *browser.Window, name, lang string, sizes ...size) {
	least := 24 // WCAG 2.5.8
	if strings.HasPrefix(name, "phone/") {
		least = 44
	}
	look := func(s size, percent int) {
		w.Screen(s.width, s.height, s.scale, false)
		for _, found := range browser.Eval[[]string](w, fmt.Sprintf("(%s)(%q, %d, %d)", measure, lang, least, percent)) {
			t.Errorf("%s in %s, %d wide, text of %d %%: %s", name, lang, s.width, percent, found)
		}
	}
	for _, s := range sizes {
		look(s, 100)
	}
	look(small, 100)
	look(mobile, 200)
	for _, text := range w.Strays() {
		t.Errorf("%s in %s says %q", name, lang, text)
	}
}

package browser

// A stop is what has the focus.
type stop struct {
	Here   bool   `json:"here"`   // it is what was looked for
	Shown  bool   `json:"shown"`  // a ring shows it, and it is on the screen
	Tested bool   `json:"tested"` // it is an element, not the page's end
	Name   string `json:"name"`
}

// stopped is an expression of the page: where the focus is. A ring is an outline
// or a shadow; nothing may lie over the middle of what has it.
func stopped(what, word string) string {
	return `(async () => { for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
	  const e = document.activeElement;
	  if (!e || e === document.body) return {};
	  const style = getComputedStyle(e), r = e.getBoundingClientRect();
	  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
	  const top = document.elementFromPoint(Math.max(r.x, 0) + Math.min(r.width, innerWidth) / 2, r.y + r.height / 2);
	  return {here: (` + find + `)(` + quote(what) + `, ` + quote(word) + `) === e, tested: true,
	    shown: ring && e.matches(":focus-visible") && top !== null && (e.contains(top) || top.contains(e)), name: e.outerHTML.slice(0, 200)}; })()`
}

// Reach goes to an element, by key or selector, as somebody does who has only a
// keyboard. Each stop on the way must show that it is one.
func (w *Window) Reach(what string) {
	w.t.Helper()
	w.Sees(what)
	w.Misses("[data-guard=on]")
	js := stopped(what, w.word(what))
	for range 60 {
		w.Press("\t")
		s := Eval[stop](w, js)
		if s.Tested && !s.Shown {
			w.failed("the focus doesn't show at %s", s.Name)
		}
		if s.Here {
			w.speaks()
			return
		}
	}
	w.failed("no Tab leads to %s", what)
}

// Go reaches an element and presses Enter.
func (w *Window) Go(what string) {
	w.t.Helper()
	w.Reach(what)
	w.Press("\r")
}

// Focused waits until an element that matches has the focus.
func (w *Window) Focused(selector string) {
	w.t.Helper()
	w.Awaits(`document.activeElement?.matches(` + quote(selector) + `) === true`)
}

package browser

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"keyturn/locale"
)

// webpQuality of pictures, of 100: letters stay sharp.
const webpQuality = 40

// A Window is one page of a browser.
type Window struct {
	t     testing.TB
	ctx   context.Context
	lang  string
	touch bool
	pure  bool     // each page is in one language
	first []string // scripts that run before those of each page
}

// Open goes to an address and waits until the page is there. When the page that
// shows goes somewhere by itself in that moment, the browser follows that one, so
// it is tried again.
func (w *Window) Open(url string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Navigate(url))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "net::ERR_ABORTED") {
			w.failed("open %s: %v", url, err)
		}
	}
}

// Reload loads the page again.
func (w *Window) Reload() {
	w.t.Helper()
	w.do("reload", chromedp.Reload())
}

// Back is the browser's own button.
func (w *Window) Back() {
	w.t.Helper()
	w.do("back", chromedp.NavigateBack())
}

func (w *Window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.failed("%s: %v", what, err)
	}
}

// Word is what a key says in the window's language.
func (w *Window) Word(key string, values ...any) string { return locale.For(w.lang).T(key, values...) }

// find is a function of the page. It returns the first visible element that
// matches: a selector, which begins with a dot or has a # [ or space, otherwise
// the key of the word on it.
const find = `(what, word) => {
  const shown = (e) => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 && getComputedStyle(e).visibility !== "hidden"; };
  const near = (e) => e.closest("button, a, summary, label, [role=button]") ?? e;
  if (/^[.]|[#\[ ]/.test(what)) return [...document.querySelectorAll(what)].find(shown) ?? null;
  const keyed = [...document.querySelectorAll('[data-t="' + what + '"]')].find(shown);
  if (keyed) return near(keyed);
  const said = (e) => [e.textContent.trim(), e.getAttribute("aria-label"), e.value].includes(word);
  return [...document.querySelectorAll("button, a, summary, label, input[type=submit], h1, h2, p, [role=button]")].find((e) => shown(e) && said(e)) ?? null;
}`

// Finder is a function of the page that finds as [Window.Tap] does, or returns
// null. It knows the words of these keys.
func (w *Window) Finder(keys ...string) string {
	words := map[string]string{}
	for _, key := range keys {
		words[key] = w.word(key)
	}
	said, _ := json.Marshal(words) // strings always have JSON
	return `((what) => (` + find + `)(what, (` + string(said) + `)[what]))`
}

// located is where an element is, and whether it can be hit: nothing lies over
// it, the page is complete and stands still, and the screen is not so new that it takes no taps yet.
type located struct {
	Found   bool    `json:"found"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	Covered bool    `json:"covered"`
}

// locate is an expression of the page: where an element is.
func locate(what, word string) string {
	return `(async () => { const e = (` + find + `)(` + quote(what) + `, ` + quote(word) + `);
	  if (!e) return {found: false};
	  e.scrollIntoView({block: "center", behavior: "instant"});
	  const before = e.getBoundingClientRect();
	  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
	  const r = e.getBoundingClientRect();
	  if (document.readyState !== "complete" || r.x !== before.x || r.y !== before.y) return {found: false};
	  const x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
	  return {found: true, x, y, covered: !(top && (e.contains(top) || top.contains(e))) || document.querySelector("[data-guard=on]") !== null}; })()`
}

// locate waits for an element that can be hit and returns its middle.
func (w *Window) locate(what string) located {
	w.t.Helper()
	js := locate(what, w.word(what))
	var at located
	w.until("find "+what, func() bool {
		at = Eval[located](w, js)
		return at.Found && !at.Covered
	})
	w.speaks()
	return at
}

// word is what a key says, or nothing for what is no key.
func (w *Window) word(what string) string {
	if words := locale.For(w.lang); words.Has(what) {
		return words.T(what)
	}
	return what
}

// Tap presses an element, by key or selector, as a person would: a finger on a
// phone, the mouse elsewhere.
func (w *Window) Tap(what string) {
	w.t.Helper()
	at := w.locate(what)
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if !w.touch {
		w.do("press "+what, chromedp.MouseClickXY(at.X, at.Y))
		return
	}
	_, down := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
		Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at.X, Y: at.Y}}})
	_, up := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
		Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	if err := errors.Join(down, up); err != nil {
		w.failed("tap %s: %v", what, err)
	}
}

// Type puts text into a field, in place of what it held.
func (w *Window) Type(field, text string) {
	w.t.Helper()
	w.Tap(field)
	Eval[bool](w, `document.activeElement.select?.() ?? true, true`)
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if _, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		w.failed("type into %s: %v", field, err)
	}
}

// Press presses a key, such as "\r".
func (w *Window) Press(key string) {
	w.t.Helper()
	w.do("press a key", chromedp.KeyEvent(key))
}

// Sees waits until a word or an element shows.
func (w *Window) Sees(what string) {
	w.t.Helper()
	js := `(` + find + `)(` + quote(what) + `, ` + quote(w.word(what)) + `) !== null`
	w.until("see "+what, func() bool { return Eval[bool](w, js) })
	w.speaks()
}

// Misses waits until an element is gone.
func (w *Window) Misses(what string) {
	w.t.Helper()
	js := `(` + find + `)(` + quote(what) + `, ` + quote(w.word(what)) + `) === null`
	w.until("miss "+what, func() bool { return Eval[bool](w, js) })
}

// Reads waits until the page's text holds a sentence.
func (w *Window) Reads(sentence string) {
	w.t.Helper()
	w.until("read "+sentence, func() bool { return strings.Contains(w.All(), sentence) })
}

// All is the text of the whole page, as it shows.
func (w *Window) All() string {
	w.t.Helper()
	return Eval[string](w, `document.body?.innerText ?? ""`)
}

// Text waits for an element and returns its text.
func (w *Window) Text(selector string) string {
	w.t.Helper()
	w.Sees(selector)
	return Eval[string](w, `document.querySelector(`+quote(selector)+`)?.textContent.trim() ?? ""`)
}

// Attr waits for an element and returns an attribute of it.
func (w *Window) Attr(selector, name string) string {
	w.t.Helper()
	w.Sees(selector)
	return Eval[string](w, `document.querySelector(`+quote(selector)+`)?.getAttribute(`+quote(name)+`) ?? ""`)
}

// Awaits waits until an expression of the page is true.
func (w *Window) Awaits(js string) {
	w.t.Helper()
	w.until("have "+js, func() bool { return Eval[bool](w, js) })
}

// At waits until the page's path is the given one, and the page is complete.
func (w *Window) At(path string) {
	w.t.Helper()
	w.until("be at "+path, func() bool {
		return Eval[string](w, `document.readyState === "complete" ? location.pathname : ""`) == path
	})
}

// Eval runs an expression in the page; a promise is awaited. While a page is
// being replaced it returns the zero value.
func Eval[T any](w *Window, js string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	var thrown *chromedp.ExceptionError
	if errors.As(err, &thrown) {
		w.failed("evaluate %s: %v", js, err)
	}
	return v
}

// until looks until it is so. It looks often, because the page doesn't tell.
func (w *Window) until(what string, so func() bool) {
	w.t.Helper()
	end := time.Now().Add(patience)
	for !so() {
		if time.Now().After(end) {
			w.failed("waited in vain to %s", what)
		}
		<-time.After(25 * time.Millisecond)
	}
}

// Screen sets the size, and light or dark.
func (w *Window) Screen(width, height int64, scale float64, dark bool) {
	w.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, size := chromedp.Call(w.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: scale, Mobile: w.touch})
	_, theme := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if err := errors.Join(size, theme); err != nil {
		w.failed("screen: %v", err)
	}
}

// Shot is a picture of what shows, as PNG.
func (w *Window) Shot() []byte {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.failed("screenshot: %v", err)
	}
	return b
}

// Cut is a part of what shows, in CSS pixels, as WebP.
func (w *Window) Cut(x, y, width, height float64) []byte {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	quality := int64(webpQuality)
	got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp,
		Quality: &quality, Clip: &page.Viewport{X: x, Y: y, Width: width, Height: height, Scale: 1}})
	if err != nil {
		w.failed("screenshot: %v", err)
	}
	return got.Data
}

// Offline cuts the window, and the workers behind it, off the network, or
// connects them again.
func (w *Window) Offline(cut bool) {
	w.t.Helper()
	_, err1 := chromedp.Call(w.ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(w.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		EmulateOfflineServiceWorker: &cut,
		MatchedNetworkConditions:    []*network.Conditions{{URLPattern: "", Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}}})
	_, err3 := chromedp.Call(w.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
	if err := errors.Join(err1, err2, err3); err != nil {
		w.failed("offline: %v", err)
	}
}

// NoScripts turns off the scripts of all pages that are opened from now on.
func (w *Window) NoScripts() {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		w.failed("no scripts: %v", err)
	}
}

// BeforeEachPage runs a script before any of the page's own, in every page that
// is opened from now on.
func (w *Window) BeforeEachPage(js string) {
	w.t.Helper()
	w.first = append(w.first, js)
	w.runFirst(js)
}

func (w *Window) runFirst(js string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js})
	if err != nil {
		w.failed("script: %v", err)
	}
}

// quote writes a string as JavaScript.
func quote(s string) string {
	b, _ := json.Marshal(s) // a string always has JSON
	return string(b)
}

package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"keyturn/locale"
)

// A Firefox is a real Firefox without a screen, which gets its pushes from a push
// service of the test's and shows notifications in a shade. It has one window
// after the other: [Firefox.Close] leaves the browser running without one, as a
// phone whose apps are closed.
type Firefox struct {
	t    testing.TB
	lang string
	bidi *bidi
	tab  string // the page; empty: closed
	idle string // a tab that keeps the browser running
}

// NoScripts turns off the scripts of all pages.
const NoScripts = "-javascript.enabled"

// PrivateWindows makes each window of a Firefox a private one.
const PrivateWindows = "browser.privatebrowsing.autostart"

// NewFirefox starts Firefox with an empty profile and those preferences turned on, or off
// after a "-"; it ends with the test. With KEYTURN_TEST_REQUIRE=firefox a missing one is a failure.
func NewFirefox(t testing.TB, lang string, shade *Shade, push *Autopush, on ...string) *Firefox {
	t.Helper()
	f := &Firefox{t: t, lang: lang}
	for range 3 { // one in some hundred starts ends, or hangs, before it has said anything
		profile := folder(t)
		if err := os.WriteFile(filepath.Join(profile, "user.js"), preferences(lang, push, on), 0o600); err != nil {
			t.Fatal(err)
		}
		if f.starts(profile, shade.env()) {
			f.idle = f.tabs()[0]
			return f
		}
	}
	t.Fatal("firefox doesn't start")
	return nil
}

// starts reports whether Firefox has started with a profile. One that has ends with the test.
func (f *Firefox) starts(profile, env string) bool {
	f.t.Helper()
	firefox := exec.Command(program(f.t, "firefox", "firefox-esr", "firefox"),
		"--headless", "--no-remote", "--remote-allow-system-access", "--profile", profile, "--remote-debugging-port", "0", "about:blank")
	firefox.Env = append(os.Environ(), "HOME="+profile, env)
	firefox.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that all its processes can be ended
	errors, err := firefox.StderrPipe()
	if err == nil {
		err = firefox.Start()
	}
	if err != nil {
		f.t.Fatalf("firefox: %v", err)
	}
	kill := func() { _ = syscall.Kill(-firefox.Process.Pid, syscall.SIGKILL) } // it may have ended
	f.bidi, err = connect(f.t.Context(), bufio.NewScanner(errors))
	if err != nil {
		f.t.Logf("firefox: %v", err)
		kill()
		_ = firefox.Wait() // it was killed
		return false
	}
	f.t.Cleanup(func() {
		defer time.AfterFunc(patience, kill).Stop()                                   // one that hangs ends too
		_ = f.bidi.call(context.Background(), "browser.close", map[string]any{}, nil) // so that its processes end too
		_ = firefox.Wait()                                                            // it may say what it likes
	})
	return true
}

var listening = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

// connect reads where Firefox listens, and connects to it.
func connect(ctx context.Context, errors *bufio.Scanner) (*bidi, error) {
	address, said := make(chan string, 1), make(chan []string, 1)
	go func() {
		var lines []string
		for errors.Scan() { // to the end, or Firefox would wait for a reader
			if found := listening.FindStringSubmatch(errors.Text()); found != nil {
				address <- found[1]
			}
			lines = append(lines, errors.Text())
		}
		said <- lines
	}()
	select {
	case at := <-address:
		return dialBiDi(ctx, at)
	case lines := <-said:
		return nil, fmt.Errorf("it has ended, and said %q", lines)
	case <-time.After(patience / 3):
		return nil, fmt.Errorf("it says nothing for %s", patience/3)
	}
}

// preferences are those of a browser that talks to nobody but the test.
func preferences(lang string, push *Autopush, on []string) []byte {
	if lang == "zh-Hans" {
		lang = "zh-CN"
	}
	var text strings.Builder
	for name, value := range map[string]any{
		"intl.accept_languages":                      lang,
		"dom.push.connection.enabled":                true, // being driven turns it off
		"dom.push.serverURL":                         push.socket(),
		"dom.push.testing.allowInsecureServerURL":    true,
		"dom.push.retryBaseInterval":                 100, // milliseconds
		"alerts.useSystemBackend":                    true,
		"datareporting.policy.dataSubmissionEnabled": false,
		"toolkit.telemetry.enabled":                  false,
		"app.update.disabledForTesting":              true,
		"app.normandy.enabled":                       false,
		"browser.shell.checkDefaultBrowser":          false,
		"browser.startup.page":                       0,
		"browser.aboutwelcome.enabled":               false,
		"browser.safebrowsing.update.enabled":        false,
		"extensions.getAddons.cache.enabled":         false,
		"network.captive-portal-service.enabled":     false,
		"network.connectivity-service.enabled":       false,
		"services.settings.server":                   "data:,#remote-settings-dummy/v1",
		"startup.homepage_welcome_url":               "about:blank",
	} {
		written, _ := json.Marshal(value) // of a plain value
		fmt.Fprintf(&text, "user_pref(%q, %s);\n", name, written)
	}
	for _, name := range on {
		name, off := strings.CutPrefix(name, "-")
		fmt.Fprintf(&text, "user_pref(%q, %t);\n", name, !off)
	}
	return []byte(text.String())
}

// call is a command that has to succeed.
func (f *Firefox) call(method string, params map[string]any, result any) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	if err := f.bidi.call(ctx, method, params, result); err != nil {
		f.t.Fatalf("firefox: %v", err)
	}
}

// tabs are the ids of all that are open.
func (f *Firefox) tabs() (ids []string) {
	f.t.Helper()
	var tree struct{ Contexts []struct{ Context string } }
	f.call("browsingContext.getTree", map[string]any{"maxDepth": 0}, &tree)
	for _, tab := range tree.Contexts {
		ids = append(ids, tab.Context)
	}
	return ids
}

// Open goes to an address, in a new window if the one before was closed.
func (f *Firefox) Open(url string) {
	f.t.Helper()
	if f.tab == "" {
		var made struct{ Context string }
		f.call("browsingContext.create", map[string]any{"type": "tab"}, &made)
		f.tab = made.Context
	}
	f.call("browsingContext.navigate", map[string]any{"context": f.tab, "url": url, "wait": "complete"}, nil)
}

// Close closes the window.
func (f *Firefox) Close() {
	f.t.Helper()
	f.call("browsingContext.close", map[string]any{"context": f.tab}, nil)
	f.tab = ""
}

// Opened waits for a window that opens by itself, and goes on in it.
func (f *Firefox) Opened() {
	f.t.Helper()
	f.until("a window that opens by itself", func() bool {
		for _, tab := range f.tabs() {
			if tab != f.idle {
				f.tab = tab
			}
		}
		return f.tab != ""
	})
}

// Tap presses an element, found as [Window.Tap] finds it.
func (f *Firefox) Tap(what string) {
	f.t.Helper()
	var at located
	f.until("find "+what, func() bool {
		at = located{}
		f.eval(locate(what, f.word(what)), &at)
		return at.Found && !at.Covered
	})
	f.call("input.performActions", map[string]any{"context": f.tab, "actions": []any{map[string]any{
		"type": "pointer", "id": "finger", "actions": []any{
			map[string]any{"type": "pointerMove", "x": int(at.X), "y": int(at.Y)},
			map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0}}}}}, nil)
}

// Type puts text into a field, key by key, in place of what it held.
func (f *Firefox) Type(field, text string) {
	f.t.Helper()
	f.Tap(field)
	f.eval(`document.activeElement.select?.() ?? true`, new(bool))
	f.Press(text)
}

// Press presses keys, wherever the focus is: "\t" and "\r" are Tab and Enter.
func (f *Firefox) Press(text string) {
	f.t.Helper()
	var keys []any
	for _, r := range strings.NewReplacer("\t", "\uE004", "\r", "\uE007").Replace(text) {
		keys = append(keys, map[string]any{"type": "keyDown", "value": string(r)}, map[string]any{"type": "keyUp", "value": string(r)})
	}
	f.call("input.performActions", map[string]any{"context": f.tab, "actions": []any{
		map[string]any{"type": "key", "id": "keyboard", "actions": keys}}}, nil)
}

// Sees waits until a word or an element shows.
func (f *Firefox) Sees(what string) {
	f.t.Helper()
	f.Awaits(`(` + find + `)(` + quote(what) + `, ` + quote(f.word(what)) + `) !== null`)
}

// Misses waits until an element is gone.
func (f *Firefox) Misses(what string) {
	f.t.Helper()
	f.Awaits(`(` + find + `)(` + quote(what) + `, ` + quote(f.word(what)) + `) === null`)
}

// Awaits waits until an expression of the page is true.
func (f *Firefox) Awaits(js string) {
	f.t.Helper()
	f.until("have "+js, func() bool {
		so := false
		f.eval(js, &so)
		return so
	})
}

// Attr waits for an element and returns an attribute of it.
func (f *Firefox) Attr(selector, name string) (value string) {
	f.t.Helper()
	f.Sees(selector)
	f.eval(`document.querySelector(`+quote(selector)+`).getAttribute(`+quote(name)+`)`, &value)
	return value
}

// eval runs an expression in the page; while one page is replaced by the next,
// value stays as it is.
func (f *Firefox) eval(js string, value any) {
	f.t.Helper()
	f.read(f.tab, js, value)
}

// read is eval in any window; it tells whether it had a value.
func (f *Firefox) read(window, js string, value any) bool {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	err := f.bidi.evaluate(ctx, window, js, value)
	if ctx.Err() != nil {
		f.t.Fatalf("firefox: %v", err)
	}
	return err == nil
}

func (f *Firefox) word(what string) string {
	if words := locale.For(f.lang); words.Has(what) {
		return words.T(what)
	}
	return what
}

// until looks until it is so.
func (f *Firefox) until(what string, so func() bool) {
	f.t.Helper()
	for end := time.Now().Add(patience); !so(); <-time.After(25 * time.Millisecond) {
		if time.Now().After(end) {
			text := "(no page)"
			f.eval(`location.href + "\n" + document.body.innerText`, &text)
			f.t.Fatalf("firefox: waited in vain to %s\nThe page shows:\n%s", what, text)
		}
	}
}

// Allow is what the person answers to the question that the browser asks in its
// own window, above the page.
func (f *Firefox) Allow() {
	f.t.Helper()
	const answer = `(() => {
	  const [asked] = globalThis.PopupNotifications?._currentNotifications ?? [];
	  asked?.mainAction.callback({ source: "button" });
	  return asked?.id === "web-notifications"; })()`
	var tree struct{ Contexts []struct{ Context string } }
	f.call("browsingContext.getTree", map[string]any{"maxDepth": 0, "moz:scope": "chrome"}, &tree)
	f.until("be asked", func() bool {
		for _, window := range tree.Contexts {
			if asked := false; f.read(window.Context, answer, &asked) && asked {
				return true
			}
		}
		return false
	})
}

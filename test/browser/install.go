package browser

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/pwa"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// SystemCamera is what a phone's own camera reads in a picture: the text of the QR
// code. With KEYTURN_TEST_REQUIRE=zbarimg a missing reader is a failure.
func SystemCamera(t testing.TB, shot []byte) string {
	t.Helper()
	text, err := ReadCodes(t, shot)
	if err != nil {
		t.Fatalf("the phone's own camera reads no QR code: %v", err)
	}
	return strings.TrimSpace(text)
}

// ReadCodes is what zbarimg reads in a picture, a line for each QR code; an error if
// there is none.
func ReadCodes(t testing.TB, shot []byte) (string, error) {
	t.Helper()
	read := exec.Command(program(t, "zbarimg", "zbarimg"), "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "png:-")
	read.Stdin = bytes.NewReader(shot)
	text, err := read.Output()
	return string(text), err
}

// Tab opens a tab of an iPhone's browser, which is not the app: what it keeps is kept
// apart from the app's.
func (p *Phone) Tab() *Window {
	p.t.Helper()
	ctx, end := chromedp.NewContext(p.ctx, chromedp.WithNewBrowserContext())
	p.t.Cleanup(end)
	tab := &Window{t: p.t, ctx: ctx, lang: p.lang, touch: true, pure: p.pure}
	if err := chromedp.Do(ctx); err != nil { // for as long as the test runs, not as one step
		p.failed("tab: %v", err)
	}
	tab.do("be a phone", chromedp.Emulate(p.kind))
	return tab
}

// Install taps the page's offer to install the app on an Android phone, puts it on the
// home screen and opens it from there. The browser's own question is answered
// here: without a screen it can't be, and nothing goes on while it is open.
func (p *Phone) Install(offer string) {
	p.t.Helper()
	p.Sees(offer)
	Eval[bool](&p.Window, `(BeforeInstallPromptEvent.prototype.prompt = async () => { globalThis.offered = true; }, true)`)
	p.Tap(offer)
	p.Awaits(`globalThis.offered === true`)
	app, tab := p.origin+"/p/", p.Window
	_, put := chromedp.Call(p.ctx, pwa.Install, pwa.InstallParams{ManifestID: app})
	_, set := chromedp.Call(p.ctx, pwa.ChangeAppUserSettings, pwa.ChangeAppUserSettingsParams{ManifestID: app, DisplayMode: pwa.DisplayModeStandalone})
	_, opened := chromedp.Call(p.ctx, pwa.Launch, pwa.LaunchParams{ManifestID: app})
	if err := errors.Join(put, set, opened); err != nil {
		p.failed("install: %v", err)
	}
	p.Opened()
	tab.Open("about:blank")
	p.Reload() // with what is to run before each page
	p.Awaits(`matchMedia("(display-mode: standalone)").matches`)
}

// Opened waits for a page of the app that opens by itself, and goes on in it.
func (p *Phone) Opened() {
	p.t.Helper()
	now := chromedp.FromContext(p.ctx).Target.TargetID
	for end := time.Now().Add(patience); ; <-time.After(25 * time.Millisecond) {
		targets, err := chromedp.Targets(p.ctx)
		if err != nil {
			p.failed("opened: %v", err)
		}
		for _, target := range targets {
			if target.Type == "page" && target.URL == p.origin+"/p/" && target.TargetID != now {
				p.adopt(target.TargetID)
				return
			}
		}
		if time.Now().After(end) {
			p.failed("no page opened by itself")
		}
	}
}

// adopt goes on in another page. The phone's unlock goes with it.
func (p *Phone) adopt(id target.ID) {
	p.t.Helper()
	keys := p.keys()
	ctx, leave := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	p.t.Cleanup(leave)
	p.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // for as long as the test runs, not as one step
		p.failed("opened: %v", err)
	}
	p.do("take the page", chromedp.Emulate(p.kind))
	for _, js := range p.first { // the page that is there ran without them
		p.runFirst(js)
	}
	p.addAuthenticator(keys)
}

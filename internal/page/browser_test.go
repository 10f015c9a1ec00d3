package page_test

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"testing"

	"keyturn/internal/page"
	"keyturn/locale"
)

func TestBrowser(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0":                                                                       "Firefox on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36":                                                  "Chrome on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0":                          "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":                                  "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1":                "Safari on iPhone",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1":                 "Chrome on iPhone",
		"Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36":                                  "Chrome on Android",
		"Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50": "WeChat on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36":                                         "Chrome on ChromeOS",
		"curl/8.14.1":                   "curl",
		"Mozilla/5.0 (Windows NT 10.0)": "Windows",
		"":                              "",
		"Approve\nthis <b>now</b> \u202e, or be locked": "",
	} {
		if got := page.Browser(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestBrowserInALanguage(t *testing.T) {
	for name, want := range map[string][2]string{
		"Firefox on Windows": {"Firefox on Windows", "Windows 上的 Firefox"},
		"curl":               {"curl", "curl"},
		"":                   {"", ""},
	} {
		en, zh := page.BrowserIn(locale.For(locale.English), name), page.BrowserIn(locale.For("zh-Hans"), name)
		if en != want[0] || zh != want[1] {
			t.Errorf("%q: %q and %q", name, en, zh)
		}
	}
}

func TestAddr(t *testing.T) {
	for from, want := range map[string]string{"192.0.2.7:4711": "192.0.2.7", "[2001:db8::1]:4711": "2001:db8::1", "192.0.2.7": "192.0.2.7"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		if got := page.Addr(r); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}

func TestOnPhone(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0")
	if page.OnPhone(r) {
		t.Error("a computer is taken for a phone")
	}
	r.Header.Set("Sec-CH-UA-Mobile", "?1")
	if !page.OnPhone(r) {
		t.Error("a phone that says so is not one")
	}
}

// Only who asked can have left: a wait of the server's own that ends is a failure.
func TestLeft(t *testing.T) {
	here := httptest.NewRequest("GET", "/", nil)
	gone, leave := context.WithCancel(t.Context())
	leave()
	left := here.WithContext(gone)
	ended := fmt.Errorf("look: %w", context.Canceled)
	if page.Left(here, ended) || page.Left(left, io.EOF) || page.Left(left, nil) || !page.Left(left, ended) {
		t.Error("who is here is taken for gone, or who is gone for here")
	}
}

package help_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"keyturn/internal/help"
	"keyturn/locale"
	"keyturn/web"
)

func TestHeaders(t *testing.T) {
	h := open(t, usual())
	for _, address := range []string{"/help/", "/help/en/approve", "/help/en/no-such", "/help/zh-Hans/?q=PIN"} {
		w := ask(h, "GET", address)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';",
			"Content-Type":            "text/html; charset=utf-8",
			"X-Content-Type-Options":  "nosniff",
			"X-Frame-Options":         "DENY",
		} {
			if got := w.Header().Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q", address, name, got)
			}
		}
		if len(w.Result().Cookies()) != 0 {
			t.Errorf("%s sets a cookie", address)
		}
	}
}

// A guide is the same for everybody: a browser keeps it, and asks whether it is
// still the same.
func TestGuidesAreKept(t *testing.T) {
	h := open(t, usual())
	plain, small := ask(h, "GET", "/help/en/approve"), ask(h, "GET", "/help/en/approve", "Accept-Encoding", "br, gzip")
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() > plain.Body.Len()/2 {
		t.Errorf("%d bytes are sent as %d", plain.Body.Len(), small.Body.Len())
	}
	for _, w := range []string{plain.Header().Get("ETag"), small.Header().Get("ETag")} {
		again := ask(h, "GET", "/help/en/approve", "If-None-Match", w, "Accept-Encoding", encoding(w))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("ETag") != w {
			t.Errorf("asked with %s: %d", w, again.Code)
		}
	}
	other := ask(h, "GET", "/help/zh-Hans/approve", "If-None-Match", plain.Header().Get("ETag"))
	if other.Code != http.StatusOK || other.Header().Get("Content-Language") != "zh-Hans" {
		t.Error("the page of another language is taken for the same")
	}
	if got := plain.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control is %s", got)
	}
	if start := ask(h, "GET", "/help/").Header(); start.Get("Cache-Control") != "no-store" {
		t.Errorf("the start, which depends on who asks, is kept: %v", start)
	}
}

func encoding(tag string) string {
	if strings.Contains(tag, "gzip") {
		return "gzip"
	}
	return "identity"
}

func TestMethodsAndAddresses(t *testing.T) {
	h := open(t, usual())
	for _, tt := range []struct {
		method, address string
		status          int
	}{
		{"HEAD", "/help/", http.StatusOK},
		{"HEAD", "/help/en/approve", http.StatusOK},
		{"POST", "/help/", http.StatusMethodNotAllowed},
		{"DELETE", "/help/en/approve", http.StatusMethodNotAllowed},
		{"GET", "/help/en/no-such", http.StatusNotFound},
		{"GET", "/help/fr/approve", http.StatusNotFound},
		{"GET", "/help/approve/", http.StatusNotFound},
		{"GET", "/help/en/approve/more/of/it", http.StatusNotFound},
		{"GET", "/help/en/approve.md", http.StatusNotFound},
		{"GET", "/help/en/blocks/k1", http.StatusNotFound},
		{"GET", "/help/figures/en/no-such.webp", http.StatusNotFound},
		{"GET", "/help/figures/en/d1.json", http.StatusNotFound},
		{"GET", "/help/figures/en/..%2f..%2f..%2fpage%2fbase.html", http.StatusNotFound},
		{"GET", "/help/figures/..%2fen/d1.webp", http.StatusNotFound},
	} {
		if w := ask(h, tt.method, tt.address); w.Code != tt.status {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.address, w.Code, tt.status)
		} else if tt.status == http.StatusNotFound && !strings.Contains(w.Body.String(), `role="search"`) {
			t.Errorf("%s doesn't offer the search", tt.address)
		}
	}
}

// The address says the language; without one it is the person's.
func TestLanguages(t *testing.T) {
	h := open(t, usual())
	for _, tt := range []struct{ address, accept, cookie, want string }{
		{"/help/", "", "", "en"},
		{"/help/", "zh-CN", "", "zh-Hans"},
		{"/help/", "zh-CN", "keyturn_lang=en", "en"},
		{"/help/en/", "zh-CN", "keyturn_lang=zh-Hans", "en"},
		{"/help/zh-Hans/approve", "en", "keyturn_lang=en", "zh-Hans"},
		{"/help/zh-Hans/no-such", "en", "", "zh-Hans"},
		{"/help/fr/approve", "zh-CN", "", "zh-Hans"},
	} {
		w := ask(h, "GET", tt.address, "Accept-Language", tt.accept, "Cookie", tt.cookie)
		if got := w.Header().Get("Content-Language"); got != tt.want || !strings.Contains(w.Body.String(), `<html lang="`+tt.want+`">`) {
			t.Errorf("%s for %q %q is in %s", tt.address, tt.accept, tt.cookie, got)
		}
	}
	if body := ask(h, "GET", "/help/en/approve").Body.String(); !strings.Contains(body, `name="back" value="/help/en/approve"`) ||
		!strings.Contains(body, `href="/help/zh-Hans/approve#step-3" lang="zh-Hans"`) {
		t.Error("the switch doesn't lead to the same page, or not to the same step")
	}
	if body := ask(h, "GET", "/help/en/?q=PIN&x=1").Body.String(); !strings.Contains(body, `name="back" value="/help/en/?q=PIN&amp;x=1"`) {
		t.Error("the switch forgets what was searched for")
	}
}

// Three answers lead to exactly one guide.
func TestFinder(t *testing.T) {
	h := open(t, usual())
	met := map[string]bool{}
	for _, phone := range []string{"iphone", "android"} {
		for _, account := range []string{"activate", "add"} {
			for _, way := range []string{"qr", "typed"} {
				w := ask(h, "GET", "/help/zh-Hans/?phone="+phone+"&account="+account+"&way="+way)
				want := "/help/zh-Hans/" + account + "-" + phone + "-" + way
				if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
					t.Errorf("%s: %d %s", want, w.Code, w.Header().Get("Location"))
				}
				met[want] = true
			}
		}
	}
	if len(met) != 8 {
		t.Errorf("%d guides are met", len(met))
	}
	for _, query := range []string{"phone=iphone", "phone=iphone&account=add&way=", "phone=iphone&account=../x&way=qr"} {
		w := ask(h, "GET", "/help/en/?"+query)
		if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, `role="alert"`) || !strings.Contains(body, `value="iphone" required checked`) {
			t.Errorf("%s: %d, or nothing is said, or the answer is forgotten", query, w.Code)
		}
	}
	if body := ask(h, "GET", "/help/").Body.String(); strings.Contains(body, `role="alert"`) || strings.Contains(body, " checked") {
		t.Error("an answer is missed before a question was read")
	}
}

// People look for what they know from elsewhere, and for what a screen said.
func TestSearch(t *testing.T) {
	h := open(t, usual())
	for _, tt := range []struct{ query, first string }{
		{"An error has occurred. Please try again.", "activation-errors"},
		{"an error has occurred", "activation-errors"},
		{"发生错误,请重试。", "activation-errors"},
		{"发生错误，请重试。", "activation-errors"},
		{"That didn't work. Look at your computer: it says why, or shows a newer code.", "activation-errors"},
		{"未能完成。请看电脑屏幕：那里会说明原因，或显示新的激活码。", "activation-errors"},
		{"This code has expired. Nothing was changed.", "activation-errors"},
		{"This code was used by Mei's iPhone at 14:05. Not your phone? Tell your help desk.", "activation-errors"},
		{"A newer code replaced this one.", "activation-errors"},
		{"已有新的激活码", "activation-errors"},
		{"An older code was tried on a phone", "activation-errors"},
		{"Set-up was cancelled", "activation-errors"},
		{"Session ID", "activate-iphone-typed"},
		{"会话ID", "activate-iphone-typed"},
		{"会话 ID", "activate-iphone-typed"},
		{"Add User", "add-iphone-qr"},
		{"添加使用者", "add-iphone-qr"},
		{"Register Two-Factor", "activate-iphone-qr"},
		{"注册双因素验证", "activate-iphone-qr"},
		{"Set up with QR code", "activate-iphone-qr"},
		{"用二维码设置", "activate-iphone-qr"},
		{"Launch Camera", "activate-iphone-qr"},
		{"打开相机", "activate-iphone-qr"},
		{"Services", "activate-iphone-qr"},
		{"服务", "activate-iphone-qr"},
		{"More", "activate-iphone-qr"},
		{"更多", "activate-iphone-qr"},
		{"Two-Factor Authentication", "activate-iphone-qr"},
		{"Authenticate", "approve"},
		{"token", "activate-iphone-qr"},
		{"2FA", "activate-iphone-qr"},
		{"MFA", "activate-iphone-qr"},
		{"migrate", "new-phone"},
		{"reactivate", "recover"},
		{"lost phone", "new-phone"},
		{"手机丢失", "new-phone"},
		{"no notification", "no-notification"},
		{"没有收到通知", "no-notification"},
		{"PIN", "pin"},
		{"ＰＩＮ", "pin"},
		{"rooted", "what-you-need"},
	} {
		for _, lang := range locale.Languages() {
			if got := h.Search(lang, tt.query); len(got) == 0 || got[0] != tt.first {
				t.Errorf("%q in %s finds %v, want %s first", tt.query, lang, got, tt.first)
			}
		}
	}
	for _, query := range []string{"", "   ", "?!。", "xyzzy", "xyzzy PIN", strings.Repeat("很", 5000)} {
		if got := h.Search("en", query); len(got) != 0 {
			t.Errorf("%.20q finds %v", query, got)
		}
	}
	for query, want := range map[string]string{"xyzzy": "Nothing found for “xyzzy”", "PIN": "guides for “PIN”"} {
		if body := ask(h, "GET", "/help/en/?q="+query).Body.String(); !strings.Contains(body, want) {
			t.Errorf("the page of %s doesn't say %s", query, want)
		}
	}
}

// A picture stands in the page with its size, its words and its rings, and is
// kept by its hash. While it isn't taken its place shows the words.
func TestFigures(t *testing.T) {
	files := with{fstest.MapFS{
		"help/figures/en/p9b.webp": {Data: []byte("RIFF")},
		"help/figures/en/p9b.json": {Data: []byte(`{"width": 780, "height": 1688, "alt": "figure.p9b",
			"marks": [{"n": 1, "x": 60, "y": 240, "w": 660, "h": 320}, {"n": 0, "x": 0, "y": 1600, "w": 780, "h": 88}], "texts": ["Unlock"]}`)},
		"help/en/approve.md":               {Data: []byte("title: A\n\n1. Unlock.\n   figure: p9b + x-test, nothing-taken\n")},
		"help/figures/drawn/x-test.svg":    {Data: []byte(`<svg viewBox="0 0 9 9"><text class="word">{request.approve}</text></svg>`)},
		"help/figures/zh-Hans/unused.json": {Data: []byte("{")},
	}}
	h, err := tryOpen(t, files, "https://auth.example.com", "Harbor Lane", usual())
	if err != nil {
		t.Fatal(err)
	}
	body := ask(h, "GET", "/help/en/approve").Body.String()
	src := regexp.MustCompile(`src="(/help/figures/en/p9b\.webp\?[0-9a-f]{16})"`).FindStringSubmatch(body)
	for _, want := range []string{`width="780" height="1688" loading="lazy"`, `<rect class="ring" x="48" y="228" width="684" height="344"`,
		`<figure class="pair">`, `role="img" aria-label="figure.x_test"`, `<text class="word">Approve</text>`, `<p class="missing"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s isn't in\n%s", want, body)
		}
	}
	if n := strings.Count(body, `<text class="n"`); n != 1 {
		t.Errorf("%d rings have numbers", n)
	}
	if src == nil {
		t.Fatal("the picture isn't in the page")
	}
	w := ask(h, "GET", src[1])
	if w.Body.String() != "RIFF" || w.Header().Get("Content-Type") != "image/webp" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	older := ask(h, "GET", "/help/figures/en/p9b.webp?0000000000000000", "If-None-Match", w.Header().Get("ETag"))
	if older.Code != http.StatusNotModified || older.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an older page's picture: %d %v", older.Code, older.Header())
	}
}

// Every figure that a guide names exists in every language, says what one sees,
// and no picture lies about unused.
func TestEveryFigureIsTaken(t *testing.T) {
	h := open(t, usual())
	named := map[string]bool{}
	for _, slug := range help.Order {
		for _, id := range h.Figures("en", slug) {
			named[id] = true
		}
	}
	for _, text := range files(t, "help/en/blocks/*.md") { // also those that other settings show
		for _, m := range regexp.MustCompile(`(?m)^figure: (.*)$`).FindAllStringSubmatch(text, -1) {
			for _, id := range regexp.MustCompile(`[a-z0-9-]+`).FindAllString(m[1], -1) {
				named[id] = true
			}
		}
	}
	for id := range named {
		for _, lang := range locale.Languages() {
			if key := "figure." + strings.ReplaceAll(id, "-", "_"); !locale.For(lang).Has(key) {
				t.Errorf("%s has no alternative text %s in %s", id, key, lang)
			}
			for _, file := range figureFiles(id, lang) {
				if _, err := web.Files.ReadFile(file); err != nil {
					t.Error(err)
				}
			}
		}
	}
	for file := range files(t, "help/figures/*/*.*") {
		id := file[strings.LastIndex(file, "/")+1 : strings.LastIndex(file, ".")]
		if !named[id] {
			t.Errorf("no guide shows %s", file)
		}
	}
}

// figureFiles are what a figure consists of.
func figureFiles(id, lang string) []string {
	if strings.HasPrefix(id, "x-") {
		return []string{"help/figures/drawn/" + id + ".svg"}
	}
	return []string{"help/figures/" + lang + "/" + id + ".webp", "help/figures/" + lang + "/" + id + ".json"}
}

// Alternative texts are for figures that there are.
func TestNoTextWithoutFigure(t *testing.T) {
	text, err := locale.Files.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, pattern := range []string{"help/en/*.md", "help/en/blocks/*.md"} {
		for _, text := range files(t, pattern) {
			all = append(all, strings.ReplaceAll(text, "-", "_"))
		}
	}
	for key := range keys {
		id, ok := strings.CutPrefix(key, "figure.")
		if ok && !strings.HasPrefix(id, "word.") && !slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, id) }) {
			t.Errorf("%s is for no figure", key)
		}
	}
}

package page_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/page"
	"keyturn/web"
)

// guarded is a handler of the tests behind the guard.
func guarded(t *testing.T, next http.HandlerFunc) http.Handler {
	p := newRenderer(t, origin)
	return p.Guard(next, func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) })
}

// Whatever is sent can't be framed, runs no foreign script, and is kept nowhere.
func TestSecurityHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	guarded(t, func(w http.ResponseWriter, _ *http.Request) {}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Referrer-Policy":            "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Cache-Control":              "no-store",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// No page needs what the policy forbids.
func TestPagesHaveNothingInline(t *testing.T) {
	inline := regexp.MustCompile(`<style|\sstyle=|\son[a-z]+=|javascript:|<script[^>]*>[^<]|https?://`)
	sink := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|DOMParser|\.cssText|setAttribute\("style"`)
	for _, folder := range []string{"page", "door", "signin", "portal"} {
		entries, err := web.Files.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text, err := web.Files.ReadFile(folder + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if found := inline.FindString(string(text)); strings.HasSuffix(e.Name(), ".html") && found != "" {
				t.Errorf("%s/%s has %s", folder, e.Name(), found)
			}
			if found := sink.FindString(string(text)); strings.HasSuffix(e.Name(), ".js") && found != "" {
				t.Errorf("%s/%s uses %s", folder, e.Name(), found)
			}
		}
	}
}

func TestCrossOriginPosts(t *testing.T) {
	reached := false
	h := guarded(t, func(http.ResponseWriter, *http.Request) { reached = true })
	for _, tt := range []struct {
		name, site, from string
		passes           bool
	}{
		{"a page of ours", "same-origin", origin, true},
		{"an address that the person typed", "none", "", true},
		{"a program", "", "", true},
		{"an older browser, a page of ours", "", origin, true},
		{"another site", "cross-site", "https://evil.example", false},
		{"another host of the same site", "same-site", "https://www.example.com", false},
		{"an older browser, another site", "", "https://evil.example", false},
		{"an older browser, another port", "", origin + ":8443", false},
		{"an older browser, without encryption", "", "http://auth.example.com", false},
		{"an opaque origin, such as a sandboxed frame", "", "null", false},
		{"another site that claims to be ours", "cross-site", origin, false},
		{"a value that there isn't", "yes", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reached = false
			r := httptest.NewRequest("POST", "/sign-in", strings.NewReader("name=ada"))
			r.Host = "evil.example" // whom it speaks to, the browser says: nothing rests on it
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, value := range map[string]string{"Sec-Fetch-Site": tt.site, "Origin": tt.from} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if reached != tt.passes || (w.Code == http.StatusForbidden) == tt.passes {
				t.Errorf("reached %v, status %d", reached, w.Code)
			}
		})
	}
}

func TestFormsAreBounded(t *testing.T) {
	for name, body := range map[string]string{"too long": "name=" + strings.Repeat("x", 20<<10), "malformed": "name=%zz"} {
		h := guarded(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s: reached", name) })
		r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

// A93: what no person types reaches no statement.
func TestA93FormsAreText(t *testing.T) {
	for _, body := range []string{"name=a%00", "name=ada&name=%ff", "language=en&name=%c0%80"} {
		h := guarded(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s: reached", body) })
		r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
}

func TestCookies(t *testing.T) {
	for _, tt := range []struct{ name, origin, want string }{
		{"https", origin, "__Host-keyturn_session=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"},
		{"http on loopback", "http://localhost:8080", "keyturn_session_8080=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"},
		{"https on a port of its own", "https://auth.example.com:8443", "__Host-keyturn_session_8443=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"},
		{"http on the scheme's own port", "http://localhost", "keyturn_session=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"},
	} {
		p, w := newRenderer(t, tt.origin), httptest.NewRecorder()
		p.SetCookie(w, page.SignedIn, "v", time.Minute)
		if got := w.Header().Get("Set-Cookie"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(w.Result().Cookies()[0])
		if got := p.Cookie(r, page.SignedIn); got != "v" {
			t.Errorf("%s: read %q", tt.name, got)
		}
		p.ClearCookie(w, page.SignedIn)
		if cleared := w.Header().Values("Set-Cookie")[1]; !strings.Contains(cleared, "=; Path=/; Max-Age=0") {
			t.Errorf("%s: cleared by %s", tt.name, cleared)
		}
	}
}

// A20: a cookie that another host or a plain connection planted has no prefix,
// and isn't read.
func TestA20PlantedCookieIsNotRead(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: "keyturn_session", Value: "planted"})
	if got := newRenderer(t, origin).Cookie(r, page.SignedIn); got != "" {
		t.Errorf("read %q", got)
	}
}

// A91: what shows a secret beside words of others doesn't tell by its length how alike
// they are (BREACH).
func TestA91PagesAreNotCompressed(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := httptest.NewRecorder()
	if err := newRenderer(t, origin).Render(w, r, 200, "door/say", said{}); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Content-Encoding"); got != "" {
		t.Errorf("a page is sent as %s", got)
	}
}

// A page names all modules that its scripts need before a browser finds them there.
func TestModules(t *testing.T) {
	html := render(t, newRenderer(t, origin), httptest.NewRequest("GET", "/", nil), said{})
	named := regexp.MustCompile(`<(?:link rel="modulepreload" href|script type="module" src)="/assets/[0-9a-f]{16}/([^"]+)">`)
	var got []string
	for _, m := range named.FindAllStringSubmatch(html, -1) {
		got = append(got, m[1])
	}
	if want := []string{"page/element.js", "page/page.js", "door/hear.js", "page/element.js", "door/say.js"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAssets(t *testing.T) {
	p := newRenderer(t, origin)
	address := regexp.MustCompile(`/assets/[0-9a-f]{16}/page/page\.js`).FindString(render(t, p, httptest.NewRequest("GET", "/", nil), said{}))
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		p.Assets().ServeHTTP(w, r)
		return w
	}
	w := get(address)
	if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Fatalf("%s: %d %v", address, w.Code, w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if want, _ := web.Files.ReadFile("page/page.js"); err != nil || string(text) != string(want) {
		t.Errorf("not the file, %v", err)
	}
	if w := get("/assets/0000000000000000/page/page.js"); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("of another release: %d %s", w.Code, w.Header().Get("Cache-Control"))
	}
	r := httptest.NewRequest("GET", address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if p.Assets().ServeHTTP(again, r); again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("again: %d, %d bytes", again.Code, again.Body.Len())
	}
	for _, path := range []string{"page/base.html", "door/note.txt", "page/../page/page.js", "none.js", ""} {
		if w := get("/assets/" + strings.Split(address, "/")[2] + "/" + path); w.Code != 404 {
			t.Errorf("%q: %d", path, w.Code)
		}
	}
}

package keyturntest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// A Browser has cookies and no screen. It follows redirects, as a browser does.
type Browser struct {
	t      testing.TB
	origin string
	client *http.Client
	Header http.Header // of every request, such as User-Agent and Accept-Language
	Host   string      // what it says whom it speaks to; empty: the server
}

// Browser opens a browser that was never here.
func (w *World) Browser() *Browser {
	jar, _ := cookiejar.New(nil) // can't fail
	return &Browser{t: w.t, origin: w.Origin, client: &http.Client{Jar: jar, Timeout: 3 * time.Minute, Transport: w.through()}, Header: http.Header{
		"User-Agent": {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0"}}}
}

// Blocked opens a browser whose person has blocked cookies.
func (w *World) Blocked() *Browser {
	b := w.Browser()
	b.client.Jar = nil
	return b
}

// At returns the same browser, with the same cookies, as it talks to another node, or to
// another server of the same host.
func (b *Browser) At(w *World) *Browser {
	same := *b
	same.origin = w.Origin
	same.client = &http.Client{Jar: b.client.Jar, Timeout: b.client.Timeout, Transport: w.through()}
	return &same
}

// Get loads a page, such as "/phones".
func (b *Browser) Get(path string) *Page {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// Post sends a form.
func (b *Browser) Post(path string, form url.Values) *Page {
	b.t.Helper()
	return b.do(http.MethodPost, path, form)
}

// SignIn types a name and a password.
func (b *Browser) SignIn(p *Person) *Page {
	b.t.Helper()
	return b.Post("/sign-in", url.Values{"name": {p.Name}, "password": {p.Password}})
}

// CookieName is what the server calls a cookie, such as "keyturn_session": other servers of
// the same host keep theirs beside it.
func (w *World) CookieName(name string) string { return cookieName(w.Origin, name) }

func cookieName(origin, name string) string {
	u, _ := url.Parse(origin) // it is one
	if u.Port() == "" {
		return name
	}
	return name + "_" + u.Port()
}

// Cookie is the value of a cookie, such as "keyturn_session", "" if there is none.
func (b *Browser) Cookie(name string) string {
	u, _ := url.Parse(b.origin) // it is an origin
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == cookieName(b.origin, name) {
			return c.Value
		}
	}
	return ""
}

// SetCookie plants a cookie, such as "keyturn_session"; an empty value takes it away.
func (b *Browser) SetCookie(name, value string) {
	u, _ := url.Parse(b.origin)
	age := 3600
	if value == "" {
		age = -1
	}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: cookieName(b.origin, name), Value: value, Path: "/", MaxAge: age}})
}

func (b *Browser) do(method, path string, form url.Values) *Page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header, r.Host = b.Header.Clone(), b.Host
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close() // it is read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(text)))
	if err != nil {
		b.t.Fatal(err)
	}
	page := &Page{Browser: b, Status: answer.StatusCode, Path: answer.Request.URL.Path, Header: answer.Header, HTML: string(text), root: root}
	for r := answer.Request; r != nil; r = before(r) {
		page.Asked = append(page.Asked, r.URL.String())
	}
	b.weigh(page)
	b.timed(page)
	b.bare(page)
	return page
}

// before is the request whose answer led to this one, or nil.
func before(r *http.Request) *http.Request {
	if r.Response == nil {
		return nil
	}
	return r.Response.Request
}

// Follow opens an event stream, such as "/sign-in/events?request=…", and returns
// what arrives on it: each event's data, until the server ends it.
func (b *Browser) Follow(path string) <-chan string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.origin+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.Header.Clone()
	client := *b.client
	client.Timeout = 0 // it lasts
	answer, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		b.t.Fatalf("stream %s: %s", path, answer.Status)
	}
	events := make(chan string, 100)
	go func() {
		defer close(events)
		defer answer.Body.Close() // it ended
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- data
			}
		}
	}()
	return events
}

// An Event is what a page that waits is told.
type Event struct {
	State, Page, Say string
	Left             int
}

// Next is the next event of a stream.
func Next(t testing.TB, events <-chan string) (ev Event) {
	t.Helper()
	if err := json.Unmarshal([]byte(<-events), &ev); err != nil {
		t.Fatal(err)
	}
	return ev
}

package keyturntest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
)

// connect opens a connection from a loopback address and sends what is given.
func connect(t *testing.T, w *keyturntest.World, from, text string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	u := must(url.Parse(w.Origin))
	c, err := d.DialContext(t.Context(), "tcp", "127.0.0.1:"+u.Port())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, _ = io.WriteString(c, text) // it may have been closed already
	return c
}

// A101: one machine opens connections without end, and sends nothing, half a header,
// or whole requests on kept ones. A browser that waits keeps its place and is told
// what happens, others at the same address get in, and those at other addresses
// notice nothing.
func TestA101Connections(t *testing.T) {
	onEngines(t, func(t *testing.T, nodes [2]*keyturntest.World) {
		w := nodes[0]
		ada := w.Person("ada")
		ada.SetUp(pin)
		page := w.Browser().SignIn(ada)
		waits := page.Browser.Follow("/sign-in/events?request=" + page.Attr("#wait", "data-request"))
		if first := <-waits; !strings.Contains(first, `"waiting"`) {
			t.Fatalf("the stream begins with %s", first)
		}
		var all []net.Conn
		for i := range 90 {
			c := connect(t, w, "127.0.0.1", []string{"", "GET / HTTP/1.1\r\nHo", "GET /p/ HTTP/1.1\r\nHost: localhost\r\n\r\n"}[i%3])
			if i%3 == 2 { // answered to the last byte: from now on it rests
				answer, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
				}
				if err != nil {
					t.Fatalf("connection %d: %v", i+1, err)
				}
			}
			all = append(all, c)
		}
		for i, c := range all[:50] { // sent away, all of them: nothing else ends here what says nothing
			if _, err := io.Copy(io.Discard, c); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Fatalf("connection %d: %v", i+1, err)
			}
		}
		ada.Phone.Approve(page.Text("#number"))
		if next := <-waits; !strings.Contains(next, `"approved"`) {
			t.Errorf("the browser that waits is told %s, want approved", next)
		}
		elsewhere := connect(t, w, "127.0.0.9", "GET /p/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		if got, err := io.ReadAll(elsewhere); err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 200") {
			t.Errorf("from another address: %.40q, %v", got, err)
		}
		if got := w.Browser().Get("/"); got.Status != http.StatusOK {
			t.Errorf("from this address: %d", got.Status)
		}
	}, keyturntest.Set(func(c *config.Config) { c.Limits.ConnectionsEach = 12 }))
}

// A124: whose network has as many requests in flight as it may is told so in their own
// language, by a phone too; who comes from elsewhere gets in.
func TestA124Busy(t *testing.T) {
	w := keyturntest.Start(t, keyturntest.Set(behind), keyturntest.Set(func(c *config.Config) {
		c.Limits.ConnectionsEach, c.Limits.Hashes = 8, 1
	}))
	let, inside := make(chan struct{}), make(chan struct{}, 100)
	w.Accounts.Hashed = func() { inside <- struct{}{}; <-let }
	guess := func(name string) *keyturntest.Page {
		return from(w, "192.0.2.1").Post("/sign-in", url.Values{"name": {name}, "password": {"a guess"}})
	}
	var flood sync.WaitGroup
	for i := range 2 * 8 { // again where a look of this test was one of those
		flood.Go(func() {
			for guess(fmt.Sprint("name ", i)).Status == http.StatusServiceUnavailable && t.Context().Err() == nil {
			}
		})
	}
	<-inside
	// Until all are in.
	for deadline := time.Now().Add(time.Minute); from(w, "192.0.2.1").Get("/").Status != http.StatusServiceUnavailable; {
		if time.Now().After(deadline) {
			close(let)
			t.Fatal("nobody is one too many")
		}
	}
	page := guess("one more")
	if page.Status != http.StatusServiceUnavailable || http.Header(page.Header).Get("Retry-After") != "3" || !strings.Contains(page.HTML, "The server is busy") {
		t.Errorf("one too many is told %d %v\n%s", page.Status, page.Header, page.HTML)
	}
	chinese := from(w, "192.0.2.1")
	chinese.Header.Set("Accept-Language", "zh")
	if page := chinese.Get("/"); page.Status != http.StatusServiceUnavailable || !strings.Contains(page.HTML, "服务器繁忙") {
		t.Errorf("in Chinese: %d\n%s", page.Status, page.HTML)
	}
	phone := must(http.NewRequestWithContext(t.Context(), "GET", w.Origin+"/v1/server", nil))
	phone.Header.Set("X-Forwarded-For", "192.0.2.1")
	answer := must(w.Client().Do(phone))
	told := must(io.ReadAll(answer.Body))
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") != "3" || !strings.Contains(string(told), `"server_busy"`) {
		t.Errorf("a phone is told %d %s", answer.StatusCode, told)
	}
	if page := from(w, "192.0.2.2").Get("/"); page.Status != http.StatusOK {
		t.Errorf("from elsewhere: %d", page.Status)
	}
	close(let)
	flood.Wait()
}

// A101: what is no call of a phone is counted like a wrong code.
func TestA101MalformedRedeems(t *testing.T) {
	w := keyturntest.Start(t)
	for _, path := range []string{"/v1/activations/look", "/v1/activations/redeem"} {
		for _, body := range []string{"", "{", `{"code":"short"}`, strings.Repeat("x", 20_000)} {
			statuses := map[int]int{}
			for range 25 {
				status, _ := parcel{path: path, body: []byte(body)}.send(t, w.Client(), w.Origin)
				statuses[status]++
			}
			if statuses[http.StatusTooManyRequests] < 5 {
				t.Errorf("%s with %.10q: statuses %v, want some 429", path, body, fmt.Sprint(statuses))
			}
		}
	}
}

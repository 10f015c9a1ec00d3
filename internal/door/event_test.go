package door_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/internal/door"
	"keyturn/internal/keyturntest"
)

// Where streams don't arrive, the page asks: one state, as JSON.
func TestEventsAsJSON(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	b.Header.Set("Accept", "application/json")
	page := b.Get("/phones/activation/events")
	var ev keyturntest.Event
	if err := json.Unmarshal([]byte(page.HTML), &ev); err != nil || ev.State != "waiting" {
		t.Errorf("%q, %v", page.HTML, err)
	}
}

// A stream says how soon to come back, isn't kept by anyone on the way, and ends
// when the server stops.
func TestStreamsEndWithTheServer(t *testing.T) {
	w := keyturntest.Start(t)
	b := w.Browser()
	b.SignIn(w.Person("ada"))
	r, _ := http.NewRequest("GET", w.Origin+"/phones/activation/events", nil) // well-formed
	r.AddCookie(&http.Cookie{Name: w.CookieName("keyturn_session"), Value: b.Cookie("keyturn_session")})
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close() // it is read
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	lines := bufio.NewScanner(a.Body)
	if lines.Scan(); lines.Text() != "retry: 1000" {
		t.Errorf("begins with %q", lines.Text())
	}
	if lines.Scan(); !strings.HasPrefix(lines.Text(), "data: {") {
		t.Errorf("goes on with %q", lines.Text())
	}
	go w.Stop()
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("while the server stops: %q", lines.Text())
		}
	}
}

// What stands between closes a stream that is silent, nginx after a minute: so none is,
// for half of one. Nothing is looked up for it, and no message is sent.
func TestStreamsAreKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, began := httptest.NewRecorder(), time.Now()
		if err := followStill(t, out, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		said := strings.Split(strings.TrimSpace(out.Body.String()), "\n\n")
		if comments := strings.Count(out.Body.String(), "\n:\n"); comments < 20 || len(said) != comments+1 || time.Since(began) < 10*time.Minute {
			t.Errorf("in %s: %q", time.Since(began), said)
		}
	})
}

// Who takes nothing any more, and doesn't hang up, has no stream for long.
func TestStreamThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, ended := time.Now(), make(chan time.Duration, 1)
		ours, theirs := net.Pipe()
		s := &http.Server{WriteTimeout: time.Hour, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = followStill(t, w, 24*time.Hour)
			ended <- time.Since(began)
		})}
		go func() { _ = s.Serve(&pipe{ours}) }()
		if _, err := theirs.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if took := <-ended; took > time.Minute {
			t.Errorf("it ended after %s", took)
		}
		_, _ = theirs.Close(), s.Close() // it has been told
	})
}

// By HTTP/2 a deadline that is over ends a stream whether or not anything is sent: so none
// stands while a browser waits.
func TestStreamByHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		s := &http.Server{Protocols: &http.Protocols{}, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = followStill(t, w, 10*time.Minute)
		})}
		s.Protocols.SetUnencryptedHTTP2(true)
		go func() { _ = s.Serve(&pipe{ours}) }()
		dial := func(context.Context, string, string) (net.Conn, error) { return theirs, nil }
		client := &http.Client{Transport: &http.Transport{Protocols: s.Protocols, DialContext: dial}}
		began := time.Now()
		answer, err := client.Get("http://localhost/")
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if took := time.Since(began); err != nil || took < 10*time.Minute {
			t.Errorf("it ended after %s: %v", took, err)
		}
		_, _ = theirs.Close(), s.Close() // it has been told
	})
}

// A stream that has ended makes room, and so does a question whether there would be one.
func TestEndedStreamsMakeRoom(t *testing.T) {
	stopping, stop := context.WithCancel(t.Context())
	stop()
	d := &door.Door{Draining: stopping}
	watch := func(string) (<-chan struct{}, func()) { return nil, func() {} }
	for _, method := range []string{"GET", "HEAD"} {
		for i := range 20 {
			err := d.Follow(httptest.NewRecorder(), httptest.NewRequest(method, "/", nil), "act_1", watch,
				func(context.Context) (door.Event, time.Duration, error) {
					return door.Event{State: "waiting"}, time.Hour, nil
				})
			if err != nil {
				t.Fatalf("%s, stream %d: %v", method, i+1, err)
			}
		}
	}
}

// A pipe is a listener for one connection.
type pipe struct{ net.Conn }

func (p *pipe) Accept() (conn net.Conn, err error) {
	if conn, p.Conn = p.Conn, nil; conn == nil {
		err = io.EOF
	}
	return conn, err
}

func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }
func (p *pipe) Close() error   { return nil }

// followStill follows what doesn't change until it ends.
func followStill(t *testing.T, w http.ResponseWriter, end time.Duration) error {
	over := time.Now().Add(end)
	watch := func(string) (<-chan struct{}, func()) { return nil, func() {} }
	d := &door.Door{Draining: t.Context()}
	return d.Follow(w, httptest.NewRequest("GET", "/", nil), "act_1", watch, func(context.Context) (door.Event, time.Duration, error) {
		return door.Event{State: "waiting", Page: "setup"}, time.Until(over), nil
	})
}

package porch_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn/internal/porch"
)

// queue is a listener of connections that a test has made.
type queue struct {
	net.Listener
	next []net.Conn
}

var errOver = errors.New("no more connections")

// Accept implements [net.Listener].
func (q *queue) Accept() (net.Conn, error) {
	if len(q.next) == 0 {
		return nil, errOver
	}
	c := q.next[0]
	q.next = q.next[1:]
	return c, nil
}

// Close implements [net.Listener].
func (q *queue) Close() error { return nil }

// called is a connection from an address.
type called struct {
	net.Conn
	from   string
	closed chan struct{}
}

func call(from string) *called { return &called{from: from, closed: make(chan struct{}, 9)} }

// RemoteAddr implements [net.Conn].
func (c *called) RemoteAddr() net.Addr {
	a, _ := net.ResolveTCPAddr("tcp", net.JoinHostPort(c.from, "999")) // it is an address
	return a
}

// Close implements [net.Conn].
func (c *called) Close() error { c.closed <- struct{}{}; return nil }

// answering is a server that answers when the test lets it.
type answering struct {
	*http.Server
	begun, let chan struct{}
}

func newAnswering() *answering {
	a := &answering{&http.Server{}, make(chan struct{}), make(chan struct{})}
	a.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a broken one is over too
		a.begun <- struct{}{}
		<-a.let
	})
	return a
}

// ask hands a request in that came by a connection. ended is closed after its answer.
func (a *answering) ask(t *testing.T, by net.Conn, body io.Reader) (ended chan struct{}) {
	t.Helper()
	r := httptest.NewRequest("POST", "/", body)
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		a.Handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(a.ConnContext(t.Context(), by)))
	}()
	return ended
}

// A101: who has a place, who makes room, and who is turned away.
func TestA101WhoMakesRoom(t *testing.T) {
	for _, tt := range []struct {
		name  string
		from  []string
		waits []int // of them: those that wait for an answer
		next  string
		in    bool // the next one is
		goes  int  // connection that makes room; -1: none
	}{
		{"there is room", []string{"192.0.2.1"}, nil, "192.0.2.1", true, -1},
		{"an address is full of those that rest", []string{"192.0.2.1", "192.0.2.1", "192.0.2.1"}, nil, "192.0.2.1", true, 0},
		{"the one that has rested the longest waits for an answer", []string{"192.0.2.1", "192.0.2.1", "192.0.2.1"}, []int{0}, "192.0.2.1", true, 1},
		{"all wait for an answer", []string{"192.0.2.1", "192.0.2.1", "192.0.2.1"}, []int{0, 1, 2}, "192.0.2.1", false, -1},
		{"all wait, and another address comes", []string{"192.0.2.1", "192.0.2.1", "192.0.2.1"}, []int{0, 1, 2}, "192.0.2.2", true, -1},
		{"of one /64", []string{"2001:db8::1", "2001:db8::2", "2001:db8::3"}, nil, "2001:db8::4", true, 0},
		{"it is full in all", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7"}, []int{0}, "192.0.2.8", true, 1},
		{"a trusted proxy", []string{"10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1"}, []int{0, 1, 2, 3}, "10.0.0.1", true, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := &queue{}
			h := newAnswering()
			l, open := porch.CrowdOf(q, h.Server, 7, 3, "10.0.0.1/32")
			var all []*called
			for _, from := range append(tt.from, tt.next) {
				all = append(all, call(from))
			}
			for _, c := range all[:len(tt.from)] {
				q.next = append(q.next, c)
				if got, err := l.Accept(); got != c || err != nil {
					t.Fatalf("%s: %v", c.from, err)
				}
			}
			var answers []chan struct{}
			for _, i := range tt.waits {
				answers = append(answers, h.ask(t, all[i], nil))
				<-h.begun
			}
			last := all[len(tt.from)]
			q.next = append(q.next, last)
			if got, err := l.Accept(); (err == nil && got == last) != tt.in || !tt.in && !errors.Is(err, errOver) {
				t.Errorf("the next one is in: %v, want %v", err == nil, tt.in)
			}
			if tt.goes >= 0 {
				<-all[tt.goes].closed
			}
			close(h.let)
			for _, ended := range answers {
				<-ended
			}
			for i, c := range all[:len(tt.from)] {
				if len(c.closed) > 0 {
					t.Errorf("connection %d is gone too", i)
				}
				h.ConnState(c, http.StateClosed)
				h.ConnState(c, http.StateClosed) // who was sent away is told of its end too
			}
			h.ConnState(last, http.StateClosed)
			if n := open(); n != 0 {
				t.Errorf("%d are counted when all have gone", n)
			}
		})
	}
}

// A120: whoever sends half a body isn't kept waiting by the server, so gives way like who
// sends half a header. From its last byte on it keeps its place, also while another
// request of the same connection has had its answer.
func TestA120HalfABody(t *testing.T) {
	h, one, two, three := newAnswering(), call("192.0.2.1"), call("192.0.2.1"), call("192.0.2.1")
	l, _ := porch.CrowdOf(&queue{next: []net.Conn{one, two, three, call("192.0.2.1"), call("192.0.2.1")}}, h.Server, 9, 2)
	for range 2 {
		if _, err := l.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	half, rest := io.Pipe()
	slow := h.ask(t, one, half)
	if _, err := io.WriteString(rest, "half a b"); err != nil { // the handler reads it
		t.Fatal(err)
	}
	first := h.ask(t, two, strings.NewReader("a body"))
	<-h.begun
	second := h.ask(t, two, nil)
	<-h.begun
	h.let <- struct{}{} // one of the two is answered
	if _, err := l.Accept(); err != nil {
		t.Fatalf("the third is turned away: %v", err)
	}
	<-one.closed
	if len(two.closed) > 0 {
		t.Error("the connection that waits for an answer is gone")
	}
	_ = rest.Close() // its handler goes on, for nobody
	<-h.begun
	h.let <- struct{}{}
	h.let <- struct{}{}
	for _, ended := range []chan struct{}{slow, first, second} {
		<-ended
	}
	for _, c := range []*called{three, two} { // by now the second rests too, behind the third
		if _, err := l.Accept(); err != nil {
			t.Errorf("a connection that has had its answers gives no way: %v", err)
		}
		<-c.closed
	}
}

package server_test

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"keyturn/internal/server"
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
			l, state, open, err := server.Crowd(q, 7, 3, "10.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			var all []*called
			for _, from := range append(tt.from, tt.next) {
				all = append(all, call(from))
			}
			for _, c := range all[:len(tt.from)] {
				q.next = append(q.next, c)
				if got, err := l.Accept(); got != c || err != nil {
					t.Fatalf("%s: %v", c.from, err)
				}
				state(c, http.StateNew)
			}
			for _, i := range tt.waits {
				state(all[i], http.StateActive)
			}
			last := all[len(tt.from)]
			q.next = append(q.next, last)
			if got, err := l.Accept(); (err == nil && got == last) != tt.in || !tt.in && !errors.Is(err, errOver) {
				t.Errorf("the next one is in: %v, want %v", err == nil, tt.in)
			}
			if tt.goes >= 0 {
				<-all[tt.goes].closed
			}
			for i, c := range all[:len(tt.from)] {
				if len(c.closed) > 0 {
					t.Errorf("connection %d is gone too", i)
				}
				state(c, http.StateIdle)
				state(c, http.StateClosed)
				state(c, http.StateClosed) // who was sent away is told of its end too
			}
			state(last, http.StateClosed)
			if n := open(); n != 0 {
				t.Errorf("%d are counted when all have gone", n)
			}
		})
	}
}

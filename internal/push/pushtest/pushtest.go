// Package pushtest is a push service on loopback, and the browsers behind it, for
// tests: it takes the server's real messages, checks them as RFC 8030, 8291 and 8292
// have it, and decrypts them.
//
//	s := pushtest.Start(t)
//	w := keyturntest.Start(t, keyturntest.Push(s))
//	b := s.Subscribe()                                 // what a browser does
//	state, err := phone.Register(ctx, device, b.Subscription())
//	…
//	push := b.Next()                                   // waits for it
//
// The server has to list the service: its origin is [Service.URL].
package pushtest

import (
	"crypto/ecdh"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn"
)

// A Service is a push service. It goes with its test.
type Service struct {
	URL string // its origin, such as "http://127.0.0.1:40123"

	t        testing.TB
	now      func() time.Time
	mu       sync.Mutex
	browsers map[string]*Browser
	answer   func(w http.ResponseWriter, r *http.Request)
	calls    int
}

// Start starts a push service.
func Start(t testing.TB) *Service {
	t.Helper()
	s := &Service{t: t, browsers: map[string]*Browser{}, now: time.Now}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// At makes the service judge tokens by another clock. It is called first.
func (s *Service) At(now func() time.Time) { s.now = now }

// Answer makes the service answer so instead of taking what comes; nil: it takes it
// again. What isn't taken is checked, but reaches no browser. An f that waits for
// the end of r's context is a service that hangs.
func (s *Service) Answer(f func(w http.ResponseWriter, r *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// Refuse makes the service answer everything with a status.
func (s *Service) Refuse(status int) {
	s.Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

// Calls is how many calls there were.
func (s *Service) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// A Browser is a subscription and the keys for it.
type Browser struct {
	service *Service
	id      string
	key     *ecdh.PrivateKey
	auth    keyturn.Bytes
	more    chan struct{} // holds one if something has arrived since Next looked

	mu   sync.Mutex
	all  []Push
	read int // by Next
}

// Subscribe makes a subscription, as a browser does.
func (s *Service) Subscribe() *Browser {
	key, _ := ecdh.P256().GenerateKey(rand.Reader) // can't fail
	b := &Browser{service: s, id: rand.Text(), key: key, auth: make(keyturn.Bytes, 16), more: make(chan struct{}, 1)}
	rand.Read(b.auth) // never fails
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[b.id] = b
	return b
}

// Subscription is what the browser tells its app, and the app the server.
func (b *Browser) Subscription() keyturn.Subscription {
	return keyturn.Subscription{Endpoint: b.service.URL + "/send/" + b.id, P256DH: b.key.PublicKey().Bytes(), Auth: b.auth}
}

// Forget ends the subscription without telling anyone: the service answers 410 from
// now on.
func (b *Browser) Forget() {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	delete(b.service.browsers, b.id)
}

// A Push is what has arrived.
type Push struct {
	Text    string // as the service worker reads it
	Size    int    // of the body, in bytes: all that a push service can see
	TTL     int    // seconds
	Urgency string
	Topic   string
	Key     keyturn.Bytes // the server's; has to be that of GET /v1/server
	Subject string        // whom push services write to
}

// Next waits for the next push. That one comes is part of the test.
func (b *Browser) Next() Push {
	b.service.t.Helper()
	late := time.After(3 * time.Minute) // on a busy machine
	for {
		if p, ok := b.unread(); ok {
			return p
		}
		select {
		case <-b.more:
		case <-late:
			b.service.t.Fatal("no push came")
		}
	}
}

func (b *Browser) unread() (p Push, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.read == len(b.all) {
		return p, false
	}
	b.read++
	return b.all[b.read-1], true
}

// Came returns those that have arrived so far.
func (b *Browser) Came() []Push {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Push{}, b.all...)
}

// ServeHTTP implements [http.Handler].
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return // the server has hung up
	}
	s.mu.Lock()
	b, answer := s.browsers[strings.TrimPrefix(r.URL.Path, "/send/")], s.answer
	s.calls++
	s.mu.Unlock()
	p, problem := s.read(r, body, b)
	switch {
	case answer != nil:
		answer(w, r)
	case b == nil:
		w.WriteHeader(http.StatusGone)
	case problem != nil:
		s.t.Errorf("a push that no push service takes: %v", problem)
		w.WriteHeader(http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusCreated)
		b.arrive(p)
	}
}

// arrive never waits, however many come that nobody reads.
func (b *Browser) arrive(p Push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, p)
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// read checks a call as a push service does, and opens it as a browser does.
func (s *Service) read(r *http.Request, body []byte, b *Browser) (p Push, err error) {
	p = Push{Size: len(body), Urgency: r.Header.Get("Urgency"), Topic: r.Header.Get("Topic")}
	if p.TTL, err = strconv.Atoi(r.Header.Get("TTL")); err != nil {
		return p, err
	}
	if err := checkHeaders(r); err != nil {
		return p, err
	}
	if p.Key, p.Subject, err = Authorized(r.Header.Get("Authorization"), s.URL, s.now()); err != nil || b == nil {
		return p, err
	}
	p.Text, err = Open(b.key, b.auth, body)
	return p, err
}

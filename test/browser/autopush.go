package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// An Autopush is a push service on loopback as Firefox knows one: towards the
// browser it speaks Mozilla's autopush protocol, towards Keyturn RFC 8030. It
// can't read what it carries.
type Autopush struct {
	Origin string // of the endpoints that it gives out, such as "http://127.0.0.1:39001"

	t      testing.TB
	mu     sync.Mutex
	phone  *websocket.Conn // the browser that is connected
	user   int             // the name that browsers get changes with it
	posted []http.Header
}

// NewAutopush starts a push service that ends with the test.
func NewAutopush(t testing.TB) *Autopush {
	t.Helper()
	a := &Autopush{t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", a.connect)
	mux.HandleFunc("POST /push/{channel}", a.take)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	a.Origin = s.URL
	return a
}

func (a *Autopush) socket() string { return strings.Replace(a.Origin, "http", "ws", 1) + "/" }

// Posted are the headers of all pushes that were taken.
func (a *Autopush) Posted() []http.Header {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.posted
}

// Forget ends every subscription there is: the server that pushes gets 410, and
// the browser, which is hung up on, gets another name when it calls again.
func (a *Autopush) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.user++
	_ = a.phone.CloseNow() // gone is gone
	a.phone = nil
}

// A message of the autopush protocol, either way.
type message struct {
	Type     string            `json:"messageType"`
	Status   int               `json:"status,omitempty"`
	User     string            `json:"uaid,omitempty"`
	Channel  string            `json:"channelID,omitempty"`
	Endpoint string            `json:"pushEndpoint,omitempty"`
	WebPush  bool              `json:"use_webpush,omitempty"`
	Version  string            `json:"version,omitempty"`
	Data     string            `json:"data,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
}

// connect serves a browser for as long as it stays.
func (a *Autopush) connect(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: []string{"push-notification"}})
	if err != nil {
		return // it wasn't a browser
	}
	for {
		_, text, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var asked message
		if err := json.Unmarshal(text, &asked); err != nil {
			a.t.Errorf("autopush: %v in %s", err, text)
			return
		}
		if answer := a.answer(conn, asked); answer.Type != "" {
			_ = send(r.Context(), conn, answer) // a browser that has gone calls again
		}
	}
}

// answer is what one message of the browser gets; a zero one is nothing.
func (a *Autopush) answer(conn *websocket.Conn, asked message) message {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch asked.Type {
	case "hello":
		a.phone = conn
		return message{Type: "hello", Status: 200, User: strings.Repeat(strconv.Itoa(a.user), 32), WebPush: true}
	case "register":
		return message{Type: "register", Status: 200, Channel: asked.Channel, Endpoint: a.Origin + "/push/" + strconv.Itoa(a.user) + "." + asked.Channel}
	case "unregister":
		return message{Type: "unregister", Status: 200, Channel: asked.Channel}
	}
	return message{}
}

// take carries what a server pushes to the browser, or says that nobody is there.
func (a *Autopush) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	user, channel, _ := strings.Cut(r.PathValue("channel"), ".")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.posted = append(a.posted, r.Header)
	if user != strconv.Itoa(a.user) {
		w.WriteHeader(http.StatusGone)
		return
	}
	if a.phone == nil {
		err = errors.Join(err, errors.New("the browser isn't connected"))
	} else {
		err = errors.Join(err, send(r.Context(), a.phone, message{Type: "notification", Channel: channel, Version: strconv.Itoa(len(a.posted)),
			Data: base64.RawURLEncoding.EncodeToString(body), Headers: map[string]string{"encoding": r.Header.Get("Content-Encoding")}}))
	}
	if err != nil {
		a.t.Errorf("autopush: %v", err)
	}
	w.WriteHeader(http.StatusCreated)
}

func send(ctx context.Context, conn *websocket.Conn, m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text)
}

package push_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"keyturn/internal/push"
)

// resolve starts a name server that answers every name with the addresses of the
// moment, and returns a resolver that asks it.
func resolve(t *testing.T, addresses func() []netip.Addr) (r *net.Resolver, asked *atomic.Int64) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	asked = new(atomic.Int64)
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			asked.Add(1)
			if reply, err := answer(buf[:n], addresses()); err == nil {
				_, _ = c.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", c.LocalAddr().String())
	}}, asked
}

// answer is a name server's: the addresses of the kind that was asked for.
func answer(question []byte, addresses []netip.Addr) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil, errors.New("no question")
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	for _, a := range addresses {
		h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return m.Pack()
}

// A listener counts who comes.
type listener struct {
	net.Listener
	came atomic.Int64
}

func listen(t *testing.T, address string) *listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := &listener{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.came.Add(1)
			_ = conn.Close()
		}
	}()
	return c
}

// A70: a listed name leads inside. What is dialed is looked at after its resolution,
// and nobody is connected to.
func TestA70NoConnectionInside(t *testing.T) {
	inside := listen(t, "127.0.0.1:0")
	port := inside.Addr().(*net.TCPAddr).Port
	for _, to := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254",
		"fe80::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "0.0.0.0", "::", "224.0.0.1", "198.18.0.1", "192.0.2.1"} {
		t.Run(to, func(t *testing.T) {
			resolver, asked := resolve(t, func() []netip.Addr { return []netip.Addr{netip.MustParseAddr(to)} })
			guard := push.Guard{Hosts: push.Hosts, Resolver: resolver}
			u := &url.URL{Scheme: "https", Host: "fcm.googleapis.com"}
			c, err := push.Dial(guard, t.Context(), u, "fcm.googleapis.com:"+strconv.Itoa(port))
			if c != nil || !errors.Is(err, push.ErrEndpoint) || asked.Load() == 0 {
				t.Errorf("%v, %v after %d questions", c, err, asked.Load())
			}
		})
	}
	if n := inside.came.Load(); n > 0 {
		t.Errorf("%d connections", n)
	}
}

// A70: a name that was fine when it was registered resolves to another address each
// time; each time it is looked at.
func TestA70RebindingName(t *testing.T) {
	inside := listen(t, "127.0.0.1:0")
	port := strconv.Itoa(inside.Addr().(*net.TCPAddr).Port)
	var now atomic.Value
	now.Store("127.0.0.1")
	resolver, _ := resolve(t, func() []netip.Addr { return []netip.Addr{netip.MustParseAddr(now.Load().(string))} })
	guard := push.Guard{Hosts: push.Hosts, Origins: []string{"https://push.lan:" + port}, Resolver: resolver}
	listed, other := &url.URL{Scheme: "https", Host: "push.lan:" + port}, &url.URL{Scheme: "https", Host: "push.lan:1"}
	c, err := push.Dial(guard, t.Context(), listed, listed.Host)
	if err != nil {
		t.Fatal(err) // the operator trusts it
	}
	_ = c.Close()
	if _, err := push.Dial(guard, t.Context(), other, listed.Host); !errors.Is(err, push.ErrEndpoint) {
		t.Errorf("for another origin: %v", err)
	}
	now.Store("169.254.169.254")
	if _, err := push.Dial(guard, t.Context(), listed, listed.Host); !errors.Is(err, push.ErrEndpoint) {
		t.Errorf("after it moved: %v", err)
	}
	if _, err := push.Dial(guard, t.Context(), nil, inside.Addr().String()); !errors.Is(err, push.ErrEndpoint) {
		t.Errorf("for no address: %v", err)
	}
}

// A70: a push service that the operator trusts leads elsewhere; it isn't followed, not
// even to itself.
func TestA70NoRedirect(t *testing.T) {
	inside := listen(t, "127.0.0.1:0")
	w := start(t)
	to := []string{"http://" + inside.Addr().String(), w.service.URL + "/elsewhere", "http://" + inside.Addr().String(), w.service.URL, "/"}
	for i, status := range []int{301, 302, 303, 307, 308} {
		w.service.Answer(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Location", to[i])
			rw.WriteHeader(status)
		})
		if gone, err := w.Send(t.Context(), w.store.all[0]); gone || err == nil || strings.Contains(err.Error(), "Location") {
			t.Errorf("%d: %t, %v", status, gone, err)
		}
	}
	if n := inside.came.Load(); n > 0 || w.service.Calls() != 5 {
		t.Errorf("%d connections elsewhere, %d calls", n, w.service.Calls())
	}
}

// What a push service says is read to its first KiB; what it had said by then, the
// system's buffers hold.
func TestLongAnswer(t *testing.T) {
	w := start(t)
	said := make(chan int, 1)
	w.service.Answer(func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(http.StatusCreated)
		piece, n := strings.Repeat("x", 1<<16), 0
		for {
			if _, err := io.WriteString(rw, piece); err != nil {
				said <- n
				return
			}
			n += len(piece)
		}
	})
	if gone, err := w.Send(t.Context(), w.store.all[0]); gone || err != nil {
		t.Errorf("%t, %v", gone, err)
	}
	if n := <-said; n > 100<<20 {
		t.Errorf("%d bytes were read", n)
	}
}

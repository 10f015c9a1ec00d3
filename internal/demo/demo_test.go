package demo_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"keyturn/internal/demo"
)

// The demo has two people without a phone, is at localhost whatever it listens on,
// and takes the next port if another program has the first.
func TestDemo(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() // it is of no use any more
	d, err := demo.Open(t.Context(), demo.Options{Listen: other.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if d.Taken != other.Addr().String() || strings.Contains(d.Portal, other.Addr().String()) {
		t.Errorf("%s is taken, but the portal is at %s", other.Addr(), d.Portal)
	}
	if !strings.HasPrefix(d.Portal, "http://localhost:") || d.Phone != d.Portal+"p/" {
		t.Errorf("portal at %s, phone at %s", d.Portal, d.Phone)
	}
	for _, p := range demo.People() {
		a, err := d.Accounts.Named(t.Context(), p.Name)
		if err != nil || !a.First {
			t.Errorf("%s: %+v, %v, want an account without a phone", p.Name, a, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := d.Serve(ctx); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// A real phone needs https, which something in front of the demo speaks: its
// address is the origin, and the demo stays on this computer.
func TestBehindTunnel(t *testing.T) {
	d, err := demo.Open(t.Context(), demo.Options{Listen: "127.0.0.1:0", URL: "https://your-name.example"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Portal != "https://your-name.example/" {
		t.Errorf("portal at %s", d.Portal)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := demo.Open(t.Context(), demo.Options{Listen: "127.0.0.1:0", URL: "http://your-name.example"}); err == nil {
		t.Error("a plain address is taken")
	}
	if _, err := demo.Open(t.Context(), demo.Options{Listen: "0.0.0.0:0"}); err == nil {
		t.Error("the demo is open to everyone over plain http")
	}
}

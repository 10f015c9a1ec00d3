package server_test

import (
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/policy"
	"keyturn/internal/server"
)

// Nothing set: the limits are those of the protocol.
func TestDefaultLimits(t *testing.T) {
	if diff := cmp.Diff(policy.Defaults(), server.Limits(config.Default())); diff != "" {
		t.Errorf("settings of a fresh installation (-protocol +settings):\n%s", diff)
	}
}

// Whatever the operator sets arrives somewhere.
func TestEveryLimitArrives(t *testing.T) {
	c := config.Default()
	v := reflect.ValueOf(&c.Limits).Elem()
	for i := range v.NumField() {
		n := 1000 + i
		switch f := v.Field(i).Addr().Interface().(type) {
		case *config.Rate:
			*f = config.Rate{Most: n, In: time.Duration(n)}
		case *config.Duration:
			f.Duration = time.Duration(n)
		case *int:
			*f = n
		}
	}
	got := fmt.Sprintf("%d", server.Limits(c))
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if name != "Hashes" && !strings.Contains(got, fmt.Sprint(1000+i)) { // which is no limit of the protocol
			t.Errorf("limits.%s arrives nowhere: %s", name, got)
		}
	}
}

// A monitor asks at an address of its own, and gets nothing else there.
func TestHealth(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	w := keyturntest.Start(t, keyturntest.Set(func(c *config.Config) { c.Health = addr }))
	w.Browser().Get("/") // it serves
	for path, want := range map[string]int{"/health": 200, "/": 404, "/sign-in": 404} {
		answer, err := http.Get("http://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, answer.Status, want)
		}
	}
}

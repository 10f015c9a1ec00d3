package porch_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"keyturn/internal/porch"
)

// Plain http leads to the origin, whatever a stranger writes, and does nothing else.
func TestPlainLeadsToTheOrigin(t *testing.T) {
	for _, tt := range []struct {
		name, method, target string
		status               int
		want                 string
	}{
		{"what a person types", "GET", "/p", 302, "https://auth.example.com/p"},
		{"with parameters", "GET", "/help/?q=a%20b", 302, "https://auth.example.com/help/?q=a%20b"},
		{"a path that begins with a host", "GET", "//evil.example/x", 302, "https://auth.example.com//evil.example/x"},
		{"an address of another host", "GET", "http://evil.example/x", 302, "https://auth.example.com/x"},
		{"a path that would lengthen the host", "GET", "*", 302, "https://auth.example.com/"},
		{"no path", "OPTIONS", "*", 303, "https://auth.example.com/"},
		{"a line feed", "GET", "/a%0d%0aSet-Cookie:%20x", 302, "https://auth.example.com/a%0d%0aSet-Cookie:%20x"},
		{"a password that went in the clear already", "POST", "/sign-in", 303, "https://auth.example.com/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", strings.NewReader("password=x"))
			var err error
			if r.URL, err = url.ParseRequestURI(tt.target); err != nil {
				t.Fatal(err)
			}
			r.Method, r.Host = tt.method, "evil.example"
			w := httptest.NewRecorder()
			porch.Plain("https://auth.example.com").Handler.ServeHTTP(w, r)
			if w.Code != tt.status || w.Header().Get("Location") != tt.want || w.Body.Len() != 0 || len(w.Header()["Set-Cookie"]) != 0 {
				t.Errorf("%d to %q, want %d to %q", w.Code, w.Header().Get("Location"), tt.status, tt.want)
			}
		})
	}
}

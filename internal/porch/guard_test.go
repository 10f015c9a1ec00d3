package porch_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn/internal/porch"
)

// A fault in a handler is an answer without words, and a line that says where.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	g := &porch.Guard{HSTS: porch.HSTS("auto", "https://auth.example.com"), Draining: t.Context(), Log: slog.New(slog.NewTextHandler(&log, nil))}
	h := g.Before(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret in hand") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || w.Body.Len() != 0 {
		t.Errorf("answer %d %q, want 500 and nothing", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "guard_test.go:") || strings.Contains(log.String(), "secret") {
		t.Errorf("log %q, want the place and nothing that was in hand", &log)
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("browsers aren't told to stay with https")
	}
}

// HSTS holds for all ports of a host: unasked, only who has the host's own port says it.
func TestHSTS(t *testing.T) {
	const year = "max-age=31536000"
	for _, tt := range []struct{ setting, origin, want string }{
		{"auto", "https://auth.example.com", year},
		{"auto", "https://auth.example.com:8443", ""},
		{"auto", "http://localhost:8080", ""},
		{"on", "https://auth.example.com:8443", year},
		{"on", "http://localhost", ""},
		{"off", "https://auth.example.com", ""},
		{"forget", "https://auth.example.com:8443", "max-age=0"},
	} {
		if got := porch.HSTS(tt.setting, tt.origin); got != tt.want {
			t.Errorf("%s at %s: %q, want %q", tt.setting, tt.origin, got, tt.want)
		}
	}
}

package portal_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"

	"keyturn/internal/portal"
)

// A browser that went away while it was waiting is no failure of the server.
func TestBrowserGone(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	var log bytes.Buffer
	p, out := &portal.Portal{Log: slog.New(slog.NewTextHandler(&log, nil))}, httptest.NewRecorder()
	p.Fail(out, httptest.NewRequestWithContext(gone, "POST", "/sign-in", nil), fmt.Errorf("check password: %w", gone.Err()))
	if log.Len() > 0 || out.Body.Len() > 0 {
		t.Errorf("logged: %s, answered: %s", log.String(), out.Body)
	}
}

package push_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// A push service that refuses the server's key or contact is the operator's to hear of: once
// an hour, without the address of a phone. The subscription stays.
func TestRefusedServer(t *testing.T) {
	for _, status := range []int{401, 403} {
		w := start(t)
		var log bytes.Buffer
		w.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.answers(nil, status)
		w.store.all = append(w.store.all, w.subscription(w.service.Subscribe(), "dev_2"))
		for range 2 {
			for _, sub := range w.store.all {
				if gone, err := w.Send(t.Context(), sub); gone || err == nil {
					t.Errorf("%d: gone %v, %v", status, gone, err)
				}
			}
			w.mu.Lock()
			w.now = w.now.Add(time.Hour)
			w.mu.Unlock()
		}
		w.finish()
		said := slices.DeleteFunc(strings.Split(log.String(), "\n"), func(line string) bool { return !strings.Contains(line, "level=ERROR") })
		if len(said) != 2 || !strings.Contains(said[0], "see push.contact") || !strings.Contains(said[0], "origin="+w.service.URL) {
			t.Errorf("%d: the log says %q, want it once an hour", status, said)
		}
		if strings.Contains(log.String(), w.store.all[0].Endpoint) || len(w.store.lost) > 0 {
			t.Errorf("%d: lost %v, log\n%s", status, w.store.lost, &log)
		}
	}
}

// What is about one phone, or passes, isn't said of the server.
func TestOtherFailuresAreNoRefusal(t *testing.T) {
	for _, status := range []int{201, 307, 400, 404, 410, 413, 429, 500} {
		w := start(t)
		var log bytes.Buffer
		w.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.answers(nil, status)
		_, _ = w.Send(t.Context(), w.store.all[0]) // what it returns, other tests look at
		w.finish()
		if strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%d: the log says %s", status, &log)
		}
	}
}

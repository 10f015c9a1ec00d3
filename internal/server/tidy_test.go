package server_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"keyturn/internal/policy"
	"keyturn/internal/server"
	"keyturn/internal/store"
)

// horizon is a store of which only the horizon is there.
type horizon struct {
	at     time.Time
	broken error
	asked  []store.Tidy
}

func (h *horizon) Tidy(_ context.Context, t store.Tidy) (time.Time, error) {
	h.asked = append(h.asked, t)
	if h.broken != nil {
		return t.Seen, h.broken
	}
	h.at = policy.Horizon{At: h.at, Seen: t.Seen, Ran: t.Ran}.Next(t.At)
	return h.at, nil
}

// A113: that the clock isn't believed is one line when it begins and one when it is over, and
// the time that a round has run for is not what the clock says.
func TestA113DoubtsAreTold(t *testing.T) {
	began := time.Unix(1_795_000_000, 0)
	clock := began.Add(100 * time.Hour)
	h := &horizon{at: began}
	var log bytes.Buffer
	round := server.Tidying(h, func() time.Time { return clock }, slog.New(slog.NewTextHandler(&log, nil)))

	told := func(what string, lines int) {
		t.Helper()
		if n := strings.Count(log.String(), "level="); n != lines {
			t.Errorf("%s: %d lines, want %d:\n%s", what, n, lines, &log)
		}
	}
	round(t.Context(), began)
	told("after four days off", 0)
	clock = clock.Add(87600 * time.Hour)
	round(t.Context(), began.Add(time.Hour))
	told("ten years ahead", 1)
	if text := log.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "what is old is behind the clock") || !strings.Contains(text, "old_as_of=") || !strings.Contains(text, "hint=") {
		t.Errorf("the line is %s", text)
	}
	round(t.Context(), began.Add(2*time.Hour))
	told("still", 1)
	h.broken = errors.New("disk full")
	round(t.Context(), began.Add(3*time.Hour))
	told("a round that fails", 2)
	h.broken = nil
	round(t.Context(), began.Add(4*time.Hour))
	clock = h.at.Add(time.Hour)
	round(t.Context(), began.Add(5*time.Hour))
	told("the clock is set", 3)
	round(t.Context(), began.Add(6*time.Hour))
	told("and stays so", 3)

	for i, want := range []time.Duration{0, time.Hour, time.Hour, time.Hour, 2 * time.Hour, time.Hour, time.Hour} {
		if got := h.asked[i].Ran; got != want {
			t.Errorf("round %d ran %s, want %s", i+1, got, want)
		}
	}
}

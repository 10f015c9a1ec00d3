package policy_test

import (
	"testing"
	"time"

	"keyturn/internal/policy"
)

// A113: a clock leads the horizon as far as it can be believed.
func TestA113Horizon(t *testing.T) {
	const day = 24 * time.Hour
	at := time.Unix(1_795_000_000, 0)
	for _, tt := range []struct {
		name            string
		first           bool // round of its node
		moved           bool // by another node since
		ran, ahead, led time.Duration
		clock           time.Duration // of the round before, against now; 0: there was none
	}{
		{"an hour has passed", false, false, time.Hour, time.Hour, time.Hour, 0},
		{"two nodes take turns", false, true, time.Hour, 30 * time.Minute, 30 * time.Minute, 0},
		{"a node that was off for six days starts", true, false, 0, 6 * day, 6 * day, 0},
		{"a node that was off for a holiday starts", true, false, 0, 90 * day, 0, 0},
		{"and goes on from there", false, false, time.Hour, 90 * day, 4 * time.Hour, 0},
		{"until it has caught up", false, false, time.Hour, 3 * time.Hour, 3 * time.Hour, 0},
		{"and starts again an hour later", true, false, 0, 90 * day, 4 * time.Hour, time.Hour},
		{"and again a day later, as one that is on for an hour each day", true, false, 0, 90 * day, 4 * day, day},
		{"and again after another holiday", true, false, 0, 90 * day, 0, 8 * day},
		{"a node starts whose clock was right, and isn't", true, false, 0, 3650 * day, 0, 3650 * day},
		{"a node starts whose clock is behind that of another", true, false, 0, 90 * day, 0, -time.Hour},
		{"a clock ten years ahead starts", true, false, 0, 3650 * day, 0, 0},
		{"a clock three centuries ahead starts", true, false, 0, 292 * 365 * day, 0, 0},
		{"a clock jumps ten years while the node runs", false, false, time.Hour, 3650 * day, 4 * time.Hour, 0},
		{"a clock jumps by five days while the node runs", false, false, time.Hour, 5 * day, 4 * time.Hour, 0},
		{"a clock is ahead of another node's, which runs", false, true, time.Hour, 3650 * day, 0, 0},
		{"and has led it past that of the other node", false, false, time.Hour, 3650 * day, 0, 3650*day + time.Minute},
		{"and is alone then", false, false, time.Hour, 3650 * day, 4 * time.Hour, time.Hour},
		{"a clock is behind", false, false, time.Hour, -3650 * day, 0, 0},
		{"a clock is behind at the start", true, false, 0, -3650 * day, 0, 0},
	} {
		h := policy.Horizon{At: at, Seen: at, Ran: tt.ran}
		if tt.first {
			h.Seen = time.Time{}
		}
		if tt.clock != 0 {
			h.Clock = at.Add(tt.ahead - tt.clock)
		}
		if tt.moved {
			h.Seen = at.Add(-time.Minute)
		}
		if led := h.Next(at.Add(tt.ahead)).Sub(at); led != tt.led {
			t.Errorf("%s: led by %s, want %s", tt.name, led, tt.led)
		}
	}
}

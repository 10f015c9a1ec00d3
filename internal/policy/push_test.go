package policy_test

import (
	"testing"
	"time"

	"keyturn/internal/policy"
)

func TestA01MayPush(t *testing.T) {
	now, l := time.Unix(1893456000, 0), policy.Defaults()
	ago := func(seconds ...int) (at []time.Time) {
		for _, s := range seconds {
			at = append(at, now.Add(-time.Duration(s)*time.Second))
		}
		return at
	}
	for _, tt := range []struct {
		name string
		r    policy.PushRecord
		want policy.Push
	}{
		{"the first", policy.PushRecord{}, policy.Push{Left: 4}},
		{"the fourth of a request", policy.PushRecord{Times: 3}, policy.Push{Left: 1}},
		{"the fifth", policy.PushRecord{Times: 4}, policy.Push{}},
		{"19 s after another", policy.PushRecord{Sent: ago(19)}, policy.Push{Wait: time.Second, Left: 4}},
		{"20 s after another", policy.PushRecord{Sent: ago(20)}, policy.Push{Left: 4}},
		{"the sixth in ten minutes", policy.PushRecord{Sent: ago(30, 60, 90, 120, 599)}, policy.Push{Wait: time.Second, Left: 4}},
		{"the fifth in ten minutes", policy.PushRecord{Sent: ago(30, 60, 90, 600)}, policy.Push{Left: 4}},
		{"after two in a row", policy.PushRecord{Row: 2, RowEnded: now}, policy.Push{Left: 4}},
		{"after three in a row", policy.PushRecord{Row: 3, RowEnded: now}, policy.Push{Paused: now.Add(30 * time.Minute), Cause: policy.PausedByRow, Left: 4}},
		{"after three in a row, 30 minutes later", policy.PushRecord{Row: 3, RowEnded: now.Add(-30 * time.Minute)}, policy.Push{Left: 4}},
		{"after a report", policy.PushRecord{Quiet: now.Add(time.Minute)}, policy.Push{Paused: now.Add(time.Minute), Cause: policy.PausedByReport, Left: 4}},
		{"when the report is over", policy.PushRecord{Quiet: now}, policy.Push{Left: 4}},
		{"after both, the longer counts", policy.PushRecord{Quiet: now.Add(time.Minute), Row: 3, RowEnded: now}, policy.Push{Paused: now.Add(30 * time.Minute), Cause: policy.PausedByRow, Left: 4}},
	} {
		got := policy.MayPush(tt.r, l, now)
		if got != tt.want || got.May() != (tt.want.Paused.IsZero() && tt.want.Wait == 0 && tt.want.Left > 0) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

package policy_test

import (
	"testing"
	"time"

	"keyturn/internal/policy"
)

func TestGraceLeft(t *testing.T) {
	const day = 24 * time.Hour
	added := time.Unix(1_795_000_000, 0)
	for _, tt := range []struct {
		name               string
		grace, after, left time.Duration
	}{
		{"none given", 0, 0, 0},
		{"none given, and the clock was set back", 0, -day, 0},
		{"just added", 14 * day, 0, 14 * day},
		{"twelve days later", 14 * day, 12 * day, 2 * day},
		{"the last second", 14 * day, 14*day - time.Second, time.Second},
		{"over", 14 * day, 14 * day, 0},
		{"long over", 14 * day, 400 * day, 0},
		{"the clock was set back", 14 * day, -30 * day, 14 * day},
	} {
		if left := (policy.Limits{Grace: tt.grace}).GraceLeft(added, added.Add(tt.after)); left != tt.left {
			t.Errorf("%s: %s left, want %s", tt.name, left, tt.left)
		}
	}
}

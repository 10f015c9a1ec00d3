package policy

import "time"

// GraceLeft is how much longer an account may sign in with its password alone: one
// that was added then, and has never had a phone. 0: not any more, or not at all.
//
// Time runs from the adding, not from the first sign-in: an account that nobody uses
// closes by itself, and whoever has its password doesn't open it. docs/decisions/0019.
func (l Limits) GraceLeft(added, now time.Time) time.Duration {
	return min(l.Grace, max(0, added.Add(l.Grace).Sub(now)))
}

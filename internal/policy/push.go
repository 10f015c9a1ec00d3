package policy

import "time"

// A PushRecord is what decides whether phones are woken for a request. Spec §13.4.
type PushRecord struct {
	Sent     []time.Time // pushes for the account's requests within Limits.Pushes.In, newest first
	Row      int         // requests in a row that were pushed or denied, and ended without an approval
	RowEnded time.Time   // when the last of them ended
	Quiet    time.Time   // until then there are none, after a report
	Times    int         // pushes for this request
	Last     time.Time   // the last of them
}

// A PushCause says why pushes pause.
type PushCause string

// Causes of a pause.
const (
	PausedByRow    PushCause = "unanswered"
	PausedByReport PushCause = "reported"
)

// A Push is the verdict on waking phones for a request that waits.
type Push struct {
	Paused time.Time     // until then no phone is woken, whoever asks; zero: no pause
	Cause  PushCause     // of the pause
	Wait   time.Duration // until the next push, if there is no pause; 0: now
	Left   int           // pushes that this request may still have
}

// May reports whether a push may be sent now.
func (p Push) May() bool { return p.Paused.IsZero() && p.Wait == 0 && p.Left > 0 }

// MayPush judges by a record. A request whose push is refused waits all the same:
// opening the app shows it. Attack A01.
func MayPush(r PushRecord, l Limits, now time.Time) Push {
	p := Push{Left: max(0, 1+l.PushAgain-r.Times)}
	if pause := r.RowEnded.Add(l.PushPause); r.Row >= l.PushRow && pause.After(now) {
		p.Paused, p.Cause = pause, PausedByRow
	}
	if r.Quiet.After(now) && r.Quiet.After(p.Paused) {
		p.Paused, p.Cause = r.Quiet, PausedByReport
	}
	if len(r.Sent) > 0 {
		p.Wait = max(0, r.Sent[0].Add(l.PushApart).Sub(now))
	}
	if most := l.Pushes.Most; len(r.Sent) >= most {
		p.Wait = max(p.Wait, r.Sent[most-1].Add(l.Pushes.In).Sub(now))
	}
	return p
}

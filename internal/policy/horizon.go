package policy

import "time"

// A Horizon is the time by which what is old is forgotten. It stands in the database, one
// for all nodes, and goes forward only: where it has been, what it took is gone. The clock
// of a node leads it, so that a clock that jumped years ahead takes a little of the record
// for as long as nobody notices, and not the record: docs/decisions/0033.
type Horizon struct {
	At    time.Time     // where it stands
	Clock time.Time     // of a node at the round before, whichever it was; zero: there was none
	Seen  time.Time     // where this node found or left it at its own round before; zero: this is its first
	Ran   time.Duration // since that round, by a clock that nobody sets
}

const (
	horizonAbsence = 7 * day // may have passed while no node ran, and is believed of a node that starts
	// So many times as fast as time passes: what was long off is caught up with, in a quarter of the time.
	horizonPace = 4
)

// Next returns where it stands after a round that begins now, by the node's own clock. It
// is before now if that clock is too far ahead to be believed at once.
func (h Horizon) Next(now time.Time) time.Time {
	starts := h.Seen.IsZero()
	ahead, believed := now.Sub(h.At), horizonPace*h.passed(now)
	switch {
	case ahead <= 0:
		return h.At
	case ahead <= believed, starts && ahead <= horizonAbsence:
		return now
	case !starts && (!h.At.Equal(h.Seen) || !h.Clock.IsZero() && h.Clock.Before(h.At)):
		return h.At // another node leads, or would if this one hadn't led past its clock
	}
	return h.At.Add(believed)
}

// passed is how much time has passed since the round before, as far as that is sure. A node
// that starts knows it from the clock alone, unless that has jumped.
func (h Horizon) passed(now time.Time) time.Duration {
	if !h.Seen.IsZero() {
		return h.Ran
	}
	if since := now.Sub(h.Clock); since > 0 && since <= horizonAbsence {
		return since
	}
	return 0
}

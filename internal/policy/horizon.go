package policy

import "time"

// A Horizon is the time by which what is old is forgotten. It stands in the database, one
// for all nodes, and goes forward only: where it has been, what it took is gone. The clock
// of a node leads it, so that a clock that jumped years ahead takes a little of the record
// for as long as nobody notices, and not the record: docs/decisions/0033.
type Horizon struct {
	At   time.Time     // where it stands
	Seen time.Time     // where the node found or left it at its round before; zero: this is its first
	Ran  time.Duration // since that round, by a clock that nobody sets
}

const (
	horizonAbsence = 7 * day // may have passed while no node ran, and is believed of a node that starts
	horizonPace    = 4       // times as fast as a node runs: what was long off is caught up with, in quarter of the time
)

// Next returns where it stands after a round that begins now, by the node's own clock. It
// is before now if that clock is too far ahead to be believed at once.
func (h Horizon) Next(now time.Time) time.Time {
	ahead, believed := now.Sub(h.At), horizonPace*h.Ran
	if h.Seen.IsZero() {
		believed = horizonAbsence
	}
	switch {
	case ahead <= 0:
		return h.At
	case ahead <= believed:
		return now
	case !h.At.Equal(h.Seen): // a node starts; or another leads, whose clock isn't so far ahead
		return h.At
	}
	return h.At.Add(believed)
}

package server

import (
	"time"

	"keyturn/internal/notice"
)

// A ringer wakes the phones of an account. Package push implements it.
type ringer interface {
	// Ring returns at once. It rings every device of the account but except, until ends.
	Ring(account, except string, ends time.Time)
}

// ringFor is how long a phone may take to be woken for a notice: nobody waits for it.
const ringFor = 12 * time.Hour

// heard wakes the other phones of an account when they are told something. What is lost
// here costs time: a phone that listens is woken by the record, and one that is opened
// sees its notices.
func (s *Services) heard(t notice.Told) {
	s.bus.Wake("account." + t.Account)
	if s.ringer != nil && t.Kind.Rings() {
		s.ringer.Ring(t.Account, t.Device, s.with.Now().Add(ringFor))
	}
}

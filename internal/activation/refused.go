package activation

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"keyturn/internal/audit"
)

// How many refusals of codes are written one by one, of each account and of codes that are
// nobody's: what a person does, not what a script does. Attack A106.
const (
	refusedSingly = 5
	refusedWithin = 10 * time.Minute
)

// refusals counts refused codes in this process, by account, "" for codes that are nobody's.
// Safe for concurrent use.
type refusals struct {
	mu     sync.Mutex
	window time.Time
	singly map[string]int
	more   map[string]int // that weren't written
}

// take reports whether a refusal is written by itself. The others are counted.
func (c *refusals) take(account string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := now.Truncate(refusedWithin); c.singly == nil || !w.Equal(c.window) {
		c.window, c.singly = w, map[string]int{}
	}
	if c.singly[account] < refusedSingly {
		c.singly[account]++
		return true
	}
	if c.more == nil {
		c.more = map[string]int{}
	}
	c.more[account]++
	return false
}

// counted returns what was counted since the last time.
func (c *refusals) counted() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	more := c.more
	c.more = nil
	return more
}

// TellRefused writes how many refusals weren't written by themselves, an event for each
// account and one for codes that are nobody's, with the detail "count". Whoever runs the
// service calls it every few minutes and at the end.
func (s *Service) TellRefused(ctx context.Context) error {
	var all []error
	for account, n := range s.refusals.counted() {
		ev := s.event(Activation{Account: account}, audit.ActivationRefused).With("count", strconv.Itoa(n))
		if err := s.Store.Refused(ctx, ev); err != nil {
			all = append(all, fmt.Errorf("%d refused codes aren't in the record: %w", n, err))
		}
	}
	return errors.Join(all...)
}

package hint

import (
	"context"
	"time"
)

// A Follow says how something is followed. The zero value follows it until the context
// ends.
type Follow struct {
	Most  time.Duration   // for so long at most; 0: without end
	Apart time.Duration   // between two looks, however many hints there are
	Beat  time.Duration   // how often Beats is called meanwhile; 0: never
	Beats func() bool     // false ends the following: nobody is there any more
	Over  <-chan struct{} // ends the following when it is closed, as if Most were over; nil: nothing does
}

// A Reading reads how something stands. lasts is when that ends without a hint, such as at a
// deadline; 0: never. more is false if there is nothing to wait for any more.
type Reading func() (lasts time.Duration, more bool, err error)

// Until looks again after each hint, and when a state has ended by itself, until look says
// that it has seen enough, or fails, or Most is over. The caller has looked once, after it
// began to listen, so that no change falls between; what it saw lasts for so long (0:
// without end). Until returns the error of look, or that of a context that ended.
//
// Tens of thousands of people wait at once: one timer is for all that there is to wait
// for, and what stands on the stack meanwhile is little.
func (f *Follow) Until(ctx context.Context, hints <-chan struct{}, lasts time.Duration, look Reading) (err error) {
	s := f.sleeper()
	defer s.timer.Stop()
	for more := true; more && err == nil; {
		s.lie(lasts)
		if !s.sleep(ctx, hints) {
			return ctx.Err()
		}
		lasts, more, err = look()
	}
	return err
}

// never is longer than anybody waits.
const never = time.Duration(1<<63 - 1)

// A sleeper counts its times from the beginning of the following.
type sleeper struct {
	*Follow
	began time.Time
	timer *time.Timer
	least time.Duration // before that no hint ends the sleep
	end   time.Duration // of the sleep, by itself
	beat  time.Duration // the next
	over  time.Duration // of it all
}

func (f *Follow) sleeper() *sleeper {
	s := &sleeper{Follow: f, began: time.Now(), timer: time.NewTimer(never), beat: never, over: never}
	if f.Beat > 0 {
		s.beat = f.Beat
	}
	if f.Most > 0 {
		s.over = f.Most
	}
	return s
}

// lie begins a sleep for as long as a state lasts; 0: without end.
func (s *sleeper) lie(lasts time.Duration) {
	now := time.Since(s.began)
	s.least, s.end = now+s.Apart, never
	if lasts > 0 {
		s.end = now + max(lasts, s.Apart)
	}
	s.set(now)
}

func (s *sleeper) set(now time.Duration) { s.timer.Reset(min(s.end, s.beat, s.over) - now) }

// sleep waits for a hint, or for the end of the sleep. It is false if there is no reason
// to look again.
func (s *sleeper) sleep(ctx context.Context, hints <-chan struct{}) bool {
	for {
		select {
		case <-hints:
			if s.rested() {
				return true
			}
			hints = nil
		case <-s.timer.C:
			if again, look := s.due(); !again {
				return look
			}
		case <-s.Over:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// rested reports whether a hint ends the sleep; otherwise it will end a little later.
func (s *sleeper) rested() bool {
	now := time.Since(s.began)
	if now >= s.least {
		return true
	}
	s.end = s.least
	s.set(now)
	return false
}

// due does what is due, and says whether to sleep on, and whether to look if not.
func (s *sleeper) due() (on, look bool) {
	now := time.Since(s.began)
	switch {
	case now >= s.over:
		return false, false
	case now >= s.end:
		return false, true
	case now >= s.beat:
		s.beat = now + s.Beat
		on = s.Beats()
	default:
		on = true // it fired early
	}
	s.set(now)
	return on, false
}

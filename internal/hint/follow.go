package hint

import (
	"context"
	"time"
)

// A Follow says how something is followed. The zero value follows it until the context
// ends.
type Follow struct {
	Most  time.Duration // for so long at most; 0: without end
	Apart time.Duration // between two looks, however many hints there are
	Beat  time.Duration // how often Beats is called meanwhile; 0: never
	Beats func() bool   // false ends the following: nobody is there any more
}

// A Look reads how something stands. lasts is when that ends without a hint, such as at a
// deadline; 0: never. more is false if there is nothing to wait for any more.
type Look func() (lasts time.Duration, more bool, err error)

// Until looks again after each hint, and when a state has ended by itself, until look says
// that it has seen enough, or fails, or Most is over. The caller has looked once, after it
// began to listen, so that no change falls between; what it saw lasts for so long (0:
// without end). Until returns the error of look, or that of a context that ended.
func (f Follow) Until(ctx context.Context, hints <-chan struct{}, lasts time.Duration, look Look) error {
	over, stop := timer(f.Most)
	defer stop()
	beat, still := f.beat()
	defer still()
	s := sleeper{ctx, over, beat, f.Beats}
	for more := true; more; {
		began := time.Now()
		if !s.sleep(hints, lasts) {
			return ctx.Err()
		}
		if rest := f.Apart - time.Since(began); rest > 0 && !s.sleep(nil, rest) {
			return ctx.Err()
		}
		var err error
		if lasts, more, err = look(); err != nil {
			return err
		}
	}
	return nil
}

// A sleeper is what ends a sleep before its time.
type sleeper struct {
	ctx   context.Context
	over  <-chan time.Time
	beat  <-chan time.Time
	beats func() bool
}

// sleep waits for a hint, or for as long as a state lasts (0: without end). It is false
// if there is no reason to look again.
func (s sleeper) sleep(hints <-chan struct{}, lasts time.Duration) bool {
	ends, stop := timer(lasts)
	defer stop()
	for {
		select {
		case <-hints:
			return true
		case <-ends:
			return true
		case <-s.beat:
			if !s.beats() {
				return false
			}
		case <-s.over:
			return false
		case <-s.ctx.Done():
			return false
		}
	}
}

// timer is a channel that gets a value after d, and what stops it; 0: never.
func timer(d time.Duration) (at <-chan time.Time, stop func()) {
	if d <= 0 {
		return nil, func() {}
	}
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

func (f Follow) beat() (at <-chan time.Time, stop func()) {
	if f.Beat <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(f.Beat)
	return t.C, t.Stop
}

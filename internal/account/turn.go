package account

import (
	"context"
	"slices"
	"sync"
	"time"
)

// mostTurns is how many wait at once for others to be judged, in this process; the
// rest is turned away. lookAgain is how soon one looks without being called: what is
// judged at another node calls nobody here.
const (
	mostTurns = 256
	lookAgain = 250 * time.Millisecond
)

// turns are those who wait for a try, by the key of the count that has none until
// others are judged, the first first. It is safe for concurrent use; its zero value
// is ready.
type turns struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{}
	n       int
}

// wait returns when a try of the count may be there. [ErrBusy] if too many wait, or
// for too long.
func (t *turns) wait(ctx context.Context, key string) error {
	call, ok := t.join(key)
	if !ok {
		return ErrBusy
	}
	defer t.leave(key, call)
	again := time.NewTimer(lookAgain)
	defer again.Stop()
	select {
	case <-call:
	case <-again.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

func (t *turns) join(key string) (call chan struct{}, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == mostTurns {
		return nil, false
	}
	if t.waiting == nil {
		t.waiting = map[string][]chan struct{}{}
	}
	call = make(chan struct{}, 1)
	t.waiting[key] = append(t.waiting[key], call)
	t.n++
	return call, true
}

func (t *turns) leave(key string, call chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n--
	left := slices.DeleteFunc(t.waiting[key], func(c chan struct{}) bool { return c == call })
	if t.waiting[key] = left; len(left) == 0 {
		delete(t.waiting, key)
	}
}

// next calls the first who waits for each of some counts.
func (t *turns) next(counts []Count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range counts {
		for _, call := range t.waiting[c.Key] {
			select {
			case call <- struct{}{}:
			default: // called already, and about to leave
				continue
			}
			break
		}
	}
}

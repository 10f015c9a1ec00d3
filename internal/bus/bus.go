// Package bus carries hints inside one process. Package hint says what they are.
package bus

import "sync"

// Local is a [hint.Bus] for one process. It is safe for concurrent use; its
// zero value is ready.
type Local struct {
	mu     sync.Mutex
	listen map[string]map[chan struct{}]struct{} // by what they listen about
}

// Wake gives a hint to everyone who listens about id. It never blocks.
func (l *Local) Wake(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.listen[id] {
		select {
		case c <- struct{}{}:
		default: // a hint is waiting there already
		}
	}
}

// Listen returns a channel of hints about id, and what ends the listening.
func (l *Local) Listen(id string) (hints <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listen == nil {
		l.listen = map[string]map[chan struct{}]struct{}{}
	}
	if l.listen[id] == nil {
		l.listen[id] = map[chan struct{}]struct{}{}
	}
	l.listen[id][c] = struct{}{}
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.listen[id], c)
		if len(l.listen[id]) == 0 {
			delete(l.listen, id)
		}
	}
}

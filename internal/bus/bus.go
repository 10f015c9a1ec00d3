// Package bus carries wake-up hints: "look again at request.req_…". A hint may
// be lost, late or repeated; the store has the truth.
package bus

import "sync"

// Local carries hints inside one process. It is safe for concurrent use; its
// zero value is ready.
type Local struct {
	mu     sync.Mutex
	topics map[string]map[chan struct{}]struct{}
}

// Wake gives a hint to everyone who listens to topic. It never blocks.
func (l *Local) Wake(topic string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.topics[topic] {
		select {
		case c <- struct{}{}:
		default: // a hint is waiting there already
		}
	}
}

// Listen returns a channel of hints about topic, and what ends the listening.
func (l *Local) Listen(topic string) (hint <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.topics == nil {
		l.topics = map[string]map[chan struct{}]struct{}{}
	}
	if l.topics[topic] == nil {
		l.topics[topic] = map[chan struct{}]struct{}{}
	}
	l.topics[topic][c] = struct{}{}
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.topics[topic], c)
		if len(l.topics[topic]) == 0 {
			delete(l.topics, topic)
		}
	}
}

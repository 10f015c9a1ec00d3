package store

import (
	"context"
	"slices"
	"sync"
)

// Lines are where the transactions of this process that count by a key wait for each
// other. They would wait inside PostgreSQL as well, each with a connection: a flood at
// one account, or from one address, would take all that there are, and whoever waits
// there long is ended by the time that a transaction has. It is safe for concurrent use;
// its zero value is ready.
type lines struct {
	mu sync.Mutex
	of map[string]*line
}

// A line is of one key. Whoever put something into turn has theirs.
type line struct {
	turn chan struct{}
	in   int // who wait or have their turn
}

// enter waits for the turn of each key. It returns why the context has ended, if that
// comes first.
func (l *lines) enter(ctx context.Context, keys []string) (leave func(), err error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // in one order for all, so that no two wait for each other
	for i, key := range keys {
		if err := l.wait(ctx, key); err != nil {
			l.leave(keys[:i])
			return nil, err
		}
	}
	return func() { l.leave(keys) }, nil
}

func (l *lines) wait(ctx context.Context, key string) error {
	select {
	case l.join(key).turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		l.part(key)
		return context.Cause(ctx)
	}
}

func (l *lines) join(key string) *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]*line{}
	}
	if l.of[key] == nil {
		l.of[key] = &line{turn: make(chan struct{}, 1)}
	}
	l.of[key].in++
	return l.of[key]
}

// leave ends the own turn of each key.
func (l *lines) leave(keys []string) {
	for _, key := range keys {
		<-l.part(key).turn
	}
}

// part leaves a line. Who had the turn gives it on.
func (l *lines) part(key string) *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.of[key]
	if of.in--; of.in == 0 {
		delete(l.of, key)
	}
	return of
}

package store

import (
	"context"
	"math"
	"sync"
	"time"

	"keyturn/internal/account"
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

// How many may wait for one key: who begins, and who ends what has begun. Those are few, and
// what they have to say must not get lost because others stand there.
const (
	longestLine = 256
	anyLine     = math.MaxInt
)

// enter waits for the turn of each key and returns how long that took: nothing if nobody
// was before. All who have several keys have them in one order, so that no two wait for each
// other: the key that the fewest have first. So whoever waits for an account's turn has their
// network's already, and nobody's flood from one is more than one who waits there. The error
// is why the context has ended, or [account.ErrBusy] where more than longest wait.
func (l *lines) enter(ctx context.Context, longest int, keys []string) (leave func(), waited time.Duration, err error) {
	for i, key := range keys {
		took, err := l.wait(ctx, longest, key)
		if err != nil {
			l.leave(keys[:i])
			return nil, 0, err
		}
		waited += took
	}
	return func() { l.leave(keys) }, waited, nil
}

func (l *lines) wait(ctx context.Context, longest int, key string) (took time.Duration, err error) {
	of := l.join(longest, key)
	if of == nil {
		return 0, account.ErrBusy
	}
	select {
	case of.turn <- struct{}{}:
		return 0, nil
	default:
	}
	began := time.Now()
	select {
	case of.turn <- struct{}{}:
		return time.Since(began), nil
	case <-ctx.Done():
		l.part(key)
		return 0, context.Cause(ctx)
	}
}

// join returns nil if the line is too long.
func (l *lines) join(longest int, key string) *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]*line{}
	}
	if l.of[key] == nil {
		l.of[key] = &line{turn: make(chan struct{}, 1)}
	}
	if l.of[key].in > longest {
		return nil
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

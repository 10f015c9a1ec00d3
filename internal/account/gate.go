package account

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"keyturn/internal/argon2"
)

// A gate lets so many hashes in at once: each takes 19 MiB, so that a flood of
// sign-ins could otherwise take all memory. Who finds the queue full is turned
// away at once, which costs less than to let everyone wait too long.
//
// There is a second queue, for attempts that nobody can make many of: a flood fills
// the first one only, and of two hashes in a row the other is for the second. Attack
// A99. The gate is safe for concurrent use.
type gate struct {
	mu       sync.Mutex
	places   int // that are free
	most     int // waiting in each queue
	queues   [2][]chan struct{}
	last     int              // queue that had the last place
	memories []*argon2.Memory // at rest; never more than there are places
	idle     *time.Timer      // ends them
}

// The queues of a gate.
const (
	forAll  = 0
	forKept = 1
)

// waiting is how many may wait for each hash that runs: at 25 ms a hash the last
// one waits for 1.6 s.
const waiting = 64

// rest is how long memories are kept that nothing is hashed in: 19 MiB of garbage for
// each hash would cost the collector a tenth of it, and an idle server needs none.
const rest = time.Minute

// newGate lets n in at once; 0: one per processor.
func newGate(n int) *gate {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return &gate{places: n, most: n * waiting}
}

// enter waits for a place and a memory for one hash. Whoever got them leaves. It
// returns [ErrBusy] if too many wait already.
func (g *gate) enter(ctx context.Context, queue int) (m *argon2.Memory, leave func(), err error) {
	call, err := g.line(queue)
	if err != nil {
		return nil, nil, err
	}
	select {
	case <-call:
	case <-ctx.Done():
		if g.quit(queue, call) {
			return nil, nil, ctx.Err()
		}
	}
	m = g.memory()
	return m, func() { g.leave(m) }, nil
}

// line takes a place in a queue. The call comes when there is one inside, at once if
// one is free.
func (g *gate) line(queue int) (call chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.queues[queue]) == g.most {
		return nil, ErrBusy
	}
	call = make(chan struct{}, 1)
	g.queues[queue] = append(g.queues[queue], call)
	g.admit()
	return call, nil
}

// quit takes somebody out of a queue; false if they were called already.
func (g *gate) quit(queue int, call chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.queues[queue], call)
	if i < 0 {
		return false
	}
	g.queues[queue] = slices.Delete(g.queues[queue], i, i+1)
	return true
}

// admit calls the next while there are places: of the queues by turns.
func (g *gate) admit() {
	for ; g.places > 0; g.places-- {
		queue := 1 - g.last
		if len(g.queues[queue]) == 0 {
			queue = g.last
		}
		if len(g.queues[queue]) == 0 {
			return
		}
		g.queues[queue][0] <- struct{}{}
		g.queues[queue] = slices.Delete(g.queues[queue], 0, 1)
		g.last = queue
	}
}

// memory returns one that is at rest, or a new one: each place has one at most.
func (g *gate) memory() *argon2.Memory {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.memories)
	if n == 0 {
		return &argon2.Memory{}
	}
	m := g.memories[n-1]
	g.memories = g.memories[:n-1]
	return m
}

// leave gives the place to the next, with the memory.
func (g *gate) leave(m *argon2.Memory) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.memories = append(g.memories, m)
	g.places++
	g.admit()
	if g.idle == nil {
		g.idle = time.AfterFunc(rest, g.forget)
	} else {
		g.idle.Reset(rest)
	}
}

// forget ends what memories are at rest.
func (g *gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.memories = nil
}

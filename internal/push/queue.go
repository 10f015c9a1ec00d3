package push

import "sync"

const (
	// queued is how many messages there may be at once, waiting or on their way; one
	// takes about 1 KiB.
	queued = 4096

	// perLane is how many of them are on their way to one push service, each for 5 s
	// at most, and laneQueued how many more wait for it: one that hangs takes nothing
	// from the others.
	perLane    = 16
	laneQueued = queued / 4
)

// A queue runs what is put into it, a bounded number at once and in no certain
// order. Its lanes don't wait for each other. Safe for concurrent use.
type queue struct {
	mu     sync.Mutex
	lanes  map[string]*lane
	held   int // waiting, or running
	later  int // will be put in
	closed bool
	empty  chan struct{} // closed when the queue is closed and nothing is held
}

type lane struct {
	waiting []func()
	busy    int
}

// put takes run, or returns false if there is no room. Once the queue is closed it
// takes nothing but what comes from inside, from something that it runs.
func (q *queue) put(name string, run func(), inside bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.full() || q.closed && !inside {
		return false
	}
	if q.lanes == nil {
		q.lanes = map[string]*lane{}
	}
	l := q.lanes[name]
	if l == nil {
		l = &lane{}
		q.lanes[name] = l
	}
	if len(l.waiting) >= laneQueued {
		return false
	}
	q.held++
	l.waiting = append(l.waiting, run)
	if l.busy < perLane {
		l.busy++
		go q.work(name, l)
	}
	return true
}

// work runs what waits in a lane until there is nothing.
func (q *queue) work(name string, l *lane) {
	for {
		q.mu.Lock()
		if len(l.waiting) == 0 {
			if l.busy--; l.busy == 0 {
				delete(q.lanes, name)
			}
			q.mu.Unlock()
			return
		}
		run := l.waiting[0]
		l.waiting = l.waiting[1:]
		q.mu.Unlock()
		run()
		q.done()
	}
}

func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held--
	q.finish()
}

// hold makes room for something that will be put in later, or returns false.
func (q *queue) hold() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.full() || q.closed {
		return false
	}
	q.later++
	return true
}

// release gives that room back, for it to be put in.
func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.later--
}

func (q *queue) full() bool { return q.held+q.later >= queued }

// close lets nothing more in. The channel closes when what is held is done.
func (q *queue) close() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed, q.empty = true, make(chan struct{})
		q.finish()
	}
	return q.empty
}

// finish says that nothing is left.
func (q *queue) finish() {
	if q.closed && q.held == 0 {
		close(q.empty)
	}
}

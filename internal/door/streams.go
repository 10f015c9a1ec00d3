package door

import (
	"errors"
	"sync"
)

// mostStreams is how many tabs may follow one request or activation. A person
// has one or two; what keeps opening more is no person.
const mostStreams = 8

// errStreams says that a request or activation is followed often enough.
var errStreams = errors.New("portal: too many streams about one thing")

// streams counts who follows what. It is safe for concurrent use; its zero value
// is ready.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

// enter counts one more stream about id, until leave is called.
func (s *streams) enter(id string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id] >= mostStreams {
		return nil, errStreams
	}
	if s.open == nil {
		s.open = map[string]int{}
	}
	s.open[id]++
	return func() { s.leave(id) }, nil
}

func (s *streams) leave(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id]--; s.open[id] == 0 {
		delete(s.open, id)
	}
}

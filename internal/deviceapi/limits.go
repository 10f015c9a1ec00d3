package deviceapi

import (
	"net/http"
	"sync"
	"time"

	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// take takes a try at what of each network that the caller's address is in, or of none.
// A caller that no proxy has named is counted by nothing.
func (a *API) take(r *http.Request, what string, rate policy.Rate) error {
	networks := policy.Networks(page.Counted(r))
	for i, n := range networks {
		if wait := a.tries.take(what+" "+n.Name, n.Of(rate), a.Now()); wait > 0 {
			a.tries.giveBack(what, networks[:i])
			return &tooMany{wait}
		}
	}
	return nil
}

// giveBack returns what take has taken.
func (a *API) giveBack(r *http.Request, what string) {
	a.tries.giveBack(what, policy.Networks(page.Counted(r)))
}

// mostCounts is for how many networks tries are counted at once, some 15 MB. Whoever calls
// from more has more machines than a limit by address could stop.
const mostCounts = 100_000

// tries counts wrong tries of strangers in this process. They can guess neither a code, 70
// random bits, nor a signature: the count keeps them from keeping the server busy, and must
// not become work itself, which it would be in the database. Attack A106. Safe for
// concurrent use.
type tries struct {
	mu     sync.Mutex
	counts map[string]count
	swept  time.Time
}

// A count is the tries of one network since its first one.
type count struct {
	tries int
	until time.Time
}

// take counts a try, or says how long there is none.
func (t *tries) take(key string, rate policy.Rate, now time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, known := t.counts[key]
	if !now.Before(c.until) {
		c = count{until: now.Add(rate.In)}
	}
	if c.tries >= rate.Most {
		return c.until.Sub(now)
	}
	if !known && !t.room(now) {
		return 0
	}
	c.tries++
	t.counts[key] = c
	return 0
}

// room reports whether one more network can be counted. Those whose time is over go, which
// is looked at once a minute at most.
func (t *tries) room(now time.Time) bool {
	if t.counts == nil {
		t.counts = map[string]count{}
	}
	if len(t.counts) < mostCounts || now.Before(t.swept.Add(time.Minute)) {
		return len(t.counts) < mostCounts
	}
	t.swept = now
	for key, c := range t.counts {
		if !now.Before(c.until) {
			delete(t.counts, key)
		}
	}
	return len(t.counts) < mostCounts
}

// giveBack returns a try of each network.
func (t *tries) giveBack(what string, networks []policy.Network) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range networks {
		key := what + " " + n.Name
		if c := t.counts[key]; c.tries > 1 {
			c.tries--
			t.counts[key] = c
		} else {
			delete(t.counts, key)
		}
	}
}

// rates count the calls of each device in this process, to keep a phone that is
// out of its mind from keeping the server busy. No right depends on them: what
// may be guessed is counted in the database. Safe for concurrent use.
type rates struct {
	mu     sync.Mutex
	minute int64
	calls  map[string]int
}

// take counts a call of the present minute.
func (c *rates) take(key string, most int, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Unix() / 60; c.calls == nil || minute != c.minute {
		c.minute, c.calls = minute, map[string]int{}
	}
	if c.calls[key] >= most {
		return &tooMany{time.Duration(60-now.Unix()%60) * time.Second}
	}
	c.calls[key]++
	return nil
}

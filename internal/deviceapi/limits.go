package deviceapi

import (
	"net/http"
	"sync"
	"time"

	"keyturn/internal/page"
	"keyturn/internal/policy"
)

// take takes a try of the caller's address at what. One that no proxy has named is
// counted by nothing.
func (a *API) take(r *http.Request, what string, rate policy.Rate) error {
	name := key(r, what)
	if name == "" {
		return nil
	}
	wait, err := a.Tries.Take(r.Context(), name, rate.Most, rate.In, a.Now())
	if err != nil {
		return err
	}
	if wait > 0 {
		return &tooMany{wait}
	}
	return nil
}

// giveBack returns a try that take has taken.
func (a *API) giveBack(r *http.Request, what string) error {
	if name := key(r, what); name != "" {
		return a.Tries.GiveBack(r.Context(), name)
	}
	return nil
}

// key names the count of an address, "" if there is none to count by.
func key(r *http.Request, what string) string {
	near := policy.Near(page.Counted(r))
	if near == "" {
		return ""
	}
	return what + " " + near
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

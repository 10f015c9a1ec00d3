package deviceapi

import (
	"context"
	"sync"
	"time"
)

// answersApart is the time between two held calls of a device that are answered at once.
const answersApart = time.Second

// paces keep a device whose list changes all the time from spending its calls of a
// minute in a moment: then it would hear nothing until the next one. Attack A97. No
// right depends on them. Safe for concurrent use.
type paces struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// wait returns when a held call of a device may be looked at.
func (p *paces) wait(ctx context.Context, device string) error {
	rest := time.NewTimer(answersApart - time.Since(p.of(device)))
	defer rest.Stop()
	select {
	case <-rest.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *paces) of(device string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last[device]
}

// answered says that a held call of a device is answered now. One that was held for
// a while has spent enough.
func (p *paces) answered(device string, since time.Time) {
	if time.Since(since) >= answersApart {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || len(p.last) >= 10_000 { // whoever is forgotten is answered at once
		p.last = map[string]time.Time{}
	}
	p.last[device] = time.Now()
}

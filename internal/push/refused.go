package push

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// refusedApart is how often the log says of one push service that it refuses this server.
const refusedApart = time.Hour

// refuses reports whether an answer is about this server and not about the phone: its key
// or its contact isn't taken (RFC 8292 §4.2). The subscription is as good as before.
func (a answer) refuses() bool {
	return a.status == http.StatusUnauthorized || a.status == http.StatusForbidden
}

// refusals are when the log last said so of the push service at an origin. The zero value
// is ready, and safe for concurrent use.
type refusals struct {
	mu   sync.Mutex
	said map[string]time.Time
}

// due reports whether it is to be said now. What was said long ago is forgotten.
func (r *refusals) due(origin string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for o, at := range r.said {
		if since := now.Sub(at); since < 0 || since >= refusedApart {
			delete(r.said, o)
		}
	}
	if _, said := r.said[origin]; said {
		return false
	}
	if r.said == nil {
		r.said = map[string]time.Time{}
	}
	r.said[origin] = now
	return true
}

// refused tells the operator, who alone can do something about it.
func (s *Sender) refused(ctx context.Context, m *message, a answer) {
	u, err := url.Parse(m.Endpoint)
	if err != nil || !s.refusals.due(originOf(u), s.Now()) {
		return
	}
	s.Log.LogAttrs(ctx, slog.LevelError, "a push service refuses this server: its phones get no notifications; see push.contact",
		slog.String("origin", originOf(u)), slog.Int("status", a.status), slog.String("contact", s.VAPID.Contact))
}

package push

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// waits are before the second, third and fourth try. Spec §13.2.
var waits = []time.Duration{time.Second, 3 * time.Second, 9 * time.Second}

// testLife is how long a push service may keep the push of a test.
const testLife = time.Minute

// A message is one push to one phone.
type message struct {
	device.Subscription
	kind  kind
	ends  time.Time // of what it is about
	tried int
}

// An answer is what a push service said.
type answer struct {
	status int           // 0: nothing
	after  time.Duration // that it wants us to wait
	err    error         // why there was no answer
}

func (a answer) taken() bool { return a.status/100 == 2 }
func (a answer) gone() bool {
	return a.status == http.StatusNotFound || a.status == http.StatusGone
}

// again reports whether another try may help: the service is busy, or wasn't
// reached. An address that the guard refuses is not called again.
func (a answer) again() bool {
	return a.status == http.StatusTooManyRequests || a.status/100 == 5 || a.status == 0 && !errors.Is(a.err, ErrEndpoint) && !errors.Is(a.err, ErrKeys)
}

// try sends a message, and sees to it that it is sent again later if that helps.
func (s *Sender) try(m *message) {
	if !s.Now().Before(m.ends) { // it ended while this waited: the phone would ring for nothing
		s.counted.failed.Add(1)
		return
	}
	a := s.send(s.life, m)
	m.tried++
	if a.again() && s.later(m, a.after) {
		s.counted.retried.Add(1)
		return
	}
	s.count(s.life, m, a)
}

// later has a message tried again while that is still of use.
func (s *Sender) later(m *message, after time.Duration) bool {
	if m.tried > len(waits) || s.life.Err() != nil {
		return false
	}
	wait := max(waits[m.tried-1], after)
	if !s.Now().Add(wait).Before(m.ends) || !s.queue.hold() {
		return false
	}
	s.After(wait, func() {
		s.queue.release()
		s.hand(m, false)
	})
	return true
}

// count counts what became of a message and writes down what the answer says of
// the phone. A push that failed changes nothing else.
func (s *Sender) count(ctx context.Context, m *message, a answer) {
	switch {
	case a.taken():
		s.counted.sent.Add(1)
		s.taken(ctx, m)
	case a.gone():
		s.counted.lost.Add(1)
		s.lost(ctx, m)
	default:
		s.counted.failed.Add(1)
		if a.refuses() {
			s.refused(ctx, m, a)
		}
		s.Log.LogAttrs(ctx, slog.LevelWarn, "push failed", slog.String("device", m.Device), slog.Int("status", a.status),
			slog.Int("tries", m.tried), slog.Any("err", a.err))
	}
}

// keptFor is how exactly the last push that was taken is kept: people are told the
// day.
const keptFor = time.Hour

func (s *Sender) taken(ctx context.Context, m *message) {
	now := s.Now()
	if now.Sub(m.Sent) < keptFor {
		return
	}
	if err := s.Store.PushTaken(ctx, m.Device, m.Endpoint, now); err != nil {
		s.Log.LogAttrs(ctx, slog.LevelError, "push not noted", slog.String("device", m.Device), slog.Any("err", err))
	}
}

func (s *Sender) lost(ctx context.Context, m *message) {
	ev := audit.Event{Kind: audit.PushLost, At: s.Now(), Account: m.Account, Device: m.Device}
	lost, err := s.Store.LosePush(ctx, m.Device, m.Endpoint, ev)
	if err != nil {
		s.Log.LogAttrs(ctx, slog.LevelError, "lost push not noted", slog.String("device", m.Device), slog.Any("err", err))
	}
	if lost && s.Wake != nil {
		s.Wake(m.Account)
	}
}

// Check implements [device.Pusher]: address and keys are of the form that pushes
// can be sent to. The error names the host and the rule.
func (s *Sender) Check(sub device.Subscription) error {
	if _, err := s.Guard.Endpoint(sub.Endpoint); err != nil {
		host := "unreadable"
		if u, e := url.Parse(sub.Endpoint); e == nil {
			host = keyturn.Clean(u.Hostname(), 100)
		}
		return fmt.Errorf("%w, %s", err, host)
	}
	_, err := LookNow(s.Origin, s.Language, sub.P256DH, sub.Auth)
	return err
}

// Send implements [device.Pusher]: one push at once, without further tries.
func (s *Sender) Send(ctx context.Context, sub device.Subscription) (gone bool, err error) {
	s.start()
	m := &message{Subscription: sub, kind: request, ends: s.Now().Add(testLife), tried: 1}
	a := s.send(ctx, m)
	s.count(context.WithoutCancel(ctx), m, a)
	if !a.taken() && a.err == nil {
		a.err = fmt.Errorf("push: status %d", a.status)
	}
	return a.gone(), a.err
}

// send makes one call to a push service.
func (s *Sender) send(ctx context.Context, m *message) answer {
	now := s.Now()
	u, err := s.Guard.Endpoint(m.Endpoint)
	if err != nil {
		return answer{err: err}
	}
	body, err := LookNow(s.Origin, cmp.Or(m.Language, s.Language), m.P256DH, m.Auth)
	if err != nil {
		return answer{err: err}
	}
	authorization, err := s.tokens.header(s.VAPID, u, now)
	if err != nil {
		return answer{err: err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	h := r.Header
	h.Set("Authorization", authorization)
	// Of what was encrypted it says nothing, and Windows' service takes no other.
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Encoding", "aes128gcm") // RFC 8188
	h.Set("TTL", strconv.Itoa(max(0, int(m.ends.Sub(now)/time.Second))))
	h.Set("Urgency", m.kind.urgency)
	h.Set("Topic", m.kind.topic(m.Device))
	h.Set("User-Agent", "Keyturn")
	return s.call(r, now)
}

func (s *Sender) call(r *http.Request, now time.Time) answer {
	res, err := s.client.Do(r)
	var withAddress *url.Error // which lets whoever reads it push to the phone
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)) // what it says is shown to nobody
	return answer{status: res.StatusCode, after: retryAfter(res.Header.Get("Retry-After"), now)}
}

// retryAfter reads seconds or a date, RFC 9110 §10.2.3; 0 if there is neither.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 1<<20 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

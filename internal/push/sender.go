package push

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// A Store knows where pushes go.
type Store interface {
	// SubscriptionsOf returns those of an account that pushes may be sent to: for
	// a request of the devices that may answer it, else of suspended and locked
	// ones too.
	SubscriptionsOf(ctx context.Context, account string, request bool) ([]device.Subscription, error)

	// PushTaken keeps that a push service has taken a push.
	PushTaken(ctx context.Context, device, endpoint string, at time.Time) error

	// LosePush ends a subscription that its push service doesn't know any more, and
	// writes the event; lost is false if the device has a newer one.
	LosePush(ctx context.Context, device, endpoint string, ev audit.Event) (lost bool, err error)
}

// A Sender wakes phones. Its fields are set once, before use; it is safe for
// concurrent use. Whoever rings never waits: what can't be sent at once is queued,
// and what can't be queued is dropped and counted, so that a push service that
// hangs slows nobody down and fills no memory.
type Sender struct {
	Origin   string // the server's own, such as "https://id.example.org": a tap leads to its app
	Language string // of people who have said none; empty: the first of all

	VAPID VAPID
	Guard Guard
	Store Store
	Wake  func(account string)              // somebody's notifications were lost: who shows them looks again
	Log   *slog.Logger                      //
	Now   func() time.Time                  //
	After func(d time.Duration, run func()) // runs later; nil: time.AfterFunc

	once    sync.Once
	client  *http.Client
	tokens  tokens
	queue   queue
	life    context.Context // of all calls
	end     context.CancelFunc
	counted counters

	refusals refusals
}

// Counts are what became of pushes since the start.
type Counts struct {
	Sent    int64 // a push service took it
	Lost    int64 // the push service didn't know the phone any more
	Failed  int64 // refused, or no answer within the life of what it was about
	Retried int64
	Dropped int64 // the queue was full, or the server was about to stop
}

type counters struct{ sent, lost, failed, retried, dropped atomic.Int64 }

// Counts returns what became of pushes so far.
func (s *Sender) Counts() Counts {
	c := &s.counted
	return Counts{c.sent.Load(), c.lost.Load(), c.failed.Load(), c.retried.Load(), c.dropped.Load()}
}

// Ask wakes all phones of an account that may answer a request, until it ends. It
// returns at once. The caller has already checked that a push may be sent (spec §13.4).
func (s *Sender) Ask(account string, ends time.Time) {
	s.ring(call{account: account, kind: request, ends: ends})
}

// Ring wakes the phones of an account, but the device except, because a notice
// waits for them; ends is when it is no longer worth telling. It returns at once.
func (s *Sender) Ring(account, except string, ends time.Time) {
	s.ring(call{account: account, except: except, kind: notice, ends: ends})
}

// A call is an account to wake.
type call struct {
	account, except string
	kind            kind
	ends            time.Time
}

// A kind is what a push is about. The phone can't tell.
type kind struct {
	urgency string // RFC 8030 §5.3
	topic   func(device string) string
	asks    bool // only devices that may answer
}

var (
	request = kind{"high", Topic, true}
	notice  = kind{"normal", noticeTopic, false}
)

func (s *Sender) ring(c call) {
	s.start()
	s.put(lookups, func() { s.lookUp(c) }, false)
}

// lookups is the lane of the queue in which subscriptions are looked up: it is
// waiting for the store, not for a push service.
const lookups = ""

func (s *Sender) put(lane string, run func(), inside bool) {
	if !s.queue.put(lane, run, inside) && s.counted.dropped.Add(1)%dropsLogged == 1 {
		s.Log.LogAttrs(s.life, slog.LevelWarn, "pushes are dropped", slog.String("origin", lane),
			slog.Int64("so_far", s.counted.dropped.Load()))
	}
}

// dropsLogged is how many drops are one line of the log.
const dropsLogged = 1000

// lookUp hands in a message for each phone of the account.
func (s *Sender) lookUp(c call) {
	all, err := s.Store.SubscriptionsOf(s.life, c.account, c.kind.asks)
	if err != nil {
		s.Log.LogAttrs(s.life, slog.LevelError, "nobody is pushed to", slog.String("account", c.account), slog.Any("err", err))
		return
	}
	for _, sub := range all {
		if sub.Device != c.except {
			s.hand(&message{Subscription: sub, kind: c.kind, ends: c.ends}, true)
		}
	}
}

// hand puts a message into the lane of its push service.
func (s *Sender) hand(m *message, inside bool) {
	lane := m.Endpoint
	if u, err := url.Parse(m.Endpoint); err == nil {
		lane = originOf(u)
	}
	s.put(lane, func() { s.try(m) }, inside)
}

// start opens the client and the queue, once.
func (s *Sender) start() {
	s.once.Do(func() {
		s.client = s.Guard.Client()
		s.life, s.end = context.WithCancel(context.Background())
		if s.After == nil {
			s.After = func(d time.Duration, run func()) { time.AfterFunc(d, run) }
		}
	})
}

// Close takes no more pushes and waits for those that were handed in until ctx
// ends; then it cuts them off. Those that wait for another try are given up.
func (s *Sender) Close(ctx context.Context) {
	s.start()
	defer s.end()
	select {
	case <-s.queue.close():
	case <-ctx.Done():
		s.end()
		<-s.queue.close()
	}
	s.client.CloseIdleConnections()
}

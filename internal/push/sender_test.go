package push_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/push"
	"keyturn/internal/push/pushtest"
)

// A world is a sender with a push service, and a clock that stands still until what
// is to be run later is run.
type world struct {
	*push.Sender
	t       *testing.T
	service *pushtest.Service
	phone   *pushtest.Browser
	store   *store

	mu    sync.Mutex
	now   time.Time
	later chan later
}

type later struct {
	wait time.Duration
	run  func()
}

func start(t *testing.T) *world {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, service: pushtest.Start(t), store: &store{}, now: time.Unix(1893456000, 0), later: make(chan later, 100)}
	w.service.At(w.clock)
	w.phone = w.service.Subscribe()
	w.store.all = []device.Subscription{w.subscription(w.phone, "dev_1")}
	w.Sender = &push.Sender{Origin: "https://id.example.org", Language: "en", VAPID: push.VAPID{Key: key, Contact: "mailto:it@example.com"},
		Guard: push.Guard{Hosts: push.Hosts, Origins: []string{w.service.URL}}, Store: w.store, Now: w.clock,
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
		After: func(d time.Duration, run func()) { w.later <- later{d, run} }}
	t.Cleanup(w.finish)
	return w
}

func (w *world) subscription(b *pushtest.Browser, id string) device.Subscription {
	s := b.Subscription()
	return device.Subscription{Device: id, Account: "acc_1", Endpoint: s.Endpoint, P256DH: s.P256DH, Auth: s.Auth}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// ask wakes the phone for a request of so many seconds.
func (w *world) ask(seconds int) {
	w.Ask("acc_1", w.clock().Add(time.Duration(seconds)*time.Second))
}

// next runs what is to be run next, and returns how long it waited.
func (w *world) next() time.Duration {
	w.t.Helper()
	select {
	case l := <-w.later:
		w.mu.Lock()
		w.now = w.now.Add(l.wait)
		w.mu.Unlock()
		l.run()
		return l.wait
	case <-time.After(3 * time.Minute): // on a busy machine
		w.t.Fatal("nothing is to be run later")
		return 0
	}
}

// finish waits for what was handed in.
func (w *world) finish() { w.Close(context.Background()) }

// A store has what it is given, and keeps what it is told.
type store struct {
	mu    sync.Mutex
	all   []device.Subscription
	taken []string // devices
	lost  []string
}

func (s *store) SubscriptionsOf(context.Context, string, bool) ([]device.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all), nil
}

func (s *store) PushTaken(_ context.Context, id, _ string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, id)
	return nil
}

func (s *store) LosePush(_ context.Context, id, _ string, ev audit.Event) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = append(s.lost, id+" "+string(ev.Kind))
	return true, nil
}

// answers lets the service answer with these statuses one after the other, the last
// one for ever.
func (w *world) answers(header http.Header, statuses ...int) {
	var mu sync.Mutex
	w.service.Answer(func(rw http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		for name, values := range header {
			rw.Header()[name] = values
		}
		rw.WriteHeader(statuses[0])
		if len(statuses) > 1 {
			statuses = statuses[1:]
		}
	})
}

func TestRetries(t *testing.T) {
	const s = time.Second
	date := time.Unix(1893456000, 0).Add(30 * s).UTC().Format(http.TimeFormat)
	for _, tt := range []struct {
		name   string
		life   int // seconds
		header http.Header
		says   []int
		waits  []time.Duration
		want   push.Counts
	}{
		{"taken at once", 120, nil, []int{201}, nil, push.Counts{Sent: 1}},
		{"taken with another good status", 120, nil, []int{202}, nil, push.Counts{Sent: 1}},
		{"busy twice", 120, nil, []int{503, 429, 201}, []time.Duration{s, 3 * s}, push.Counts{Sent: 1, Retried: 2}},
		{"busy for ever", 120, nil, []int{500}, []time.Duration{s, 3 * s, 9 * s}, push.Counts{Failed: 1, Retried: 3}},
		{"busy until the request's end", 4, nil, []int{502}, []time.Duration{s}, push.Counts{Failed: 1, Retried: 1}},
		{"says when to come again", 120, http.Header{"Retry-After": {"7"}}, []int{429, 201}, []time.Duration{7 * s}, push.Counts{Sent: 1, Retried: 1}},
		{"says it with a date", 120, http.Header{"Retry-After": {date}}, []int{429, 201}, []time.Duration{30 * s}, push.Counts{Sent: 1, Retried: 1}},
		{"says to come sooner than we do", 120, http.Header{"Retry-After": {"0"}}, []int{503, 201}, []time.Duration{s}, push.Counts{Sent: 1, Retried: 1}},
		{"says to come after the request's end", 120, http.Header{"Retry-After": {"120"}}, []int{429}, nil, push.Counts{Failed: 1}},
		{"says nonsense", 120, http.Header{"Retry-After": {"-1"}}, []int{503, 201}, []time.Duration{s}, push.Counts{Sent: 1, Retried: 1}},
		{"refused", 120, nil, []int{403}, nil, push.Counts{Failed: 1}},
		{"leads elsewhere", 120, http.Header{"Location": {"http://127.0.0.1:1/"}}, []int{307}, nil, push.Counts{Failed: 1}},
		{"gone", 120, nil, []int{410}, nil, push.Counts{Lost: 1}},
		{"not found", 120, nil, []int{404}, nil, push.Counts{Lost: 1}},
		{"busy, then gone", 120, nil, []int{503, 410}, []time.Duration{s}, push.Counts{Lost: 1, Retried: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			w.answers(tt.header, tt.says...)
			w.ask(tt.life)
			for i, want := range tt.waits {
				if got := w.next(); got != want {
					t.Errorf("wait %d is %s, want %s", i+1, got, want)
				}
			}
			w.finish()
			if got := w.Counts(); got != tt.want || w.service.Calls() != len(tt.waits)+1 || len(w.later) > 0 {
				t.Errorf("%+v after %d calls, want %+v", got, w.service.Calls(), tt.want)
			}
			if (len(w.store.taken) == 1) != (tt.want.Sent == 1) || slices.Equal(w.store.lost, []string{"dev_1 push.lost"}) != (tt.want.Lost == 1) {
				t.Errorf("the store knows %v, %v", w.store.taken, w.store.lost)
			}
		})
	}
}

// Nobody listens where the subscription leads: as if the service was busy.
func TestUnreachable(t *testing.T) {
	w := start(t)
	w.Guard.Origins = append(w.Guard.Origins, "http://127.0.0.1:1")
	w.store.all[0].Endpoint = "http://127.0.0.1:1/x"
	w.ask(3)
	w.next()
	w.finish()
	if got, want := w.Counts(), (push.Counts{Failed: 1, Retried: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// A71, RFC 8030: what stands around the body.
func TestHeaders(t *testing.T) {
	w := start(t)
	w.ask(100)
	asked := w.phone.Next()
	w.Ring("acc_1", "dev_2", w.clock().Add(24*time.Hour))
	told := w.phone.Next()
	w.Ring("acc_1", "dev_1", w.clock().Add(24*time.Hour))
	w.Ask("acc_1", w.clock()) // it ended meanwhile
	if asked.TTL != 100 || asked.Urgency != "high" || asked.Topic != push.Topic("dev_1") {
		t.Errorf("asked: %+v", asked)
	}
	if told.TTL != 86400 || told.Urgency != "normal" || told.Topic == asked.Topic || told.Size != asked.Size || told.Text != asked.Text {
		t.Errorf("told: %+v", told)
	}
	w.finish()
	if n := len(w.phone.Came()); n != 2 {
		t.Errorf("%d pushes; the device that did it was told, or rung for what has ended", n)
	}
}

// A push service that hangs slows nobody down, keeps nothing from another service,
// and fills no memory.
func TestHangingService(t *testing.T) {
	w := start(t)
	hang := make(chan struct{})
	let := sync.OnceFunc(func() { close(hang) })
	t.Cleanup(let)
	w.service.Answer(func(rw http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	began := time.Now()
	other := pushtest.Start(t)
	other.At(w.clock)
	reached := other.Subscribe()
	w.Guard.Origins = append(w.Guard.Origins, other.URL)
	for i := range 3 * push.Queued {
		w.ask(120)
		if i == push.Queued/2 {
			w.store.mu.Lock()
			w.store.all = append(w.store.all, w.subscription(reached, "dev_2"))
			w.store.mu.Unlock()
		}
	}
	for w.Counts().Dropped == 0 {
		w.ask(120)
	}
	reached.Next()
	// A call that hangs is given up, and the next one made.
	calls, turns := w.service.Calls(), 1+int(time.Since(began)/push.CallIn)
	if calls > turns*push.PerLane {
		t.Errorf("%d calls at once", calls/turns)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Close(ctx) // cuts them off
	w.ask(120)
	let()
}

// A server that stops lets go out what was handed in, and gives up what waits for
// another try.
func TestClose(t *testing.T) {
	w := start(t)
	for range 20 {
		w.ask(120)
	}
	w.finish()
	if n := len(w.phone.Came()); n != 20 {
		t.Errorf("%d of 20 went out", n)
	}
	w = start(t)
	w.answers(nil, 503)
	w.ask(120)
	l := <-w.later
	w.finish()
	l.run()
	if got := w.Counts(); w.service.Calls() != 1 || got.Dropped != 1 {
		t.Errorf("%+v, %d calls", got, w.service.Calls())
	}
}

// Push services check what they haven't seen before: a token is used for hours, and
// for one service.
func TestTokensAreKept(t *testing.T) {
	w := start(t)
	var mu sync.Mutex
	var seen []string
	w.service.Answer(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Header.Get("Authorization"))
		rw.WriteHeader(http.StatusCreated)
	})
	for range 3 {
		if _, err := w.Send(t.Context(), w.store.all[0]); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		w.now = w.now.Add(3 * time.Hour)
		w.mu.Unlock()
	}
	if len(seen) != 3 || seen[0] != seen[1] || seen[1] == seen[2] {
		t.Errorf("tokens %q", seen)
	}
}

package hint_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/internal/hint"
)

// follow counts the looks of f, and says when it ended and with what error.
func follow(
	ctx context.Context, f hint.Follow, hints <-chan struct{}, lasts time.Duration,
	look func(n int) (time.Duration, bool, error),
) (looks int, took time.Duration, err error) {
	began := time.Now()
	err = f.Until(ctx, hints, lasts, func() (time.Duration, bool, error) {
		looks++
		return look(looks)
	})
	return looks, time.Since(began), err
}

func TestUntil(t *testing.T) {
	errLook := errors.New("can't be read")
	for _, tt := range []struct {
		name   string
		follow hint.Follow
		hints  time.Duration // between two; 0: none
		lasts  time.Duration // each state
		enough int           // looks; 0: never
		fails  error
		leaves time.Duration // when the context ends; 0: never
		over   time.Duration // when Over is closed; 0: never
		looks  int
		took   time.Duration
		err    error
	}{
		{name: "a hint brings a look", hints: time.Second, enough: 1, looks: 1, took: time.Second},
		{name: "looks go on until they have seen enough", hints: time.Second, enough: 3, looks: 3, took: 3 * time.Second},
		{name: "a state that ends by itself is looked at", lasts: 5 * time.Second, enough: 2, looks: 2, took: 10 * time.Second},
		{name: "no more than most, and no look at the end", follow: hint.Follow{Most: 25 * time.Second}, looks: 0, took: 25 * time.Second},
		{name: "many hints are few looks", follow: hint.Follow{Apart: 4 * time.Second}, hints: time.Second, enough: 2, looks: 2, took: 8 * time.Second},
		{name: "so are states that end at once", follow: hint.Follow{Apart: 4 * time.Second}, lasts: time.Second, enough: 2, looks: 2, took: 8 * time.Second},
		{name: "most holds between two looks too", follow: hint.Follow{Apart: time.Minute, Most: 3 * time.Second}, hints: time.Second, took: 3 * time.Second},
		{name: "a look that fails ends it", hints: time.Second, fails: errLook, looks: 1, took: time.Second, err: errLook},
		{name: "what ends everything ends it", follow: hint.Follow{Most: time.Minute}, over: 6 * time.Second, took: 6 * time.Second},
		{name: "who leaves ends it", leaves: 7 * time.Second, took: 7 * time.Second, err: context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.leaves > 0 {
					c, cancel := context.WithTimeout(ctx, tt.leaves)
					defer cancel()
					ctx = c
				}
				if tt.over > 0 {
					over := make(chan struct{})
					time.AfterFunc(tt.over, func() { close(over) })
					tt.follow.Over = over
				}
				hints, stop := hinting(tt.hints)
				defer stop()
				looks, took, err := follow(ctx, tt.follow, hints, tt.lasts, func(n int) (time.Duration, bool, error) {
					return tt.lasts, tt.enough == 0 || n < tt.enough, tt.fails
				})
				if looks != tt.looks || took != tt.took || !errors.Is(err, tt.err) {
					t.Errorf("%d looks in %v, error %v", looks, took, err)
				}
			})
		})
	}
}

// hinting gives a hint each time; 0: none.
func hinting(each time.Duration) (hints <-chan struct{}, stop func()) {
	if each == 0 {
		return nil, func() {}
	}
	c, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		tick := time.NewTicker(each)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				select {
				case c <- struct{}{}:
				default:
				}
			case <-done:
				return
			}
		}
	}()
	return c, func() { close(done) }
}

// Beats come whether or not anything happens, and the first that reaches nobody ends it.
func TestBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beats := 0
		f := hint.Follow{Beat: 20 * time.Second, Beats: func() bool { beats++; return beats < 3 }}
		looks, took, err := follow(t.Context(), f, nil, 0, nil)
		if beats != 3 || looks != 0 || took != time.Minute || err != nil {
			t.Errorf("%d beats, %d looks in %v, error %v", beats, looks, took, err)
		}
	})
}

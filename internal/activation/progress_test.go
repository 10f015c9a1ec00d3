package activation_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/hint"
)

// waiting asks how an activation stands, and returns when the call is held.
func (w *world) waiting(ctx context.Context, p *phone) <-chan keyturn.ActivationState {
	w.t.Helper()
	held := make(chan struct{})
	w.Bus = announced{w.bus, held}
	d := w.device(p.got.Device)
	answer := make(chan keyturn.ActivationState, 1)
	go func() {
		got, err := w.Progress(ctx, d, p.got.Activation, 25*time.Second)
		if err != nil {
			w.t.Errorf("progress: %v", err)
		}
		answer <- got
	}()
	<-held
	w.Bus = w.bus
	return answer
}

// announced says when somebody listens.
type announced struct {
	hint.Bus
	held chan struct{}
}

func (a announced) Listen(id string) (<-chan struct{}, func()) {
	defer close(a.held)
	return a.Bus.Listen(id)
}

// The phone hears of the end as soon as it is there.
func TestProgress(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(w *world, b activation.By, p *phone) error
		want keyturn.ActivationState
	}{
		{"the digits are typed", func(w *world, b activation.By, p *phone) error {
			_, err := w.Check(w.t.Context(), b.Session, p.keys.Check)
			return err
		}, keyturn.ActivationState{State: "active", Codes: true}},
		{"wrong digits are typed", func(w *world, b activation.By, p *phone) error {
			wrong := "000000"
			if p.keys.Check == wrong {
				wrong = "000001"
			}
			if _, err := w.Check(w.t.Context(), b.Session, wrong); !errors.Is(err, activation.ErrDigits) {
				return fmt.Errorf("wrong digits: %w", err)
			}
			return nil
		}, keyturn.ActivationState{State: "checking", TriesLeft: 2}},
		{"the person cancels", func(w *world, b activation.By, _ *phone) error {
			return w.Cancel(w.t.Context(), b.Session)
		}, keyturn.ActivationState{State: "cancelled", Cause: "person"}},
		{"there is a newer code", func(w *world, b activation.By, _ *phone) error {
			_, err := w.Begin(w.t.Context(), b)
			return err
		}, keyturn.ActivationState{State: "replaced", Cause: "newer"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			p := w.checking(ada, keyturn.UnlockPIN)
			answer := w.waiting(t.Context(), p)
			if err := tt.end(w, ada, p); err != nil {
				t.Fatal(err)
			}
			if got := <-answer; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// When nothing happens the phone hears how things stand: after its time, or when
// the server stops.
func TestProgressUnchanged(t *testing.T) {
	w := start(t)
	p := w.checking(by(w.account("ada")), keyturn.UnlockPIN)
	want := keyturn.ActivationState{State: "checking"}
	for _, wait := range []time.Duration{0, time.Millisecond} {
		if got, err := w.Progress(t.Context(), w.device(p.got.Device), p.got.Activation, wait); err != nil || got != want {
			t.Errorf("after %s: got %+v, %v", wait, got, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	answer := w.waiting(ctx, p)
	w.bus.Wake(p.got.Activation) // a hint without a change is not an answer
	stop()
	if got := <-answer; got != want {
		t.Errorf("when the server stops: got %+v", got)
	}
}

// A deadline that passes while the phone waits needs no hint.
func TestA47ProgressAtTheDeadline(t *testing.T) {
	w := start(t)
	w.Limits.CheckIn = 0
	p := w.checking(by(w.account("ada")), keyturn.UnlockPIN)
	got, err := w.Progress(t.Context(), w.device(p.got.Device), p.got.Activation, 25*time.Second)
	if want := (keyturn.ActivationState{State: "expired", Cause: "time"}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

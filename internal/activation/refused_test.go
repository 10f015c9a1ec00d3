package activation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
)

// A106: who tries codes without end writes a few lines and a number.
func TestA106RefusalsAreCounted(t *testing.T) {
	w := start(t)
	kept := &recorded{Store: w.Store}
	w.Store = kept
	ada := by(w.account("ada"))
	own := w.code(ada)
	w.pass(20 * time.Minute)
	for range 12 {
		for _, code := range []keyturn.Code{keyturn.NewCode(), own} {
			var f *audit.Failure
			if _, err := w.Look(t.Context(), code); !errors.As(err, &f) || len(f.Reference) != 8 {
				t.Fatalf("got %v", err)
			}
		}
	}
	if n := len(kept.events); n != 10 {
		t.Errorf("%d refusals were written, want 5 of nobody's codes and 5 of the account's", n)
	}
	kept.events = nil
	for range 2 {
		if err := w.TellRefused(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(kept.events) != 2 {
		t.Fatalf("%+v, want two numbers", kept.events)
	}
	for _, ev := range kept.events {
		if ev.Kind != audit.ActivationRefused || ev.Detail["count"] != "7" || ev.Account != "" && ev.Account != ada.Account {
			t.Errorf("%+v, want 7 refusals", ev)
		}
	}
	w.pass(10 * time.Minute)
	if _, err := w.Look(t.Context(), keyturn.NewCode()); !errors.Is(err, activation.ErrCode) || len(kept.events) != 3 {
		t.Errorf("ten minutes later %v, and %d events", err, len(kept.events))
	}
}

// recorded keeps what was refused.
type recorded struct {
	activation.Store
	events []audit.Event
}

func (r *recorded) Refused(ctx context.Context, ev audit.Event) error {
	r.events = append(r.events, ev)
	return r.Store.Refused(ctx, ev)
}

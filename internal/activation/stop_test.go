package activation_test

import (
	"errors"
	"testing"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/device"
)

// A phone that can't go on says so: the set-up ends, with the cause that it gave.
func TestStop(t *testing.T) {
	for _, cause := range []string{activation.CausePerson, activation.CauseStorage, activation.CauseAnswer} {
		t.Run(cause, func(t *testing.T) {
			w := start(t)
			ada := by(w.account("ada"))
			p, good := w.redeemed(ada, keyturn.UnlockPIN)
			d := w.device(p.got.Device)
			stop := keyturn.Stop{Activation: p.got.Activation, Cause: cause}
			for range 2 { // the answer may have been lost
				got, err := w.Stop(t.Context(), d, stop)
				if err != nil || got.State != string(activation.Cancelled) {
					t.Errorf("got %+v, %v", got, err)
				}
			}
			w.left(ada, activation.Cancelled, cause, device.Removed)
			if _, err := w.Finish(t.Context(), d, good); !errors.Is(err, activation.ErrClosed) {
				t.Errorf("finished after it: got %v, want %v", err, activation.ErrClosed)
			}
		})
	}
}

// Another's set-up, and a cause that phones don't have, change nothing.
func TestStopOnlyOnesOwn(t *testing.T) {
	w := start(t)
	ada, mei := by(w.account("ada")), by(w.account("mei"))
	p, good := w.redeemed(ada, keyturn.UnlockPIN)
	other := w.active(mei, keyturn.UnlockPIN)
	d, stranger := w.device(p.got.Device), w.device(other.got.Device)
	for name, err := range map[string]error{
		"a cause of ours":      second(w.Stop(t.Context(), d, keyturn.Stop{Activation: p.got.Activation, Cause: activation.CauseDigits})),
		"by another phone":     second(w.Stop(t.Context(), stranger, keyturn.Stop{Activation: p.got.Activation, Cause: activation.CausePerson})),
		"one that there isn't": second(w.Stop(t.Context(), d, keyturn.Stop{Activation: "act_ABCDEFGHIJKLMNOPQRSTUVWXYZ", Cause: activation.CausePerson})),
	} {
		if !errors.Is(err, activation.ErrForm) && !errors.Is(err, activation.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := w.Stop(t.Context(), stranger, keyturn.Stop{Activation: other.got.Activation, Cause: activation.CausePerson}); err != nil || got.State != string(activation.Active) {
		t.Errorf("an active one: %+v, %v", got, err)
	}
	if _, err := w.Finish(t.Context(), d, good); err != nil {
		t.Errorf("it goes on: %v", err)
	}
}

func second[A any](_ A, err error) error { return err }

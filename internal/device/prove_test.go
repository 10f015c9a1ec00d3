package device_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
	"keyturn/internal/policy"
	"keyturn/internal/seal"
)

// text is a PROOF text; each number is another one.
func text(n int) string { return fmt.Sprintf("keyturn/v1 remove\n%d\n", n) }

func TestProvePIN(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	var wrong *device.WrongPIN
	for i := range 3 {
		if err := w.Prove(t.Context(), p.now(w), text(i), slip(text(i))); !errors.As(err, &wrong) || wrong.Left != 4-i {
			t.Fatalf("wrong PIN %d: got %v, want %d tries left", i+1, err, 4-i)
		}
		w.left(p.ID, device.Active, i+1)
	}
	if err := w.Prove(t.Context(), p.now(w), text(3), p.pin(text(3))); err != nil {
		t.Fatalf("right PIN: %v", err)
	}
	w.left(p.ID, device.Active, 0)
}

// now is the phone's device as it stands.
func (p *phone) now(w *world) device.Device { return w.now(p.ID) }

// A proof of another kind, or one that isn't whole, is refused and costs nothing.
func TestProveForm(t *testing.T) {
	w := start(t)
	pin, platform := w.phone(keyturn.UnlockPIN, nil), w.phone(keyturn.UnlockPlatform, nil)
	for _, tt := range []struct {
		name  string
		phone *phone
		proof keyturn.Proof
	}{
		{"nothing", pin, keyturn.Proof{}},
		{"a MAC of 31 bytes", pin, keyturn.Proof{Type: keyturn.UnlockPIN, MAC: key32()[:31]}},
		{"an unlock where a PIN is", pin, platform.auth.Assert(text(0))},
		{"a PIN where an unlock is", platform, slip(text(0))},
		{"no unlock at all", pin, keyturn.Proof{Type: keyturn.UnlockNone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := w.Prove(t.Context(), tt.phone.Device, text(0), tt.proof); !errors.Is(err, device.ErrProof) {
				t.Errorf("got %v, want %v", err, device.ErrProof)
			}
			w.left(tt.phone.ID, device.Active, 0)
		})
	}
}

// Five wrong PINs in a row lock the phone on the server, whatever its storage says
// afterwards; the right one is too late.
func TestA52FiveWrongPINsLock(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	var wrong *device.WrongPIN
	for i := range 5 {
		if err := w.Prove(t.Context(), p.now(w), text(i), slip(text(i))); !errors.As(err, &wrong) {
			t.Fatalf("wrong PIN %d: %v", i+1, err)
		}
	}
	if wrong.Left != 0 {
		t.Errorf("%d tries left after the fifth, want 0", wrong.Left)
	}
	w.left(p.ID, device.PINLocked, 5)
	if err := w.Answers(p.now(w)); !errors.Is(err, device.ErrLocked) {
		t.Errorf("a locked phone may answer: %v", err)
	}
	err := w.Prove(t.Context(), p.now(w), text(9), p.pin(text(9)))
	if !errors.Is(err, device.ErrNoTry) && !errors.Is(err, device.ErrLocked) {
		t.Errorf("the right PIN after five wrong ones: %v", err)
	}
	w.left(p.ID, device.PINLocked, 5)
}

// The accounts of a phone share its PIN, and the five guesses at it.
func TestA53OneCountForAllAccounts(t *testing.T) {
	w := start(t)
	first := w.phone(keyturn.UnlockPIN, nil)
	phones := []*phone{first, w.phone(keyturn.UnlockPIN, first), w.phone(keyturn.UnlockPIN, first)}
	judged := 0
	for i := range 15 {
		var wrong *device.WrongPIN
		if p := phones[i%3]; errors.As(w.Prove(t.Context(), p.now(w), text(i), slip(text(i))), &wrong) {
			judged++
		}
	}
	if judged != 5 {
		t.Errorf("%d wrong PINs were judged, want 5", judged)
	}
	for _, p := range phones {
		w.left(p.ID, device.PINLocked, 5)
	}
}

// A recorded proof can neither lock a phone nor set its count back.
func TestA81ProofsAreJudgedOnce(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	right := p.pin(text(0))
	if err := w.Prove(t.Context(), p.now(w), text(0), right); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		var wrong *device.WrongPIN
		if err := w.Prove(t.Context(), p.now(w), text(1), slip(text(1))); !errors.As(err, &wrong) || wrong.Left != 4 {
			t.Fatalf("a wrong one again: %v, want 4 tries left", err)
		}
	}
	w.left(p.ID, device.Active, 1)
	for i := range 2 {
		_ = w.Prove(t.Context(), p.now(w), text(2+i), slip(text(2+i)))
	}
	if err := w.Prove(t.Context(), p.now(w), text(0), right); err != nil {
		t.Errorf("the recorded right one: %v, want its result", err)
	}
	w.left(p.ID, device.Active, 3)
	if err := w.Prove(t.Context(), p.now(w), text(1), p.pin(text(1))); err == nil {
		t.Error("a right MAC under a text that was judged wrong is right")
	}
	if err := w.Prove(t.Context(), p.now(w), text(0), slip(text(0))); err != nil {
		t.Errorf("another MAC under a text that was judged right was looked at: %v", err)
	}
	w.left(p.ID, device.Active, 3)
}

// counted counts what is judged.
type counted struct {
	device.Store
	judged atomic.Int64
}

func (c *counted) Judged(ctx context.Context, v device.Verdict, ev, locked audit.Event) (int, error) {
	if v.PIN == device.PINRight || v.PIN == device.PINWrong {
		c.judged.Add(1)
	}
	return c.Store.Judged(ctx, v, ev, locked)
}

// Of many guesses at once five are compared: a try is taken before it is judged.
func TestA08ParallelGuesses(t *testing.T) {
	const guesses = 200
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	count := &counted{Store: w.db}
	w.Store = count
	var wg sync.WaitGroup
	for i := range guesses {
		wg.Go(func() { _ = w.Prove(t.Context(), p.Device, text(i), slip(text(i))) })
	}
	wg.Wait()
	if n := count.judged.Load(); n != 5 {
		t.Errorf("%d guesses were compared, want 5", n)
	}
	w.left(p.ID, device.PINLocked, 5)
}

// failing is a database that can't be reached at one step.
type failing struct {
	device.Store
	at string
}

var errDown = errors.New("the database is down")

func (f failing) TakeProof(
	ctx context.Context, d device.Device, hash keyturn.Bytes, try bool, ev audit.Event,
) (*device.Result, error) {
	if f.at == "take" {
		return nil, errDown
	}
	return f.Store.TakeProof(ctx, d, hash, try, ev)
}

func (f failing) Judged(ctx context.Context, v device.Verdict, ev, locked audit.Event) (int, error) {
	if f.at == "verdict" {
		return 0, errDown
	}
	return f.Store.Judged(ctx, v, ev, locked)
}

// An outage locks no phone: what judging needs comes before the try.
func TestA82Outage(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	prove := func(from, to int) (last error) {
		for i := from; i < to; i++ {
			if last = w.Prove(t.Context(), p.Device, text(i), p.pin(text(i))); last == nil {
				t.Fatalf("proof %d went through an outage", i)
			}
		}
		return last
	}
	w.box.Down.Store(true)
	if err := prove(0, 20); !errors.Is(err, devicetest.ErrOutage) {
		t.Errorf("without the keys: got %v, want a fault of the server", err)
	}
	w.left(p.ID, device.Active, 0)
	w.box.Down.Store(false)
	w.Store = failing{w.db, "take"}
	prove(20, 40)
	w.left(p.ID, device.Active, 0)

	// Tries that were taken and never judged lock after 10 s at the earliest.
	w.Store = failing{w.db, "verdict"}
	prove(40, 45)
	w.left(p.ID, device.Active, 5)
	w.Store = w.db
	if err := w.Prove(t.Context(), p.Device, text(40), p.pin(text(40))); !errors.Is(err, device.ErrPending) {
		t.Errorf("a text that was never judged: got %v, want %v", err, device.ErrPending)
	}
	w.pass(9 * time.Second)
	if err := prove(50, 51); !errors.Is(err, device.ErrNoTry) {
		t.Errorf("9 s later: got %v, want %v", err, device.ErrNoTry)
	}
	w.left(p.ID, device.Active, 5)
	w.pass(time.Second)
	if err := prove(51, 52); !errors.Is(err, device.ErrLocked) {
		t.Errorf("10 s later: got %v, want %v", err, device.ErrLocked)
	}
	w.left(p.ID, device.PINLocked, 5)
}

// A sealed key opens for its own row, account and public key, and a key that
// doesn't open costs no try: A67, A90.
func TestA67A90MovedKeys(t *testing.T) {
	w := start(t)
	p, other := w.phone(keyturn.UnlockPIN, nil), w.phone(keyturn.UnlockPIN, nil)
	for _, tt := range []struct {
		name string
		move func(*device.Device)
	}{
		{"A67 from another row", func(d *device.Device) { d.Kk = other.Kk }},
		{"A67 from another column", func(d *device.Device) { d.Kk = d.Kp }},
		{"A67 to another row", func(d *device.Device) { d.ID = other.ID }},
		{"A90 with its row to another account", func(d *device.Device) { d.Account = other.Account }},
		{"A90 with its row to another key", func(d *device.Device) { d.Key = other.Key }},
		{"gone", func(d *device.Device) { d.Kk = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := p.Device
			tt.move(&d)
			if err := w.Prove(t.Context(), d, text(0), p.pin(text(0))); !errors.Is(err, seal.ErrOpen) {
				t.Errorf("proof: got %v, want a fault of the server", err)
			}
			if _, err := w.Count(t.Context(), d, 1, text(0), "n", true); !errors.Is(err, seal.ErrOpen) {
				t.Errorf("answer: got %v, want a fault of the server", err)
			}
			w.left(p.ID, device.Active, 0)
			w.left(other.ID, device.Active, 0)
			if n := w.now(p.ID).Counter; n != 0 {
				t.Errorf("the counter moved to %d", n)
			}
		})
	}
}

// Refused unlocks are limited per device; right ones are not.
func TestTooManyUnlocks(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPlatform, nil)
	for i := range 30 {
		if err := w.Prove(t.Context(), p.Device, text(i), p.auth.Assert(text(i))); err != nil {
			t.Fatalf("right unlock %d: %v", i, err)
		}
	}
	for i := range 20 {
		if err := w.Prove(t.Context(), p.Device, text(100+i), p.auth.Assert("another text")); !errors.Is(err, device.ErrUnlock) {
			t.Fatalf("wrong unlock %d: %v", i, err)
		}
	}
	var many *policy.TooMany
	if err := w.Prove(t.Context(), p.Device, text(200), p.auth.Assert(text(200))); !errors.As(err, &many) || many.Wait != time.Hour {
		t.Errorf("after 20 wrong ones: %v, want to wait an hour", err)
	}
	if err := w.Prove(t.Context(), p.Device, text(200), p.auth.Assert(text(200))); !errors.Is(err, policy.ErrTooMany) {
		t.Errorf("the same again: %v, want %v", err, policy.ErrTooMany)
	}
	w.pass(time.Hour)
	if err := w.Prove(t.Context(), p.Device, text(201), p.auth.Assert(text(201))); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	w.left(p.ID, device.Active, 0)
}

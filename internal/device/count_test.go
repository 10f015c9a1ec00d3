package device_test

import (
	"errors"
	"fmt"
	"testing"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
)

// count sends the answer with a counter; its text and call are its own.
func (w *world) count(p *phone, counter int64) error {
	_, err := w.Count(w.t.Context(), p.Device, counter, text(int(counter)), fmt.Sprint("nonce ", counter), false)
	return err
}

// counts sends answers that are taken.
func (w *world) counts(p *phone, counters ...int64) {
	w.t.Helper()
	for _, n := range counters {
		if err := w.count(p, n); err != nil {
			w.t.Fatalf("answer %d: %v", n, err)
		}
		v := device.Verdict{Device: p.ID, Phone: p.Phone, Counter: n, Text: keyturn.Hash(text(int(n))),
			Result: device.Result{State: "denied"}, At: w.Now()}
		if _, err := w.Judged(w.t.Context(), p.Device, v); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Two copies of a phone's storage show when the same counter is used twice, also
// when other answers lie between.
func TestA16CopiedStorage(t *testing.T) {
	for between := range int64(32) {
		w := start(t)
		p := w.phone(keyturn.UnlockPIN, nil)
		for n := range between + 1 {
			w.counts(p, n+1)
		}
		_, err := w.Count(t.Context(), p.Device, 1, "the other copy's answer", "another nonce", false)
		if !errors.Is(err, device.ErrClone) {
			t.Fatalf("with %d answers between: got %v, want %v", between, err, device.ErrClone)
		}
		if d := w.now(p.ID); d.State != device.Suspended || d.Reason != device.ReasonClone {
			t.Errorf("device is %s, %s", d.State, d.Reason)
		}
	}
}

// A copy that runs ahead can't lock the owner out unseen.
func TestA17CounterRaised(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	if err := w.count(p, 1<<53-1); !errors.Is(err, device.ErrCounter) {
		t.Errorf("the largest counter: got %v, want %v", err, device.ErrCounter)
	}
	if d := w.now(p.ID); d.Counter != 0 || d.State != device.Active {
		t.Errorf("it left counter %d, %s", d.Counter, d.State)
	}
	w.counts(p, 900)
	for n := int64(1); n <= 3; n++ {
		want := device.ErrCounter
		if n == 3 {
			want = device.ErrClone
		}
		if err := w.count(p, n); !errors.Is(err, want) {
			t.Errorf("answer %d of the real phone: got %v, want %v", n, err, want)
		}
	}
	if d := w.now(p.ID); d.State != device.Suspended || d.Reason != device.ReasonClone {
		t.Errorf("device is %s, %s", d.State, d.Reason)
	}
}

// An answer that comes late suspends nobody; one that is repeated gets its result.
func TestA80LateAnswer(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	w.counts(p, 1, 2, 3, 4, 6)
	if err := w.count(p, 5); !errors.Is(err, device.ErrCounter) {
		t.Errorf("5 after 6: got %v, want %v", err, device.ErrCounter)
	}
	got, err := w.Count(t.Context(), p.Device, 6, text(6), "another nonce", true)
	if err != nil || got == nil || got.State != "denied" {
		t.Errorf("6 again: got %v, %v, want its result", got, err)
	}
	for n := int64(7); n <= 38; n++ {
		w.counts(p, n)
	}
	if err := w.count(p, 6); !errors.Is(err, device.ErrCounter) {
		t.Errorf("6 after 38: got %v, want %v", err, device.ErrCounter)
	}
	w.left(p.ID, device.Active, 0)
}

// An answer takes a try of the PIN before it is judged, and its verdict settles it.
func TestCountTakesATry(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	for n, tt := range []struct {
		name  string
		proof keyturn.Proof
		wrong int
	}{
		{"a wrong PIN", slip(text(1)), 1},
		{"another wrong PIN", slip(text(2)), 2},
		{"the right PIN", p.pin(text(3)), 0},
	} {
		counter := int64(n + 1)
		if _, err := w.Count(t.Context(), p.Device, counter, text(n+1), fmt.Sprint(n), true); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		v, err := w.Judge(t.Context(), p.Device, text(n+1), &tt.proof)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		v.Counter = counter
		if _, err := w.Judged(t.Context(), p.Device, v); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		w.left(p.ID, device.Active, tt.wrong)
	}
}

// A proof that couldn't be judged gives its try back.
func TestJudgeGivesBack(t *testing.T) {
	w := start(t)
	p := w.phone(keyturn.UnlockPIN, nil)
	if _, err := w.Count(t.Context(), p.Device, 1, text(1), "n", true); err != nil {
		t.Fatal(err)
	}
	w.box.Down.Store(true)
	proof := p.pin(text(1))
	v, err := w.Judge(t.Context(), p.Device, text(1), &proof)
	if !errors.Is(err, devicetest.ErrOutage) || v.PIN != device.PINBack {
		t.Fatalf("got %v, %v, want the try back", v.PIN, err)
	}
	v.Counter = 1
	if _, err := w.Judged(t.Context(), p.Device, v); err != nil {
		t.Fatal(err)
	}
	w.left(p.ID, device.Active, 0)
	if v, err := w.Judge(t.Context(), p.Device, text(1), nil); !errors.Is(err, device.ErrProof) || v.PIN != device.PINBack {
		t.Errorf("no proof: got %v, %v", v.PIN, err)
	}
}

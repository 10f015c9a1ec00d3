package approval_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/device"
)

// pending asks once.
func (w *world) pending(p *phone) keyturn.Pending {
	w.t.Helper()
	got, err := w.Pending(w.t.Context(), p.Device, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func TestPending(t *testing.T) {
	w := start(t)
	p := w.ada()
	if got := w.pending(p); got.Version == "" || got.Requests == nil || len(got.Requests) != 0 || got.Notices == nil {
		t.Errorf("nothing waits: %+v", got)
	}
	older := w.ask(p)
	w.pass(10 * time.Second)
	newer := w.askKnown(p)
	got := w.pending(p).Requests
	if len(got) != 2 || got[0].Request != newer.ID || got[1].Request != older.ID {
		t.Fatalf("not newest first: %+v", got)
	}
	if got[0].ExpiresIn != 120 || got[1].ExpiresIn != 110 || got[0].TriesLeft != 3 || got[0].State != "" || got[0].By != "" {
		t.Errorf("%+v", got)
	}
	if _, err := w.send(p, older, slip); err == nil {
		t.Error("a wrong number is right")
	}
	w.approve(p, newer)
	got = w.pending(p).Requests
	if got[0] != (keyturn.PendingRequest{Request: newer.ID, State: "approved", By: "Pixel 9"}) {
		t.Errorf("answered: %+v", got[0])
	}
	if got[1].TriesLeft != 2 || got[1].Challenge == "" {
		t.Errorf("after a wrong number: %+v", got[1])
	}
	if _, _, err := w.redeem(newer); err != nil {
		t.Error(err)
	}
	if got = w.pending(p).Requests; got[0] != (keyturn.PendingRequest{Request: newer.ID, State: "redeemed", By: "Pixel 9"}) {
		t.Errorf("redeemed: %+v", got[0])
	}
	w.pass(12 * time.Minute) // the older one ran out meanwhile
	if got = w.pending(p).Requests; len(got) != 0 {
		t.Errorf("ten minutes after their ends: %+v", got)
	}
}

// What each device may see, and that it hears of its own end.
func TestPendingByState(t *testing.T) {
	one := start(t)
	for _, tt := range []struct {
		name  string
		spoil func(*device.Device)
		want  error
		sees  int
	}{
		{"active", func(*device.Device) {}, nil, 1},
		{"suspended", func(d *device.Device) { d.State = device.Suspended }, nil, 0},
		{"locked", func(d *device.Device) { d.State = device.PINLocked }, nil, 0},
		{"new", func(d *device.Device) { d.State = device.New }, nil, 0},
		{"removed", func(d *device.Device) { d.State, d.Reason = device.Removed, "moved" }, &device.Gone{Reason: "moved"}, 0},
		{"account disabled", func(d *device.Device) { d.AccountActive = false }, device.ErrStopped, 0},
		{"account stopped", func(d *device.Device) { d.Stopped = true }, device.ErrStopped, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := one.in(t)
			p := w.ada()
			w.ask(p)
			tt.spoil(&p.Device)
			got, err := w.Pending(t.Context(), p.Device, "", 0)
			if !like(err, tt.want) || len(got.Requests) != tt.sees {
				t.Errorf("%v, %+v", err, got.Requests)
			}
			if err == nil && got.Device.State != string(p.State) {
				t.Errorf("device is %s", got.Device.State)
			}
		})
	}
}

// The version tells one view from another, and nothing else.
func TestVersion(t *testing.T) {
	w := start(t)
	p := w.ada()
	last := w.pending(p).Version
	stays := func(what string) {
		t.Helper()
		if v := w.pending(p).Version; v != last {
			t.Errorf("%s: another version", what)
		}
	}
	changes := func(what string) {
		t.Helper()
		v := w.pending(p).Version
		if v == last {
			t.Errorf("%s: the same version", what)
		}
		last = v
	}
	stays("nothing happened")
	q := w.ask(p)
	changes("a request was made")
	w.pass(10 * time.Second)
	stays("time passes")
	if err := w.Seen(t.Context(), p.Device, q.ID, "opened"); err != nil {
		t.Error(err)
	}
	stays("a hint for the browser")
	if _, err := w.Prolong(t.Context(), q.handle); err != nil {
		t.Error(err)
	}
	changes("it was prolonged")
	_, _ = w.send(p, q, slip)
	changes("a wrong number")
	_, _ = w.post(p, q, with(p.sign(t, w.answer(p, q)), wrongPIN))
	p.Device = w.device(p.ID)
	changes("a wrong PIN")
	cancel(t, w, q)
	changes("it was cancelled")
	w.pass(11 * time.Minute)
	changes("it is shown no more")
	stays("nothing happened")
}

// hold runs a call that is held in a bubble with a clock of its own.
func hold(t *testing.T, test func(t *testing.T, w *world, p *phone)) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t)
		w.Now, w.devices.Now = time.Now, time.Now
		test(t, w, w.ada())
	})
}

// A call with the present version is held until something happens, and then tells
// at once; it ends after the time that it was given.
func TestHeld(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // something happens
		wait  time.Duration
		took  time.Duration
		news  bool
	}{
		{"nothing happens", 0, 25 * time.Second, 25 * time.Second, false},
		{"nothing happens for a second", 0, time.Second, time.Second, false},
		{"it isn't to wait", 0, 0, 0, false},
		{"something happens", 3 * time.Second, 25 * time.Second, 3 * time.Second, true},
		{"something happens later", 26 * time.Second, 25 * time.Second, 25 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hold(t, func(t *testing.T, w *world, p *phone) {
				version := w.pending(p).Version
				if tt.after > 0 {
					time.AfterFunc(tt.after, func() { w.ask(p) })
				}
				begun := time.Now()
				got, err := w.Pending(t.Context(), p.Device, version, tt.wait)
				if err != nil || (got.Version != version) != tt.news {
					t.Errorf("news %t, %v", got.Version != version, err)
				}
				if took := time.Since(begun); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				time.Sleep(tt.after) // nothing is left running
			})
		})
	}
}

// A deadline is news to whoever waits, although nobody writes anything; a hint that
// tells nothing new is not.
func TestHeldUntilDeadline(t *testing.T) {
	hold(t, func(t *testing.T, w *world, p *phone) {
		w.ask(p)
		time.Sleep(100 * time.Second)
		version := w.pending(p).Version
		begun := time.Now()
		for i := range 15 {
			time.AfterFunc(time.Duration(i)*time.Second, func() { w.Bus.Wake(p.Account) })
		}
		got, err := w.Pending(t.Context(), p.Device, version, 25*time.Second)
		if err != nil || len(got.Requests) != 1 || got.Requests[0].State != "expired" {
			t.Errorf("%+v, %v", got.Requests, err)
		}
		if took := time.Since(begun); took > 20*time.Second || took < 18*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// Who was held hears how many seconds are left then, not when the call came.
func TestHeldSecondsAreLeft(t *testing.T) {
	hold(t, func(t *testing.T, w *world, p *phone) {
		w.ask(p)
		got, err := w.Pending(t.Context(), p.Device, w.pending(p).Version, 25*time.Second)
		if err != nil || len(got.Requests) != 1 || got.Requests[0].ExpiresIn != 120-25 {
			t.Errorf("%+v, %v", got.Requests, err)
		}
	})
}

// A version of another time, a version that never was, and no version: told at once.
func TestNotHeld(t *testing.T) {
	hold(t, func(t *testing.T, w *world, p *phone) {
		for _, since := range []string{"", "8Kq2", w.pending(p).Version + "A"} {
			begun := time.Now()
			if _, err := w.Pending(t.Context(), p.Device, since, 25*time.Second); err != nil || time.Since(begun) != 0 {
				t.Errorf("%q: %v after %v", since, err, time.Since(begun))
			}
		}
	})
}

// Whoever is held hears that its device was locked or removed, or goes when its
// phone does.
func TestHeldToTheEnd(t *testing.T) {
	hold(t, func(t *testing.T, w *world, p *phone) {
		version := w.pending(p).Version
		time.AfterFunc(time.Second, func() {
			w.suspend(p)
			w.Bus.Wake(p.Account)
		})
		if got, err := w.Pending(t.Context(), p.Device, version, 25*time.Second); err != nil || got.Device.State != "suspended" {
			t.Errorf("suspended: %+v, %v", got.Device, err)
		}
		version = w.pending(&phone{Device: w.device(p.ID)}).Version
		time.AfterFunc(time.Second, func() {
			_ = w.devices.Remove(context.Background(), p.ID, device.ReasonOperator)
			w.Bus.Wake(p.Account)
		})
		var gone *device.Gone
		if _, err := w.Pending(t.Context(), w.device(p.ID), version, 25*time.Second); !errors.As(err, &gone) {
			t.Errorf("removed: %v", err)
		}
	})
	hold(t, func(t *testing.T, w *world, p *phone) {
		ctx, hangUp := context.WithTimeout(t.Context(), time.Second)
		defer hangUp()
		if _, err := w.Pending(ctx, p.Device, w.pending(p).Version, 25*time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hung up: %v", err)
		}
	})
}

// The hint of a phone reaches the waiting page, and wakes it once.
func TestSeen(t *testing.T) {
	w := start(t)
	p := w.ada()
	q := w.ask(p)
	hint, stop := w.Watch(q.ID)
	defer stop()
	for _, tt := range []struct {
		at    string
		wakes bool
	}{{"opened", true}, {"opened", false}, {"unlocking", true}, {"opened", true}} {
		if err := w.Seen(t.Context(), p.Device, q.ID, tt.at); err != nil {
			t.Error(err)
		}
		select {
		case <-hint:
			if !tt.wakes {
				t.Errorf("%s wakes again", tt.at)
			}
		default:
			if tt.wakes {
				t.Errorf("%s wakes nobody", tt.at)
			}
		}
		st, err := w.Status(t.Context(), approval.Handle{Token: q.handle.Token})
		if err != nil || st.Seen != tt.at || st.SeenBy != "Pixel 9" || st.State != approval.Waiting {
			t.Errorf("%+v, %v", st, err)
		}
	}
	w.approve(p, q)
	if err := w.Seen(t.Context(), p.Device, q.ID, "opened"); !like(err, &approval.Gone{State: approval.Approved}) {
		t.Errorf("afterwards: %v", err)
	}
}

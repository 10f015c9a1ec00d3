package account_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/internal/account"
)

// crowded is a world in which one hash runs at a time, until it is let go on, and no
// limit but that of places is near.
func crowded(t *testing.T) (w *world, let chan struct{}) {
	t.Helper()
	w, let = newWorld(t), make(chan struct{})
	w.Service = &account.Service{Store: w.people, Tries: w.tries, Guesses: w.tries, Browsers: w.known, Record: w.people,
		Limits: w.Limits, Hashes: 1, Light: true, Now: w.Now, Hashed: func() { <-let }}
	w.Limits.SignIns.Most, w.Limits.Passwords.Most, w.Limits.PasswordsAll.Most = 1000, 1000, 1000
	w.known["hash of Ada's cookie"] = w.ada.ID
	return w, let
}

// until waits for what happens by itself.
func until(t *testing.T, so func() bool) {
	t.Helper()
	for !so() {
		select {
		case <-t.Context().Done():
			t.Fatal("it never was so")
		case <-time.After(time.Millisecond):
		}
	}
}

// A99: while strangers fill all places and the whole queue, by ever new names, an
// attempt with a cookie that the account knows has the next place.
func TestA99KeptPlaces(t *testing.T) {
	w, let := crowded(t)
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	done := make(chan string, 200)
	enter := func(who string, a account.Attempt) {
		all.Go(func() {
			if _, err := w.Check(ctx, a); !errors.Is(err, context.Canceled) && !errors.Is(err, account.ErrBusy) {
				done <- who
			}
		})
	}
	for i := range 100 {
		enter("a stranger", attempt(fmt.Sprint("name", i), "guess"))
	}
	until(t, func() bool { strangers, _ := w.Waiting(); return strangers == 64 })
	if _, err := w.Check(ctx, attempt("ada", password)); !errors.Is(err, account.ErrBusy) {
		t.Errorf("an unknown browser: %v, want ErrBusy", err)
	}
	known := attempt("ada", password)
	known.Browser = []byte("hash of Ada's cookie")
	enter("she", known)
	until(t, func() bool { _, kept := w.Waiting(); return kept == 1 })
	for _, want := range []string{"a stranger", "she"} {
		let <- struct{}{}
		if got := <-done; got != want {
			t.Errorf("%s is done, want the one who was inside and then her", got)
		}
	}
	leave()
	close(let)
	all.Wait()
}

// A99: known cookies don't keep everybody else out either: of two places in a row
// one is for those who have none.
func TestPlacesByTurns(t *testing.T) {
	w, let := crowded(t)
	var all sync.WaitGroup
	done := make(chan string, 10)
	enter := func(who string, a account.Attempt, strangers, kept int) {
		all.Go(func() { _, _ = w.Check(t.Context(), a); done <- who })
		until(t, func() bool { s, k := w.Waiting(); return s == strangers && k == kept })
	}
	known := attempt("ada", password)
	known.Browser = []byte("hash of Ada's cookie")
	enter("inside", known, 0, 0)
	until(t, func() bool { return w.Inside() == 1 })
	for i := range 3 {
		enter("known", known, 0, i+1)
	}
	for i := range 2 {
		enter("stranger", attempt("eve", "guess"), i+1, 3)
	}
	want := []string{"inside", "stranger", "known", "stranger", "known", "known"}
	for i, who := range want {
		let <- struct{}{}
		if got := <-done; got != who {
			t.Errorf("place %d: %s, want %s", i+1, got, who)
		}
	}
	all.Wait()
}

// A100: people behind one address whose passwords are right don't turn each other
// away, however many they are: those that are being compared are no wrong ones.
func TestA100RightOnesWaitForEachOther(t *testing.T) {
	w := newWorld(t)
	w.Limits.SignIns.Most = 3
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := w.Check(t.Context(), attempt("ada", password)); err != nil {
				t.Errorf("Check: %v, want nil", err)
			}
		})
	}
	all.Wait()
	if n := w.taken(); n != 0 {
		t.Errorf("%d tries stay taken, want 0", n)
	}
}

// A121: whoever waits behind others to be counted is told after half a minute that they
// are too many; a browser that goes away meanwhile is told nothing of the kind.
func TestA121WaitsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tries.full = true
		began := time.Now()
		if _, err := w.Check(t.Context(), attempt("ada", password)); !errors.Is(err, account.ErrBusy) || time.Since(began) != 30*time.Second {
			t.Errorf("after %s: %v, want %v after 30 s", time.Since(began), err, account.ErrBusy)
		}
		gone, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if _, err := w.Check(gone, attempt("ada", password)); errors.Is(err, account.ErrBusy) {
			t.Errorf("the browser is gone: %v", err)
		}
	})
}

// A121: a guess is counted by its narrowest network first, and by the account last, so that
// a flood from one network keeps neighbours in a wider one, and the account elsewhere, waiting
// no longer than by one guess.
func TestA121NarrowestFirst(t *testing.T) {
	w := newWorld(t)
	w.tries.familiar["acc_ada 2001:db8:2:3::/64"] = true
	for addr, want := range map[string][]string{
		"192.0.2.1":       {"network 192.0.2.1", "address 192.0.2.1", "strange "},
		"2001:db8:2:3::1": {"network 2001:db8:2:3::/64", "address 2001:db8:2:3::/64", "familiar "},
		"2001:db8:1:2::1": {"network 2001:db8:1:2::/64", "address 2001:db8:1:2::/64", "network 2001:db8:1::/56", "address 2001:db8:1::/56",
			"network 2001:db8:1::/48", "address 2001:db8:1::/48", "strange "},
	} {
		a := attempt("ada", "guess")
		a.Counted = addr
		if _, err := w.Check(t.Context(), a); !errors.Is(err, account.ErrPassword) {
			t.Fatal(err)
		}
		var got []string
		for _, c := range w.tries.last {
			got = append(got, string(c.Of)+" "+c.Network)
		}
		if !slices.Equal(got, want) {
			t.Errorf("from %s: counted by %q, want %q", addr, got, want)
		}
	}
}

// A100: whoever waits is told to go as soon as the wrong ones have used up the count.
func TestA100WrongOnesTurnAway(t *testing.T) {
	w := newWorld(t)
	w.Limits.SignIns.Most = 3
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := w.Check(t.Context(), attempt("ada", "guess"))
			if !errors.Is(err, account.ErrPassword) && !isTooMany(err) {
				t.Errorf("Check: %v, want ErrPassword or TooMany", err)
			}
		})
	}
	all.Wait()
	if n := w.hashes.Load(); n != 3 {
		t.Errorf("%d passwords were compared, want 3", n)
	}
}

// However many passwords come at once, there are no more memories than hashes that
// may run.
func TestMemoriesAreAsManyAsPlaces(t *testing.T) {
	w := newWorld(t)
	w.Limits.Passwords.Most, w.Limits.SignIns.Most = 1000, 1000
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() { _, _ = w.Check(t.Context(), attempt("ada", "guess")) })
	}
	all.Wait()
	if n := w.Resting(); n < 1 || n > 2 {
		t.Errorf("%d memories, want 1 or 2", n)
	}
	w.Rest()
	if n := w.Resting(); n != 0 {
		t.Errorf("%d memories of an idle server, want 0", n)
	}
}

// A98: strangers use up the tries that an account has everywhere, and those of
// neighbouring networks; in a network that it has signed in from it has some left.
func TestA98FamiliarNetwork(t *testing.T) {
	w := newWorld(t)
	w.Limits.PasswordsAll.Most = 7
	w.tries.familiar["acc_ada 2001:db8:1:2::/64"] = true
	here, elsewhere := attempt("ada", password), attempt("ada", password)
	here.Counted, elsewhere.Counted = "2001:db8:1:2::7", "192.0.2.1"
	guessing := 0
	for i := range 20 { // from one /48
		a := attempt("ada", "guess")
		a.Counted = fmt.Sprintf("2001:db8:1:%x::1", i+0x100)
		if _, err := w.Check(t.Context(), a); errors.Is(err, account.ErrPassword) {
			guessing++
		}
	}
	if _, err := w.Check(t.Context(), elsewhere); !isTooMany(err) || guessing != 7 {
		t.Errorf("from an unfamiliar network after %d guesses: %v, want TooMany after 7", guessing, err)
	}
	if _, err := w.Check(t.Context(), here); err != nil {
		t.Errorf("from a familiar network: %v, want nil", err)
	}
	here.Password = "guess"
	for range 5 {
		if _, err := w.Check(t.Context(), here); !errors.Is(err, account.ErrPassword) {
			t.Errorf("a guess from there: %v, want ErrPassword", err)
		}
	}
	if _, err := w.Check(t.Context(), here); !isTooMany(err) {
		t.Errorf("the sixth: %v, want TooMany", err)
	}
}

// A98: guesses from all of a /56 or a /48 have a few times the tries of one network,
// not thousands of times.
func TestA98WiderNetworks(t *testing.T) {
	for _, tt := range []struct {
		name, addr string
		judged     int
	}{
		{"of one /64", "2001:db8:1:2::%x", 5},
		{"of one /56", "2001:db8:1:2%02x::1", 10},
		{"of one /48", "2001:db8:1:%x00::1", 20},
		{"of one /32", "2001:db8:%x::1", 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			judged := 0
			for i := range 40 {
				a := attempt("ada", "guess")
				a.Counted = fmt.Sprintf(tt.addr, i+1)
				if _, err := w.Check(t.Context(), a); errors.Is(err, account.ErrPassword) {
					judged++
				}
			}
			if judged != tt.judged {
				t.Errorf("%d guesses were judged, want %d", judged, tt.judged)
			}
		})
	}
}

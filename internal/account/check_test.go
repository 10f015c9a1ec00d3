package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// A29: a name that nobody has, an account that is stopped and a wrong password
// get the same answer, leave the same counts, and cost one hash each. Only the
// record tells them apart.
func TestA29SameAnswer(t *testing.T) {
	for _, tt := range []struct {
		name    string
		attempt account.Attempt
		want    error
		cause   string
		counts  int // tries that stay taken
	}{
		{"right", attempt("Ada", password), nil, "", 0},
		{"right, name written otherwise", attempt(" ＡＤＡ ", password), nil, "", 0},
		{"right, password typed on a keyboard that composes otherwise", attempt("Ada", "里昂 Lyon 1815"), nil, "", 0},
		{"wrong", attempt("Ada", "wrong"), account.ErrPassword, "password", 3},
		{"empty", attempt("Ada", ""), account.ErrPassword, "password", 3},
		{"unknown name", attempt("Eve", password), account.ErrPassword, "unknown", 3},
		{"no name", attempt("", password), account.ErrPassword, "unknown", 3},
		{"stopped, right password", attempt("bob", password), account.ErrPassword, "disabled", 3},
		{"stopped, wrong password", attempt("bob", "wrong"), account.ErrPassword, "password", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			got, err := w.Check(t.Context(), tt.attempt)
			if !errors.Is(err, tt.want) {
				t.Errorf("Check: %v, want %v", err, tt.want)
			}
			if tt.want == nil && got.ID != w.ada.ID {
				t.Errorf("Check = account %q, want Ada's", got.ID)
			}
			if n := w.hashes.Load(); n != 1 {
				t.Errorf("%d hashes, want exactly 1", n)
			}
			if n := w.taken(); n != tt.counts {
				t.Errorf("%d tries stay taken, want %d: %v", n, tt.counts, w.tries.taken)
			}
			w.recorded(t, err, tt.cause)
		})
	}
}

// taken sums the tries that are taken.
func (w *world) taken() (n int) {
	for _, taken := range w.tries.taken {
		n += taken
	}
	return n
}

// recorded checks that the record tells the cause, under the reference of err.
func (w *world) recorded(t *testing.T, err error, cause string) {
	t.Helper()
	if cause == "" {
		if len(w.people.events) != 0 {
			t.Errorf("events %v, want none", w.people.events)
		}
		return
	}
	failure, ok := errors.AsType[*audit.Failure](err)
	if !ok || len(w.people.events) != 1 {
		t.Fatalf("error %v and %d events, want a recorded failure", err, len(w.people.events))
	}
	ev := w.people.events[0]
	if ev.Kind != audit.SignInRefused || ev.Detail["cause"] != cause || ev.Reference != failure.Reference {
		t.Errorf("event %+v, want cause %s and reference %s", ev, cause, failure.Reference)
	}
}

// Five wrong passwords, then no try is left for that account from that address:
// nothing is hashed, and an unknown name looks the same.
func TestTooMany(t *testing.T) {
	for _, name := range []string{"Ada", "Eve", "bob"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for range 5 {
				if _, err := w.Check(t.Context(), attempt(name, "wrong")); !errors.Is(err, account.ErrPassword) {
					t.Fatalf("Check: %v, want ErrPassword", err)
				}
			}
			before := w.taken()
			_, err := w.Check(t.Context(), attempt(name, password))
			if many, ok := errors.AsType[*policy.TooMany](err); !ok || many.Wait != 15*time.Minute {
				t.Errorf("sixth: %v, want TooMany, 15 min", err)
			}
			if n := w.hashes.Load(); n != 5 {
				t.Errorf("%d hashes, want 5", n)
			}
			if n := w.taken(); n != before {
				t.Errorf("%d tries taken after being turned away, want %d as before", n, before)
			}
		})
	}
}

// A08: of many guesses at the same moment no more are judged than there are tries.
func TestA08ParallelGuesses(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { _, _ = w.Check(t.Context(), attempt("ada", fmt.Sprint(i))) })
	}
	wg.Wait()
	if n := w.hashes.Load(); n != 5 {
		t.Errorf("%d passwords were compared, want 5", n)
	}
}

// A09: however the name is written, there is one count.
func TestA09OneCountPerAccount(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"ada", "ADA", " Ada\t", "Ａｄａ", "\u3000ada"} {
		if _, err := w.Check(t.Context(), attempt(name, "wrong")); !errors.Is(err, account.ErrPassword) {
			t.Fatalf("%q: %v, want ErrPassword", name, err)
		}
	}
	if _, err := w.Check(t.Context(), attempt("aDa", "wrong")); !isTooMany(err) {
		t.Errorf("sixth spelling: %v, want TooMany", err)
	}
}

func isTooMany(err error) bool {
	_, ok := errors.AsType[*policy.TooMany](err)
	return ok
}

// A84: guessing elsewhere doesn't keep the person out of a browser that is known;
// A28: it is known for one account only, and guesses in it are counted too.
func TestA84A28KnownBrowser(t *testing.T) {
	w := newWorld(t)
	w.known["hash of Ada's cookie"] = w.ada.ID
	w.Limits.PasswordsAll.Most = 7
	for i := range 9 { // from many addresses, until the account's tries are used
		a := attempt("ada", "wrong")
		a.Counted = fmt.Sprintf("198.51.100.%d", i)
		_, _ = w.Check(t.Context(), a)
	}
	here := attempt("ada", password)
	if _, err := w.Check(t.Context(), here); !isTooMany(err) {
		t.Errorf("unknown browser: %v, want TooMany", err)
	}
	here.Browser = []byte("hash of Ada's cookie")
	if _, err := w.Check(t.Context(), here); err != nil {
		t.Errorf("known browser: %v, want nil", err)
	}
	here.Password = "wrong"
	for range 5 {
		if _, err := w.Check(t.Context(), here); !errors.Is(err, account.ErrPassword) {
			t.Errorf("guess in the known browser: %v, want ErrPassword", err)
		}
	}
	if _, err := w.Check(t.Context(), here); !isTooMany(err) {
		t.Errorf("sixth guess in the known browser: %v, want TooMany", err)
	}
	other := attempt("Eve", password)
	other.Browser = here.Browser
	if _, err := w.Check(t.Context(), other); !errors.Is(err, account.ErrPassword) {
		t.Errorf("the same cookie for another name: %v, want ErrPassword", err)
	}
}

// A96: a cookie that has changed, or that of another browser, is worth no more
// tries; when those of the known browsers are used up, they are counted like any
// other.
func TestA96KnownBrowsersShareACount(t *testing.T) {
	w := newWorld(t)
	judged := 0
	for _, cookie := range []string{"hash before", "hash after", "hash of another browser"} {
		w.known = browsers{cookie: w.ada.ID}
		w.Browsers = w.known
		for range 6 {
			here := attempt("ada", "wrong")
			here.Browser = []byte(cookie)
			if _, err := w.Check(t.Context(), here); errors.Is(err, account.ErrPassword) {
				judged++
			}
		}
	}
	if judged != 10 {
		t.Errorf("%d guesses were judged, want 10: five of known browsers, five of the address", judged)
	}
}

// So many wrong ones from one address, for whatever names, and it has to wait.
func TestAddressLimit(t *testing.T) {
	w := newWorld(t)
	w.Limits.SignIns.Most = 4
	for i := range 4 {
		_, _ = w.Check(t.Context(), attempt(fmt.Sprint("name", i), "wrong"))
	}
	if _, err := w.Check(t.Context(), attempt("ada", password)); !isTooMany(err) {
		t.Errorf("fifth: %v, want TooMany", err)
	}
	elsewhere := attempt("ada", password)
	elsewhere.Counted = "192.0.2.8"
	if _, err := w.Check(t.Context(), elsewhere); err != nil {
		t.Errorf("from another address: %v, want nil", err)
	}
}

// Behind a gateway everybody has one address: it stands in the record, and nobody's tries
// are counted by it.
func TestAddressThatCountsNobody(t *testing.T) {
	w := newWorld(t)
	w.Limits.SignIns.Most = 2
	gateway := attempt("name", "wrong")
	gateway.Addr, gateway.Counted = "192.0.2.1", ""
	for range 4 {
		if _, err := w.Check(t.Context(), gateway); !errors.Is(err, account.ErrPassword) {
			t.Errorf("%v, want ErrPassword", err)
		}
	}
	recorded := 0
	for _, ev := range w.people.events {
		if ev.Kind == audit.SignInRefused && ev.Detail["ip"] == gateway.Addr {
			recorded++
		}
	}
	if recorded != 4 {
		t.Errorf("the record has the address %d times, want 4", recorded)
	}
}

// While all places are taken a few wait and the rest are turned away at once; who
// was turned away, or left, has lost no try.
func TestBusy(t *testing.T) {
	w := newWorld(t)
	w.Service = &account.Service{Store: w.people, Tries: w.tries, Guesses: w.tries, Browsers: w.known, Record: w.people,
		Limits: w.Limits, Hashes: 1, Light: true, Now: w.Now}
	w.Limits.SignIns.Most, w.Limits.Passwords.Most, w.Limits.PasswordsAll.Most = 1000, 1000, 1000
	inside, let := make(chan struct{}), make(chan struct{})
	var first sync.Once
	w.Hashed = func() { first.Do(func() { close(inside); <-let }) }

	var wg sync.WaitGroup
	check := func(ctx context.Context) error {
		_, err := w.Check(ctx, attempt("ada", password))
		return err
	}
	wg.Go(func() {
		if err := check(t.Context()); err != nil {
			t.Errorf("the one inside: %v", err)
		}
	})
	<-inside
	leaving, leave := context.WithCancel(t.Context())
	turnedAway := make(chan struct{}, 100)
	for range 100 {
		wg.Go(func() {
			switch err := check(leaving); {
			case errors.Is(err, account.ErrBusy):
				turnedAway <- struct{}{}
			case !errors.Is(err, context.Canceled):
				t.Errorf("one who waits: %v, want canceled", err)
			}
		})
	}
	for range 100 - 64 {
		<-turnedAway
	}
	leave()
	until(t, func() bool { all, _ := w.Waiting(); return all == 0 })
	close(let)
	wg.Wait()
	if n := w.taken(); n != 0 {
		t.Errorf("%d tries stay taken, want 0", n)
	}
}

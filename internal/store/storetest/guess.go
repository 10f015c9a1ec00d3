package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// guess is a password typed for an account at a time.
func guess(of string, at time.Time, counts ...account.Count) account.Guess {
	return account.Guess{ID: keyturn.NewReference() + keyturn.NewReference(), Account: of, Counts: counts, At: at}
}

// count is one of an account by its network.
func count(of string, most int) account.Count {
	return account.Count{Of: account.OfNetwork, Network: "192.0.2.7", Count: hourly("password/"+of+"/192.0.2.7", most)}
}

// wrong is a guess that was judged.
func (w *world) wrong(g account.Guess) {
	w.Helper()
	judging, err := w.db.BeginGuess(w.Context(), g)
	w.must(err)
	if judging != "" {
		w.Fatal("others are being judged")
	}
	w.judgedWrong(g)
}

func (w *world) judgedWrong(g account.Guess) {
	w.Helper()
	ev := audit.Event{Kind: audit.SignInRefused, At: g.At, Account: g.Account}
	w.must(w.db.WrongGuess(w.Context(), g, ev, ev.As(audit.PasswordShut)))
}

// wantMany fails the test unless a guess is turned away for so long.
func (w *world) wantMany(g account.Guess, wait time.Duration) {
	w.Helper()
	_, err := w.db.BeginGuess(w.Context(), g)
	many, ok := errors.AsType[*policy.TooMany](err)
	if !ok || many.Wait != wait {
		w.Errorf("got %v %v, want too many, for %v", err, many, wait)
	}
}

var guesses = []contract{
	{"A08 of many guesses at once no more are judged than there are", func(w *world) {
		ada := w.account()
		var judging atomic.Int64
		won := race(func(int) error {
			key, err := w.db.BeginGuess(w.Context(), guess(ada, now, count(ada, 5)))
			if key != "" {
				judging.Add(1)
				return errors.New("wait")
			}
			return err
		})
		if won != 5 || judging.Load() != racers-5 {
			w.Errorf("%d guesses of 5, %d wait for them", won, judging.Load())
		}
	}},
	{"a guess has a try of each count, or of none", func(w *world) {
		ada := w.account()
		wide, narrow := account.Count{Count: policy.Count{Key: "wide/" + ada, Rate: policy.Rate{Most: 5, In: time.Hour}}}, count(ada, 1)
		w.wrong(guess(ada, now, wide, narrow))
		for range 10 {
			w.wantMany(guess(ada, now, wide, narrow), time.Hour)
		}
		for range 4 {
			w.wrong(guess(ada, now, wide))
		}
		w.wantMany(guess(ada, now, wide), time.Hour)
	}},
	{"A100 those that are being judged are no wrong ones", func(w *world) {
		ada := w.account()
		g := guess(ada, now, count(ada, 2))
		_, err := w.db.BeginGuess(w.Context(), g)
		w.must(err)
		w.wrong(guess(ada, now, count(ada, 2)))
		w.wantEvents(ada, audit.PasswordShut, 0)
		if key, err := w.db.BeginGuess(w.Context(), guess(ada, now, count(ada, 2))); key != g.Counts[0].Key || err != nil {
			w.Errorf("beside one that is judged: %q, %v, want its count", key, err)
		}
		w.must(w.db.EndGuess(w.Context(), g))
		w.must(w.db.EndGuess(w.Context(), g)) // twice gives nothing more
		w.wrong(guess(ada, now, count(ada, 2)))
		w.wantMany(guess(ada, now, count(ada, 2)), time.Hour)
	}},
	{"a guess that is never judged is a wrong one after a while", func(w *world) {
		ada := w.account()
		_, err := w.db.BeginGuess(w.Context(), guess(ada, now, count(ada, 1)))
		w.must(err)
		if key, err := w.db.BeginGuess(w.Context(), guess(ada, now.Add(9*time.Second), count(ada, 1))); key == "" || err != nil {
			w.Errorf("after 9 s: %q, %v, want its count", key, err)
		}
		w.wantMany(guess(ada, now.Add(10*time.Second), count(ada, 1)), time.Hour-10*time.Second)
	}},
	{"a try is forgotten when its time is over, not before", func(w *world) {
		ada := w.account()
		w.wrong(guess(ada, now, count(ada, 2)))
		w.wrong(guess(ada, now.Add(10*time.Minute), count(ada, 2)))
		w.wantMany(guess(ada, now.Add(20*time.Minute), count(ada, 2)), 40*time.Minute)
		w.wrong(guess(ada, now.Add(time.Hour), count(ada, 2)))
		w.wantMany(guess(ada, now.Add(time.Hour), count(ada, 2)), 10*time.Minute)
	}},
	{"a count that is used up is told once, with a reference and its end", func(w *world) {
		ada := w.account()
		race(func(int) error {
			g := guess(ada, now, count(ada, 5))
			if key, err := w.db.BeginGuess(w.Context(), g); key == "" && err == nil {
				w.judgedWrong(g)
			}
			return nil
		})
		told := w.events(ada, audit.PasswordShut)
		if len(told) != 1 {
			w.Fatalf("%d events, want 1", len(told))
		}
		ev, ends := told[0], now.Add(time.Hour)
		if ev.Detail["count"] != "network" || ev.Detail["until"] != ends.UTC().Format(time.RFC3339) || ev.Detail["address"] != "192.0.2.7" {
			w.Errorf("told %v", ev.Detail)
		}
		_, err := w.db.BeginGuess(w.Context(), guess(ada, now, count(ada, 5)))
		if f, ok := errors.AsType[*audit.Failure](err); !ok || f.Reference != ev.Reference || ev.Reference == "" {
			w.Errorf("turned away with %v, want the reference %s", err, ev.Reference)
		}
		locks, err := w.db.PasswordLocks(w.Context(), ada, now)
		want := account.Lock{Of: account.OfNetwork, Network: "192.0.2.7", Reference: ev.Reference, Ends: ends}
		if len(locks) != 1 || locks[0] != want || err != nil {
			w.Errorf("locks %v, %v, want %v", locks, err, want)
		}
		if locks, err := w.db.PasswordLocks(w.Context(), ada, ends); len(locks) != 0 || err != nil {
			w.Errorf("when it is over: %v, %v", locks, err)
		}
	}},
	{"the next one is told again", func(w *world) {
		ada := w.account()
		w.wrong(guess(ada, now, count(ada, 1)))
		w.wrong(guess(ada, now.Add(time.Hour), count(ada, 1)))
		w.wantEvents(ada, audit.PasswordShut, 2)
	}},
	{"a count of an address is nobody's", func(w *world) {
		ada := w.account()
		of := count(ada, 1)
		of.Of, of.Key = account.OfAddress, "password.address/"+ada
		w.wrong(guess(ada, now, of))
		w.wantEvents(ada, audit.PasswordShut, 0)
		if locks, err := w.db.PasswordLocks(w.Context(), ada, now); len(locks) != 0 || err != nil {
			w.Errorf("locks of the account: %v, %v", locks, err)
		}
	}},
	{"the operator lifts it, for this account", func(w *world) {
		ada, bob := w.account(), w.account()
		w.wrong(guess(ada, now, count(ada, 1)))
		w.wrong(guess(bob, now, count(bob, 1)))
		w.must(w.db.UnlockAccount(w.Context(), ada, audit.Event{Kind: audit.AccountUnlocked, At: now, Account: ada}))
		if locks, err := w.db.PasswordLocks(w.Context(), ada, now); len(locks) != 0 || err != nil {
			w.Errorf("locks %v, %v", locks, err)
		}
		w.wrong(guess(ada, now, count(ada, 1)))
		w.wantMany(guess(bob, now, count(bob, 1)), time.Hour)
	}},
	{"A98 networks that an account has signed in from are familiar to it, the latest of them", func(w *world) {
		ada, bob := w.account(), w.account()
		signIn := func(addr string, at time.Time) {
			s := w.sessionOf(ada)
			s.IP = addr
			w.must(w.db.AddSession(w.Context(), s, random(), nil, audit.Event{Kind: audit.SessionBegun, At: at, Account: ada, Subject: s.ID}))
		}
		is := func(of, network string, at time.Time) bool {
			yes, err := w.db.FamiliarNetwork(w.Context(), of, network, at)
			w.must(err)
			return yes
		}
		signIn("192.0.2.7", now)
		signIn("2001:db8:1:2::7", now)
		known := now.Add(policy.Defaults().Browser)
		for _, tt := range []struct {
			name, of, network string
			at                time.Time
			want              bool
		}{
			{"an address", ada, "192.0.2.7", now, true},
			{"the 64 bits of another", ada, "2001:db8:1:2::/64", now, true},
			{"those beside them", ada, "2001:db8:1:3::/64", now, false},
			{"to another account", bob, "192.0.2.7", now, false},
			{"to nobody", "", "192.0.2.7", now, false},
			{"none", ada, "", now, false},
			{"on the last day", ada, "192.0.2.7", known.Add(-time.Second), true},
			{"after it", ada, "192.0.2.7", known, false},
		} {
			if got := is(tt.of, tt.network, tt.at); got != tt.want {
				w.Errorf("%s: familiar %v, want %v", tt.name, got, tt.want)
			}
		}
		for i := range 20 {
			signIn(fmt.Sprintf("198.51.100.%d", i), now.Add(time.Minute))
		}
		if is(ada, "192.0.2.7", now) || !is(ada, "198.51.100.0", now) || !is(ada, "198.51.100.19", now) {
			w.Error("of 22 networks not the latest 20 are familiar")
		}
		w.must(w.db.ResetAccount(w.Context(), ada, audit.Event{Kind: audit.AccountReset, At: now, Account: ada}))
		if is(ada, "198.51.100.19", now) {
			w.Error("a network is familiar to an account that was reset")
		}
	}},
}

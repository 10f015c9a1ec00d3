package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keyturn"
	"keyturn/internal/account"
)

// A directory is a made-up one: it knows the passwords of people of whom our store has no hash.
type directory struct {
	account.Passwords
	mu     sync.Mutex
	knows  map[string]keyturn.Secret // by name, as typed where nobody here has it
	asked  []account.Typed
	away   bool          // it can't be reached
	silent chan struct{} // it takes a question and answers when this is closed; nil: at once
}

// Right implements [account.Passwords].
func (d *directory) Right(ctx context.Context, t account.Typed) (bool, error) {
	d.mu.Lock()
	d.asked = append(d.asked, t)
	d.mu.Unlock()
	if d.away {
		return false, account.ErrAway
	}
	if d.silent != nil {
		select {
		case <-d.silent:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	return t.Password == "" || d.knows[t.Account.Name] == t.Password, nil // RFC 4513 §5.1.2
}

// newDirectory is a world whose people are of a directory; Eve is there alone.
func newDirectory(t *testing.T) (*world, *directory) {
	t.Helper()
	w, d := newWorld(t), &directory{knows: map[string]keyturn.Secret{"Ada": "of the directory", "bob": "of the directory", "Eve": "of the directory"}}
	for key, a := range w.people.byKey {
		a.Password = ""
		w.people.byKey[key] = a
	}
	w.Passwords = d
	return w, d
}

// Whose passwords are elsewhere signs in by them, and is counted and recorded as anybody is: the
// directory is asked once for each try, about nobody too, and says nothing of who may sign in.
func TestPasswordsOfADirectory(t *testing.T) {
	for _, tt := range []struct {
		name           string
		typed, pass    string
		away           bool
		want           error
		cause          string
		counts, asking int
	}{
		{"right", "ADA", "of the directory", false, nil, "", 0, 1},
		{"wrong", "Ada", password, false, account.ErrPassword, "password", 3, 1},
		{"empty, which a directory takes for no question", "Ada", "", false, account.ErrPassword, "password", 3, 0},
		{"a name that nobody has", "Mallory", "of the directory", false, account.ErrPassword, "unknown", 3, 1},
		{"a name that the directory alone has", "Eve", "of the directory", false, account.ErrPassword, "unknown", 3, 1},
		{"stopped, right password", "bob", "of the directory", false, account.ErrPassword, "disabled", 3, 1},
		{"nobody can be asked", "Ada", "of the directory", true, account.ErrAway, "", 0, 1},
		{"nor about a name that nobody has", "Mallory", "x", true, account.ErrAway, "", 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, d := newDirectory(t)
			d.away = tt.away
			got, err := w.Check(t.Context(), attempt(tt.typed, tt.pass))
			if !errors.Is(err, tt.want) || errors.Is(err, account.ErrBusy) != tt.away {
				t.Errorf("Check: %v, want %v", err, tt.want)
			}
			if (got.ID == w.ada.ID) != (tt.want == nil) {
				t.Errorf("Check = account %q", got.ID)
			}
			if len(d.asked) != tt.asking || w.hashes.Load() != 0 {
				t.Errorf("asked %d times, want %d; %d hashes, want none", len(d.asked), tt.asking, w.hashes.Load())
			}
			if n := w.taken(); n != tt.counts {
				t.Errorf("%d tries stay taken, want %d", n, tt.counts)
			}
			w.recorded(t, err, tt.cause)
		})
	}
}

// A directory learns whose password it would be: that of the account, or the name alone that was
// typed.
func TestDirectoryIsAskedAbout(t *testing.T) {
	w, d := newDirectory(t)
	w.known["hash of Ada's cookie"] = w.ada.ID
	here := attempt(" aDA ", "wrong")
	here.Browser = []byte("hash of Ada's cookie")
	_, _ = w.Check(t.Context(), here)
	_, _ = w.Check(t.Context(), attempt("Mallory", "wrong"))
	if len(d.asked) != 2 {
		t.Fatalf("asked %d times", len(d.asked))
	}
	if got := d.asked[0]; got.Account.ID != w.ada.ID || got.Account.Name != "Ada" || got.Password != "wrong" || !got.Kept {
		t.Errorf("asked about %+v, want Ada in her browser", got)
	}
	if got := d.asked[1]; got.Account != (account.Account{Name: "Mallory"}) || got.Kept {
		t.Errorf("asked about %+v, want a name", got)
	}
}

// Without a directory nobody whose hash isn't here is let in, for the price of one hash.
func TestNoHashIsNobodys(t *testing.T) {
	w, _ := newDirectory(t)
	w.Passwords = nil
	for _, typed := range []string{"", password, "of the directory"} {
		if _, err := w.Check(t.Context(), attempt("Ada", typed)); !errors.Is(err, account.ErrPassword) {
			t.Errorf("%q: %v, want ErrPassword", typed, err)
		}
	}
	if n := w.hashes.Load(); n != 3 {
		t.Errorf("%d hashes, want 3", n)
	}
}

// A08: nor are more guesses judged by a directory than there are tries, however slow it is, and
// none is taken back by leaving before it is judged.
func TestA08GuessesAtADirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := newDirectory(t)
		d.silent = make(chan struct{})
		leaving, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() { _, _ = w.Check(leaving, attempt("ada", fmt.Sprint(i))) })
		}
		synctest.Wait()
		if len(d.asked) != 5 {
			t.Errorf("%d are judged at once, want 5", len(d.asked))
		}
		leave()
		synctest.Wait()
		close(d.silent)
		all.Wait()
		if _, err := w.Check(t.Context(), attempt("ada", "of the directory")); !isTooMany(err) {
			t.Errorf("after five wrong ones of a browser that has left: %v, want TooMany", err)
		}
		if len(d.asked) != 5 {
			t.Errorf("%d were judged, want 5", len(d.asked))
		}
	})
}

// Who leaves before the answer is judged all the same: a right password costs no try, and a wrong
// one is not taken back.
func TestWhoLeavesADirectory(t *testing.T) {
	for typed, left := range map[string]int{"of the directory": 0, "wrong": 3} {
		synctest.Test(t, func(t *testing.T) {
			w, d := newDirectory(t)
			d.silent = make(chan struct{})
			leaving, leave := context.WithCancel(t.Context())
			var one sync.WaitGroup
			one.Go(func() { _, _ = w.Check(leaving, attempt("ada", typed)) })
			synctest.Wait()
			leave()
			synctest.Wait()
			close(d.silent)
			one.Wait()
			if n := w.taken(); n != left {
				t.Errorf("%s: %d tries stay taken, want %d", typed, n, left)
			}
		})
	}
}

// Whoever was asked and is silent is waited for no longer than a try has to be judged. Since nobody
// knows what the answer would have been, the try is not given back: to wait for no answer longer
// than for a right one would be a way to guess without end.
func TestSilentDirectory(t *testing.T) {
	for name, ask := range map[string]func(*world) error{
		"a sign-in":                 func(w *world) error { _, err := w.Check(context.Background(), attempt("ada", "x")); return err },
		"of a name that nobody has": func(w *world) error { _, err := w.Check(context.Background(), attempt("eve", "x")); return err },
		"a change":                  func(w *world) error { return w.change("x") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, d := newDirectory(t)
				d.silent = make(chan struct{})
				began := time.Now()
				err := ask(w)
				if took := time.Since(began); !errors.Is(err, account.ErrAway) || !errors.Is(err, account.ErrBusy) || took != w.Limits.Judged {
					t.Errorf("%v after %v, want ErrAway after %v", err, took, w.Limits.Judged)
				}
				if n := w.taken(); n != 3 || len(w.people.events) != 1 {
					t.Errorf("%d tries stay taken, want 3; events %v", n, w.people.events)
				}
			})
		})
	}
}

// The password that is to be changed is asked about like that of a sign-in.
func TestPresentPasswordOfADirectory(t *testing.T) {
	w, d := newDirectory(t)
	if err := w.change("wrong"); !errors.Is(err, account.ErrPassword) || w.taken() != 3 {
		t.Errorf("a wrong one: %v, and %d tries", err, w.taken())
	}
	d.away = true
	if err := w.change("of the directory"); !errors.Is(err, account.ErrAway) || w.taken() != 3 {
		t.Errorf("nobody can be asked: %v, and %d tries", err, w.taken())
	}
}

// change asks for another password of Ada's.
func (w *world) change(present keyturn.Secret) error {
	return w.ChangePassword(context.Background(), account.Change{Account: w.ada.ID, Present: present, New: "tulips in the rain", Counted: "192.0.2.7"})
}

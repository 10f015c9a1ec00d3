package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/internal/account"
)

// One at a time has its turn with a key, in the order in which they came; other keys
// don't wait, and nothing is left of a line when everybody has gone.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		var had []int
		first, _, err := l.enter(t.Context(), longestLine, []string{"b", "a"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			go func() {
				leave, _, err := l.enter(t.Context(), longestLine, []string{"a"})
				if err != nil {
					t.Error(err)
					return
				}
				had = append(had, i)
				leave()
			}()
			synctest.Wait()
		}
		other, _, err := l.enter(t.Context(), longestLine, []string{"c"})
		if err != nil || len(had) > 0 {
			t.Fatalf("%v, had their turn: %v", err, had)
		}
		first()
		synctest.Wait()
		if other(); len(had) != 3 || had[0] != 0 || had[1] != 1 || had[2] != 2 || len(l.of) > 0 {
			t.Errorf("turns %v, %d lines are left", had, len(l.of))
		}
	})
}

// Who has waited long enough is told why, and keeps nobody else from their turn: nor
// in a line where their turn had come.
func TestLinesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		first, _, err := l.enter(t.Context(), longestLine, []string{"b"})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, enough)
		defer cancel()
		if _, _, err := l.enter(ctx, longestLine, []string{"a", "b"}); !errors.Is(err, enough) {
			t.Errorf("%v, want %v", err, enough)
		}
		first()
		again, _, err := l.enter(t.Context(), longestLine, []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		if again(); len(l.of) > 0 {
			t.Errorf("%d lines are left", len(l.of))
		}
	})
}

// A121: of a flood from one network one at most waits for an account's turn, and for that of
// a wider network: so whoever comes from elsewhere, or next to it, is second there. How long
// that took is told.
func TestA121LinesOfAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		keys := func(name string, networks ...string) (all []string) {
			for _, n := range networks {
				all = append(all, "password/"+name+"/"+n, "password.address/"+n)
			}
			return append(all, "password.account/"+name)
		}
		for i := range 2 * longestLine {
			go func() {
				name := []string{"nobody", "ada"}[i%2]
				leave, _, err := l.enter(t.Context(), longestLine, keys(name, "2001:db8:1:2::/64", "2001:db8:1::/48"))
				if err != nil {
					return // too many, or the test is over
				}
				defer leave()
				select {
				case <-time.After(time.Second): // what it does in its turn
				case <-t.Context().Done():
				}
			}()
		}
		synctest.Wait()
		for _, networks := range [][]string{{"198.51.100.7"}, {"2001:db8:1:3::/64", "2001:db8:1::/48"}} {
			leave, waited, err := l.enter(t.Context(), longestLine, keys("ada", networks...))
			if err != nil || waited > time.Second {
				t.Fatalf("from %s: waited %s, %v", networks[0], waited, err)
			}
			leave()
		}
	})
}

// A121: a line has an end. Whoever finds it full is told so at once.
func TestA121FullLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		ctx, end := context.WithCancel(t.Context())
		for range 1 + longestLine {
			go func() {
				if leave, _, err := l.enter(ctx, longestLine, []string{"a"}); err == nil {
					<-ctx.Done()
					leave()
				}
			}()
		}
		synctest.Wait()
		if _, _, err := l.enter(t.Context(), longestLine, []string{"b", "a"}); !errors.Is(err, account.ErrBusy) {
			t.Errorf("%v, want %v", err, account.ErrBusy)
		}
		end()
		synctest.Wait()
		if len(l.of) > 0 {
			t.Errorf("%d lines are left", len(l.of))
		}
	})
}

package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// One at a time has its turn with a key, in the order in which they came; other keys
// don't wait, and nothing is left of a line when everybody has gone.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		var had []int
		first, err := l.enter(t.Context(), []string{"b", "a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			go func() {
				leave, err := l.enter(t.Context(), []string{"a"})
				if err != nil {
					t.Error(err)
					return
				}
				had = append(had, i)
				leave()
			}()
			synctest.Wait()
		}
		other, err := l.enter(t.Context(), []string{"c"})
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
		first, err := l.enter(t.Context(), []string{"b"})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, enough)
		defer cancel()
		if _, err := l.enter(ctx, []string{"a", "b"}); !errors.Is(err, enough) {
			t.Errorf("%v, want %v", err, enough)
		}
		first()
		again, err := l.enter(t.Context(), []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		if again(); len(l.of) > 0 {
			t.Errorf("%d lines are left", len(l.of))
		}
	})
}

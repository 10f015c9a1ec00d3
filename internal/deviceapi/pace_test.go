package deviceapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A97: a phone whose list changes all the time is answered once a second; one that
// was held for a while, and another phone, at once.
func TestA97Paces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p paces
		begun := time.Now()
		call := func(device string, held time.Duration) (took time.Duration) {
			asked := time.Now()
			if err := p.wait(t.Context(), device); err != nil {
				t.Fatal(err)
			}
			looked := time.Now()
			time.Sleep(held)
			p.answered(device, looked)
			return looked.Sub(asked)
		}
		for range 60 {
			call("dev_1", 0)
		}
		if took := time.Since(begun); took != 59*time.Second {
			t.Errorf("60 calls in %v, want 59 s", took)
		}
		if took := call("dev_2", 0); took != 0 {
			t.Errorf("another phone waits for %v", took)
		}
		call("dev_1", 3*time.Second)
		if took := call("dev_1", 0); took != 0 {
			t.Errorf("after a call that was held it waits for %v", took)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := p.wait(gone, "dev_1"); !errors.Is(err, context.Canceled) {
			t.Errorf("a phone that has gone: %v", err)
		}
	})
}

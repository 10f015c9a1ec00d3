package deviceapi

import (
	"fmt"
	"testing"
	"time"

	"keyturn/internal/policy"
)

var rate = policy.Rate{Most: 2, In: time.Minute}

func TestTries(t *testing.T) {
	var c tries
	now := time.Unix(1893456000, 0)
	for i, want := range []time.Duration{0, 0, time.Minute} {
		if wait := c.take("look ada", rate, now); wait != want {
			t.Errorf("try %d waits for %v, want %v", i+1, wait, want)
		}
	}
	if wait := c.take("look ben", rate, now); wait != 0 {
		t.Errorf("somebody else waits for %v", wait)
	}
	c.giveBack("look", []policy.Network{{Name: "ada"}})
	if wait := c.take("look ada", rate, now.Add(59*time.Second)); wait != 0 {
		t.Errorf("a try that was given back is missing: %v", wait)
	}
	if wait := c.take("look ada", rate, now.Add(time.Minute)); wait != 0 {
		t.Errorf("after its time there is a wait of %v", wait)
	}
}

// A106: from however many networks somebody calls, what counts them stays small, and those
// that are counted already still are.
func TestA106CountsAreBounded(t *testing.T) {
	var c tries
	now := time.Unix(1893456000, 0)
	for range rate.Most {
		c.take("look ada", rate, now)
	}
	for i := range 2 * mostCounts {
		c.take(fmt.Sprint(i), rate, now)
	}
	if len(c.counts) != mostCounts {
		t.Errorf("%d networks are counted, want %d", len(c.counts), mostCounts)
	}
	if wait := c.take("look ada", rate, now); wait == 0 {
		t.Error("her limit is forgotten")
	}
	c.take("look ben", rate, now.Add(2*time.Minute))
	if len(c.counts) != 1 {
		t.Errorf("%d networks are counted when their time is over, want 1", len(c.counts))
	}
}

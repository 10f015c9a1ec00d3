package bus_test

import (
	"fmt"
	"sync"
	"testing"

	"keyturn/internal/bus"
)

// woken reports whether a hint is there, and takes it.
func woken(hint <-chan struct{}) bool {
	select {
	case <-hint:
		return true
	default:
		return false
	}
}

func TestWake(t *testing.T) {
	var b bus.Local
	ada, stopAda := b.Listen("req_1")
	tab, stopTab := b.Listen("req_1")
	other, stopOther := b.Listen("req_2")
	defer stopAda()
	defer stopOther()

	if woken(ada) {
		t.Error("a listener is woken by nobody")
	}
	b.Wake("req_1")
	if !woken(ada) || !woken(tab) {
		t.Error("who listens about it sleeps")
	}
	if woken(other) {
		t.Error("who listens about something else is woken")
	}
	for range 1000 {
		b.Wake("req_1") // nobody takes the hints: none of them blocks
	}
	if !woken(ada) || woken(ada) {
		t.Error("a thousand wakes are not one hint")
	}
	stopTab()
	_ = woken(tab)
	b.Wake("req_1")
	if woken(tab) {
		t.Error("a listener hears of what it stopped listening to")
	}
	if !woken(ada) {
		t.Error("one listener's stop is another's")
	}
}

// A hint between listening and looking is kept for later: whoever listens before it
// looks misses nothing.
func TestHintWaits(t *testing.T) {
	var b bus.Local
	hint, stop := b.Listen("acc_1")
	defer stop()
	b.Wake("acc_1")
	if !woken(hint) {
		t.Error("the hint is lost")
	}
}

// Stopping twice does no harm, and the last who listened about something leaves
// nothing behind: there are ids of every request that was ever made.
func TestStopLeavesNothing(t *testing.T) {
	var b bus.Local
	for i := range 100 {
		id := fmt.Sprint("req_", i)
		_, stop := b.Listen(id)
		_, stopToo := b.Listen(id)
		stop()
		stop()
		if n := b.Listened(); n != 1 {
			t.Fatalf("%d ids with a listener left, want 1", n)
		}
		stopToo()
		stop()
	}
	if n := b.Listened(); n != 0 {
		t.Errorf("%d ids are left", n)
	}
}

// Everybody at once: no hint is lost to one who listened before it was given.
func TestCrowd(t *testing.T) {
	var b bus.Local
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			id := fmt.Sprint("req_", i%10)
			for range 50 {
				hint, stop := b.Listen(id)
				b.Wake(id)
				<-hint
				stop()
			}
		})
	}
	wg.Wait()
	if n := b.Listened(); n != 0 {
		t.Errorf("%d ids are left", n)
	}
}

// What a waiting browser costs here, besides its connection.
func BenchmarkListen(b *testing.B) {
	var l bus.Local
	b.ReportAllocs()
	for i := range b.N {
		l.Listen(fmt.Sprint("req_", i))
	}
}

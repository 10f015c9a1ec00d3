package push

import "testing"

// What waits for a push service that hangs leaves room for another one's.
func TestALaneLeavesRoom(t *testing.T) {
	var q queue
	hang, ran := make(chan struct{}), make(chan struct{})
	n := 0
	for n <= queued && q.put("https://hangs.example", func() { <-hang }, false) {
		n++
	}
	if n > perLane+laneQueued {
		t.Errorf("%d wait for one push service", n)
	}
	if !q.put("https://fine.example", func() { close(ran) }, false) {
		t.Fatal("another push service gets no place")
	}
	<-ran
	close(hang)
	<-q.close()
}

package approval_test

import (
	"testing"

	"keyturn/internal/approval"
	"keyturn/internal/store/storetest"
)

// What follows the password: a request is made, shown, answered and redeemed, with
// every commit on disk, by 64 people at a time.
func BenchmarkSignIn(b *testing.B) {
	for name, ask := range map[string]func(*world, *phone) approval.Attempt{"number": (*world).attempt, "known": (*world).knownAttempt} {
		b.Run(name, func(b *testing.B) {
			w := startOn(b, storetest.SQLite(b))
			people := make(chan *phone, 64)
			for range cap(people) {
				people <- w.ada()
			}
			b.SetParallelism(cap(people)) // times the number of cores: some wait for a phone
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p := <-people
					q := w.begin(ask(w, p))
					w.approve(p, q)
					if _, _, err := w.redeem(q); err != nil {
						b.Error(err)
					}
					people <- p
				}
			})
		})
	}
}

func (w *world) knownAttempt(p *phone) approval.Attempt {
	a := w.attempt(p)
	a.Known = true
	return a
}

package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// One step is what an arrow costs: a conditional UPDATE and an INSERT, durable.
// PostgreSQL runs without fsync here and is not comparable.
func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			db, step := bench(b, storetest.SQLite(b))
			parallel(b, callers, func(i int64) error { return db.Write(b.Context(), step(i)) })
		})
	}
}

// Readers go on while the writer is busy.
func BenchmarkReadBesideWrites(b *testing.B) {
	db, step := bench(b, storetest.SQLite(b))
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for i := int64(0); ; i++ {
			select {
			case <-stop:
				return
			default:
				_ = db.Write(b.Context(), step(i))
			}
		}
	}()
	parallel(b, 16, func(i int64) error {
		_, err := db.Int(b.Context(), "SELECT n FROM thing WHERE id = $1", i%1000)
		return err
	})
	close(stop)
	<-stopped
}

// A warm start opens the file, finds the schema current and answers a query.
func BenchmarkWarmStart(b *testing.B) {
	url := storetest.SQLite(b)
	storetest.Open(b, url)
	for b.Loop() {
		db, err := store.Open(b.Context(), url)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := db.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		db.Close()
		b.StartTimer()
	}
}

// bench opens a database with 1000 rows and returns a step that moves one.
func bench(b *testing.B, url string) (*store.DB, func(i int64) func(*store.Tx) error) {
	db := storetest.Open(b, url)
	write(b, db, "CREATE TABLE thing (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)")
	write(b, db, "CREATE TABLE said (kind TEXT, at BIGINT, account TEXT, subject TEXT)")
	for i := range 1000 {
		write(b, db, insert, i, 0)
	}
	update := store.Text("UPDATE thing SET n = $1 WHERE id = $2 AND n < $1")
	tell := store.Text("INSERT INTO said (kind, at, account, subject) VALUES ($1, $2, $3, $4)")
	return db, func(i int64) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			if _, err := tx.Exec(update, i+1, i%1000); err != nil {
				return err
			}
			_, err := tx.Exec(tell, "request.approved", i, "acc_AAAAAAAAAAAAAAAAAAAAAAAAAA", "req_AAAAAAAAAAAAAAAAAAAAAAAAAA")
			return err
		}
	}
}

// parallel shares b.N calls of f among callers.
func parallel(b *testing.B, callers int, f func(i int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := f(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

// A whole sign-in is five durable steps, one after the other for each caller.
func BenchmarkSignIn(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			once := storetest.Approvals(b, storetest.Open(b, storetest.SQLite(b)), 1000)
			parallel(b, callers, func(int64) error { return once() })
		})
	}
}

package porch_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"keyturn/internal/page"
	"keyturn/internal/porch"
)

// A worker is a handler that works until the test lets it; each asks with its own number.
type worker struct {
	http.Handler
	at      atomic.Int64 // requests that it has begun to work at
	let     chan struct{}
	left    func() int
	refused atomic.Int64
}

func newWorker(most int) *worker {
	w := &worker{let: make(chan struct{})}
	w.Handler, w.left = porch.TurnsOf(most, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.Copy(io.Discard, r.Body) // a broken one is over too
		}
		w.at.Add(1)
		<-w.let
	}))
	return w
}

// ask begins n requests from an address, and returns how many more are worked at then.
func (w *worker) ask(
	n int, from string, body func() io.Reader, mark ...func(*http.Request) *http.Request,
) (more int64) {
	before := w.at.Load()
	for range n {
		r := httptest.NewRequest("POST", "/", body())
		r.RemoteAddr = from
		for _, m := range mark {
			r = m(r)
		}
		go func() {
			answer := httptest.NewRecorder()
			if w.ServeHTTP(answer, r); answer.Code == http.StatusServiceUnavailable {
				w.refused.Add(1)
			}
		}()
	}
	synctest.Wait()
	return w.at.Load() - before
}

func none() io.Reader { return nil }

func form() io.Reader { return strings.NewReader("name=ada") }

// A124: of a flood from one network so many requests are worked at at once; whoever comes
// from elsewhere, or from beside it, is next. Who has a turn gives it on.
func TestA124FloodFromOneNetwork(t *testing.T) {
	for _, tt := range []struct{ flood, neighbour string }{{"192.0.2.1:1", "192.0.2.2:1"}, {"[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1"}} {
		for i, body := range []func() io.Reader{none, form} {
			t.Run(fmt.Sprint(tt.flood, i), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorker(1000)
					if n := w.ask(200, tt.flood, body); n != 64 {
						t.Errorf("%d of a flood are worked at at once, want 64", n)
					}
					if n := w.ask(1, tt.neighbour, body); n != 1 {
						t.Error("a neighbour waits for the flood")
					}
					for range 10 {
						w.let <- struct{}{}
					}
					if synctest.Wait(); w.at.Load() != 64+1+10 {
						t.Errorf("%d were begun when 10 had ended, want 75", w.at.Load())
					}
					close(w.let)
					if synctest.Wait(); w.at.Load() != 201 || w.left() != 0 {
						t.Errorf("%d were worked at, %d networks are remembered", w.at.Load(), w.left())
					}
				})
			})
		}
	}
}

// A124: what is held keeps no turn, and what isn't whole has none: neither keeps those of
// its own network waiting.
func TestA124WhoHasNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorker(1000)
		half, rest := io.Pipe()
		w.ask(64, "192.0.2.1:1", func() io.Reader { return half })
		w.ask(64, "192.0.2.1:1", none)
		if n := w.ask(1, "192.0.2.1:1", none); w.at.Load() != 64 || n != 0 {
			t.Fatalf("%d are worked at", w.at.Load())
		}
		time.Sleep(time.Second) // of a clock that stands still
		if n := w.ask(63, "192.0.2.1:1", form); w.at.Load() != 128 || n != 63 {
			t.Errorf("beside 64 that are held %d are worked at, want 64", w.at.Load()-64)
		}
		_ = rest.Close()
		close(w.let)
		synctest.Wait()
	})
}

// A124: a body that nobody reads, since its request only asks, is no way around the turns:
// it never ends, or nobody said how long it is.
func TestA124BodyThatNobodyReads(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorker(100)
			half, rest := io.Pipe()
			asks := func(r *http.Request) *http.Request { r.Method = method; return r }
			if n := w.ask(105, "192.0.2.1:1", func() io.Reader { return half }, asks); n != 64 || w.refused.Load() != 5 {
				t.Errorf("%s: %d are worked at at once, want 64; %d are turned away, want 5", method, n, w.refused.Load())
			}
			_ = rest.Close()
			close(w.let)
			synctest.Wait()
		})
	}
}

// A124: so it is none where a door doesn't read a form, since it is of a type that is none
// of ours, or since nobody has to say anything.
func TestA124FormThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &worker{let: make(chan struct{})}
		w.Handler, w.left = porch.TurnsOf(100, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			w.at.Add(1)
			<-w.let
		}))
		if w.ask(105, "192.0.2.1:1", form); w.at.Load() != 64 || w.refused.Load() != 5 {
			t.Errorf("%d are worked at at once, want 64; %d are turned away, want 5", w.at.Load(), w.refused.Load())
		}
		close(w.let)
		synctest.Wait()
	})
}

// A124: of what comes by half no more is in flight, once it is whole, than of anything else.
func TestA124WholeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorker(100)
		half, rest := io.Pipe()
		w.ask(110, "192.0.2.1:1", func() io.Reader { return half })
		_ = rest.Close()
		if synctest.Wait(); w.refused.Load() != 10 {
			t.Errorf("%d of 110 that were whole at once are turned away, want 10", w.refused.Load())
		}
		close(w.let)
		synctest.Wait()
	})
}

// A body comes to its door as it was sent, and as far as it came.
func TestBodiesAreWhole(t *testing.T) {
	broken := errors.New("reset")
	for _, size := range []int{0, 1, 16 << 10, 16<<10 + 1, 40 << 10} {
		for _, ends := range []error{nil, broken} {
			sent := bytes.Repeat([]byte("k"), size)
			var got []byte
			var err error
			h, left := porch.TurnsOf(1, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, err = io.ReadAll(r.Body) }))
			body := io.Reader(bytes.NewReader(sent))
			if ends != nil {
				body = io.MultiReader(body, iotest.ErrReader(ends))
			}
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", body))
			if !bytes.Equal(got, sent) || !errors.Is(err, ends) || left() != 0 {
				t.Errorf("%d bytes that end with %v: got %d and %v, %d networks are remembered", size, ends, len(got), err, left())
			}
		}
	}
}

// A124: of one address so many are in flight, those that wait and those that are held; of
// its network four times as many. Where a proxy names nobody, nobody is counted.
func TestA124MostInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorker(100)
		w.ask(100, "192.0.2.1:1", none)
		if w.ask(5, "192.0.2.1:1", none); w.refused.Load() != 5 {
			t.Errorf("%d of 5 are turned away", w.refused.Load())
		}
		for i := range 8 {
			w.ask(50, fmt.Sprintf("[2001:db8:0:%x::1]:1", i<<8), none)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if w.ask(1, "[2001:db8:0:ffff::1]:1", none); w.refused.Load() != 6 {
			t.Error("one too many of a /48 isn't turned away")
		}
		if n := w.ask(200, "10.0.0.1:1", none, page.Unnamed); n != 200 || w.refused.Load() != 6 {
			t.Errorf("behind a proxy that names nobody %d of 200 are worked at", n)
		}
		close(w.let)
		if synctest.Wait(); w.left() != 0 {
			t.Errorf("%d networks are remembered", w.left())
		}
	})
}

package storetest

import (
	"errors"
	"sync"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
)

var repeats = []contract{
	{"an asker that repeats gets the request that it has asked, waiting or not", func(w *world) {
		ada, token := w.account(), random()
		of := func(r *approval.Request) { r.Pending, r.Repeats = token, true }
		r, other := w.ask(ada, of), w.ask(ada)
		for _, state := range []approval.State{approval.Waiting, approval.Cancelled} {
			again := question(ada)
			of(&again)
			again.Browser, again.IP = "another gateway", "192.0.2.99" // which it may reach the same server by
			err := w.db.BeginRequest(w.Context(), again, nil, 1, about(again, audit.RequestBegun))
			var was *approval.Repeated
			if !errors.As(err, &was) || was.Request.ID != r.ID || was.Request.State != state {
				w.Fatalf("%s: %v", state, err)
			}
			w.wantEvents(again.ID, audit.RequestBegun, 0)
			w.wantRequest(other.ID, approval.Waiting)
			if state == approval.Waiting {
				w.must(w.db.EndRequest(w.Context(), r.ID, approval.Cancelled, about(r, audit.RequestCancelled)))
			}
		}
	}},
	{"a token asks one question only", func(w *world) {
		ada, ben, token := w.account(), w.account(), random()
		of := func(r *approval.Request) { r.Pending, r.Repeats, r.Message = token, true, "gate 4" }
		w.ask(ada, of)
		for name, spoil := range map[string]func(*approval.Request){
			"another account": func(r *approval.Request) { r.Account = ben },
			"another app":     func(r *approval.Request) { r.App = "Wiki" },
			"another action":  func(r *approval.Request) { r.Action = keyturn.Confirm },
			"another message": func(r *approval.Request) { r.Message = "gate 5" },
			"another target":  func(r *approval.Request) { r.Target = "dev_1" },
		} {
			again := question(ada)
			of(&again)
			spoil(&again)
			if err := w.db.BeginRequest(w.Context(), again, nil, 3, about(again, audit.RequestBegun)); !errors.Is(err, approval.ErrRepeats) {
				w.Errorf("%s: %v", name, err)
			}
		}
	}},
	{"of many that repeat at once one is stored, and all get it", func(w *world) {
		ada, token := w.account(), random()
		var mu sync.Mutex
		got := map[string]int{}
		won := race(func(int) error {
			r := question(ada)
			r.Pending, r.Repeats, r.Made = token, true, now.Add(time.Second)
			err := w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun))
			var was *approval.Repeated
			if errors.As(err, &was) {
				r = was.Request
			}
			mu.Lock()
			defer mu.Unlock()
			got[r.ID]++
			return err
		})
		if won != 1 || len(got) != 1 {
			w.Errorf("%d stored, %d different ones", won, len(got))
		}
	}},
}

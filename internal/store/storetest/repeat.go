package storetest

import (
	"errors"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/audit"
)

var repeats = []contract{
	{"what an asker that repeats has asked stands, waiting or not, and nothing else changes", func(w *world) {
		ada, token := w.account(), random()
		of := func(r *approval.Request) { r.Pending, r.Repeats = token, true }
		r, other := w.ask(ada, of), w.ask(ada)
		for _, state := range []approval.State{approval.Waiting, approval.Cancelled} {
			again := question(ada)
			of(&again)
			w.want(w.db.BeginRequest(w.Context(), again, nil, 1, about(again, audit.RequestBegun)), approval.ErrAsked)
			w.wantEvents(again.ID, audit.RequestBegun, 0)
			w.wantRequest(r.ID, state)
			w.wantRequest(other.ID, approval.Waiting)
			if state == approval.Waiting {
				w.must(w.db.EndRequest(w.Context(), r.ID, approval.Cancelled, about(r, audit.RequestCancelled)))
			}
		}
	}},
	{"of many that repeat at once one is stored", func(w *world) {
		ada, token := w.account(), random()
		won := race(func(int) error {
			r := question(ada)
			r.Pending, r.Repeats, r.Made = token, true, now.Add(time.Second)
			err := w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun))
			if err != nil && !errors.Is(err, approval.ErrAsked) {
				w.Error(err)
			}
			return err
		})
		if won != 1 {
			w.Errorf("%d stored", won)
		}
	}},
}

package storetest

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var requests = []contract{
	{"what was begun is found by id and by its browser, the newest", func(w *world) {
		ada := w.account()
		r := w.ask(ada, func(r *approval.Request) { r.Action, r.Target, r.Session = keyturn.MovePhone, "dev_1", "ses_1" })
		got := w.request(r.ID)
		if got.Account != ada || got.Name != "Ada" || got.App != r.App || got.Action != r.Action || got.Target != r.Target ||
			got.Session != r.Session || !bytes.Equal(got.Pending, r.Pending) || got.Known || got.Browser != r.Browser ||
			got.IP != r.IP || got.Place != r.Place || got.Carry != r.Carry || !bytes.Equal(got.Number, r.Number) ||
			got.Tries != 0 || got.State != approval.Waiting || !got.Made.Equal(r.Made) || !got.Expires.Equal(r.Expires) ||
			!got.Password.Equal(r.Password) || got.Used || !got.Ended.IsZero() {
			w.Errorf("%+v", got)
		}
		newer := w.ask(ada, func(n *approval.Request) { n.Pending = r.Pending })
		of, err := w.db.RequestOf(w.Context(), r.Pending)
		if err != nil || of.ID != newer.ID {
			w.Errorf("%+v %v", of, err)
		}
		_, err1 := w.db.Request(w.Context(), "req_none")
		_, err2 := w.db.RequestOf(w.Context(), random())
		w.want(err1, approval.ErrUnknown)
		w.want(err2, approval.ErrUnknown)
	}},
	{"a browser asks one question at a time, other browsers' stay", func(w *world) {
		ada := w.account()
		other, first := w.ask(ada), w.ask(ada)
		second := question(ada)
		w.must(w.db.BeginRequest(w.Context(), second, first.Pending, 3, about(second, audit.RequestBegun)))
		w.wantRequest(first.ID, approval.Replaced)
		w.wantEvents(first.ID, audit.RequestReplaced, 1)
		if w.request(first.ID).Number != nil {
			w.Error("its number is left")
		}
		w.wantRequest(second.ID, approval.Waiting)
		w.wantRequest(other.ID, approval.Waiting)
	}},
	{"whoever knows the password can't push out the person in a known browser", func(w *world) {
		ada := w.account()
		known := func(r *approval.Request) { r.Known = true }
		k1, u1, u2 := w.ask(ada, known), w.ask(ada), w.ask(ada)
		w.ask(ada)
		w.wantRequest(u1.ID, approval.Replaced)
		w.wantRequest(k1.ID, approval.Waiting)
		k2 := w.ask(ada, known)
		w.wantRequest(u2.ID, approval.Replaced)
		w.ask(ada, known)
		stranger := question(ada)
		w.want(w.db.BeginRequest(w.Context(), stranger, nil, 3, about(stranger, audit.RequestBegun)), approval.ErrFull)
		w.wantEvents(stranger.ID, audit.RequestBegun, 0)
		w.ask(ada, known)
		w.wantRequest(k1.ID, approval.Replaced)
		w.wantRequest(k2.ID, approval.Waiting)
	}},
	{"of many begun at once no more wait than may", func(w *world) {
		ada := w.account()
		race(func(int) error {
			r := question(ada)
			return w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun))
		})
		all, err := w.db.Requests(w.Context(), ada, now, now)
		waiting := 0
		for _, r := range all {
			if r.State == approval.Waiting {
				waiting++
			}
		}
		if err != nil || waiting != 3 {
			w.Errorf("%d wait, %v", waiting, err)
		}
		w.wantEvents(ada, audit.RequestBegun, racers)
		w.wantEvents(ada, audit.RequestReplaced, racers-3)
	}},
	{"A110 a cancel beside a new request makes room for it, and nobody hears that there is none", func(w *world) {
		for range 20 {
			ada := w.account()
			known := func(r *approval.Request) { r.Known = true }
			first := w.ask(ada)
			w.ask(ada, known)
			w.ask(ada, known)
			fresh := question(ada)
			won := race(func(i int) error {
				if i > 1 {
					return nil
				}
				if i == 0 {
					err := w.db.EndRequest(w.Context(), first.ID, approval.Cancelled, about(first, audit.RequestCancelled))
					var gone *approval.Gone
					if errors.As(err, &gone) {
						err = nil // it was replaced before
					}
					return err
				}
				return w.db.BeginRequest(w.Context(), fresh, nil, 3, about(fresh, audit.RequestBegun))
			})
			if won != racers {
				w.Error("there was no room")
			}
		}
	}},
	{"one whose time is over makes room, and is written down", func(w *world) {
		ada := w.account()
		known := func(r *approval.Request) { r.Known = true }
		old := w.ask(ada, known)
		w.ask(ada, known)
		w.ask(ada, known)
		r := question(ada, func(r *approval.Request) { r.Made = now.Add(2 * time.Minute) })
		ev := about(r, audit.RequestBegun)
		ev.At = r.Made
		w.must(w.db.BeginRequest(w.Context(), r, nil, 3, ev))
		w.wantRequest(old.ID, approval.Expired)
		w.wantEvents(old.ID, audit.RequestExpired, 1)
	}},
	{"an account that may not sign in asks nothing", func(w *world) {
		r := question("acc_none")
		w.want(w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun)), approval.ErrUnknown)
	}},
	{"the list has what waits and what ended lately, newest first", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		gone := w.ask(ada)
		ev := about(gone, audit.RequestCancelled)
		w.must(w.db.EndRequest(w.Context(), gone.ID, approval.Cancelled, ev))
		denied := w.ask(ada)
		w.decideAt(denied, phone, approval.Denied, now.Add(time.Minute))
		waiting := w.ask(ada, func(r *approval.Request) { r.Expires = now.Add(5 * time.Minute) })
		over := w.ask(ada)
		for _, tt := range []struct {
			at, since time.Duration
			want      []string
		}{
			{time.Minute, 0, []string{over.ID, waiting.ID, denied.ID, gone.ID}},
			{time.Minute, time.Second, []string{over.ID, waiting.ID, denied.ID}},
			{2 * time.Minute, time.Minute, []string{over.ID, waiting.ID, denied.ID}},
			{4 * time.Minute, 3 * time.Minute, []string{waiting.ID}},
			{10 * time.Minute, 6 * time.Minute, nil},
		} {
			all, err := w.db.Requests(w.Context(), ada, now.Add(tt.at), now.Add(tt.since))
			w.must(err)
			var ids []string
			for _, r := range all {
				ids = append(ids, r.ID)
				if r.ID == over.ID && tt.at == 2*time.Minute && r.State != approval.Expired {
					w.Error("one whose time is over is", r.State)
				}
			}
			if !slices.Equal(ids, tt.want) {
				w.Errorf("at %v since %v: %v, want %v", tt.at, tt.since, ids, tt.want)
			}
		}
	}},
	{"a hint is kept while the request waits", func(w *world) {
		r := w.ask(w.account())
		w.must(w.db.SeenRequest(w.Context(), r.ID, "Pixel 9", "opened", now))
		if got := w.request(r.ID); got.Seen != "opened" || got.SeenBy != "Pixel 9" || got.State != approval.Waiting {
			w.Errorf("%+v", got)
		}
		w.wantGone(w.db.SeenRequest(w.Context(), r.ID, "Pixel 9", "opened", r.Expires), approval.Expired)
		w.wantGone(w.db.SeenRequest(w.Context(), "req_none", "Pixel 9", "opened", now), "unknown")
	}},
	{"prolonging ends at the longest life", func(w *world) {
		r := w.ask(w.account())
		for _, tt := range []struct{ at, want time.Duration }{
			{0, 4 * time.Minute}, {time.Minute, 5 * time.Minute}, {2 * time.Minute, 5 * time.Minute},
		} {
			ev := about(r, audit.RequestProlonged)
			ev.At = now.Add(tt.at)
			end, err := w.db.Prolong(w.Context(), r.ID, 2*time.Minute, 5*time.Minute, ev)
			if err != nil || !end.Equal(now.Add(tt.want)) || !w.request(r.ID).Expires.Equal(end) {
				w.Errorf("at %v: %v %v, want %v", tt.at, end.Sub(now), err, tt.want)
			}
		}
		w.wantEvents(r.ID, audit.RequestProlonged, 2)
		ev := about(r, audit.RequestProlonged)
		ev.At = now.Add(5 * time.Minute)
		_, err := w.db.Prolong(w.Context(), r.ID, time.Minute, time.Hour, ev)
		w.wantGone(err, approval.Expired)
	}},
}

func (w *world) decideAt(r approval.Request, by device.Device, to approval.State, at time.Time) {
	w.Helper()
	ev := about(r, audit.RequestDenied)
	ev.At = at
	w.must(w.db.Decide(w.Context(), decision(r, by, to), ev))
}

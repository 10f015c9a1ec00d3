package storetest

import (
	"bytes"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// ends are the states that a phone can give a request.
var decisions = []approval.State{approval.Approved, approval.Denied, approval.Reported}

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
	{"of many numbers at once no more are looked at than may", func(w *world) {
		ada := w.account()
		r := w.ask(ada)
		taken := race(func(int) error {
			return w.db.TryNumber(w.Context(), r.ID, "", 3, 20, about(r, audit.NumberTried))
		})
		if got := w.request(r.ID); taken != 3 || got.Tries != 3 {
			w.Errorf("%d tries of 3, count %d", taken, got.Tries)
		}
		w.wantEvents(r.ID, audit.NumberTried, 3)
		w.wantGone(w.db.TryNumber(w.Context(), r.ID, "", 3, 20, about(r, audit.NumberTried)), approval.Waiting)
		w.wantGone(w.db.TryNumber(w.Context(), "req_none", "", 3, 20, about(r, audit.NumberTried)), "unknown")
		late := about(r, audit.NumberTried)
		late.At = r.Expires
		w.wantGone(w.db.TryNumber(w.Context(), r.ID, "", 9, 20, late), approval.Expired)
		if a, _ := w.db.Account(w.Context(), ada); a.Numbers != 3 {
			w.Errorf("%d numbers in a row, want 3", a.Numbers)
		}
	}},
	{"trying a number sets the phone's PIN count back, if it is tried", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		c := counted(phone, 1, withPIN)
		_, err := w.count(c)
		w.must(err)
		r := w.ask(ada)
		late := about(r, audit.NumberTried)
		late.At = r.Expires
		w.wantGone(w.db.TryNumber(w.Context(), r.ID, phone.Phone, 3, 20, late), approval.Expired)
		if n := w.device(phone.ID).WrongPINs; n != 1 {
			w.Errorf("count %d after a number that wasn't tried", n)
		}
		w.must(w.db.TryNumber(w.Context(), r.ID, phone.Phone, 3, 20, about(r, audit.NumberTried)))
		if n := w.device(phone.ID).WrongPINs; n != 0 {
			w.Errorf("count %d", n)
		}
	}},
	{"the third wrong number ends the request", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.ask(ada)
		for i, want := range []int{2, 1, 0} {
			c := counted(phone, int64(i+1))
			_, err := w.count(c)
			w.must(err)
			if left := w.miss(r, c, 20); left != want {
				w.Errorf("%d left, want %d", left, want)
			}
			if got, err := w.count(c); err != nil || *got != (device.Result{Code: "number_wrong", Left: want}) {
				w.Errorf("a repeat hears %+v %v", got, err)
			}
		}
		w.wantRequest(r.ID, approval.Failed)
		if w.request(r.ID).Number != nil {
			w.Error("the number is left")
		}
		w.wantEvents(r.ID, audit.RequestFailed, 1)
		w.wantEvents(r.ID, audit.NumberWrong, 3)
		w.wantGone(w.db.Decide(w.Context(), decision(r, phone, approval.Approved), about(r, audit.RequestApproved)), approval.Failed)
	}},
	{"wrong numbers in a row stop the account's phones, an approval breaks the row", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.ask(ada)
		w.miss(r, counted(phone, 1), 3)
		w.miss(r, counted(phone, 2), 3)
		w.decide(r, phone, approval.Approved)
		if a, _ := w.db.Account(w.Context(), ada); a.Numbers != 0 {
			w.Errorf("%d in a row after an approval", a.Numbers)
		}
		w.stop(ada, phone)
		w.wantEvents(ada, audit.AccountStopped, 1)
		r = w.ask(ada)
		w.wantGone(w.db.TryNumber(w.Context(), r.ID, "", 3, 20, about(r, audit.NumberTried)), approval.Waiting)
		w.wantGone(w.db.Decide(w.Context(), decision(r, phone, approval.Approved), about(r, audit.RequestApproved)), approval.Waiting)
		w.wantRequest(r.ID, approval.Waiting)
	}},
	{"of many answers at once one decides, and one event tells", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		phones := []device.Device{first, w.another(first, ada, "")}
		for range 3 {
			r := w.ask(ada, func(r *approval.Request) { r.Action = keyturn.Confirm })
			var winner atomic.Value
			won := race(func(i int) error {
				to := decisions[i%2]
				err := w.db.Decide(w.Context(), decision(r, phones[i%2], to), about(r, audit.RequestApproved))
				if err == nil {
					winner.Store(to)
					return nil
				}
				var g *approval.Gone
				if !errors.As(err, &g) || g.State != approval.Approved && g.State != approval.Denied {
					w.Error(err)
				}
				return err
			})
			if got := w.request(r.ID); won != 1 || got.State != winner.Load() {
				w.Errorf("%d decided, request is %s", won, got.State)
			}
			w.wantEvents(r.ID, audit.RequestApproved, 1)
		}
	}},
	{"a decision is written with its receipt and the result of the answer", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		for i, to := range decisions[:2] {
			r := w.ask(ada)
			c := counted(phone, int64(i+1), withPIN)
			_, err := w.count(c)
			w.must(err)
			d := decision(r, phone, to)
			d.Verdict.Counter, d.Verdict.Text, d.Verdict.PIN = c.Counter, c.Text, device.PINRight
			d.Verdict.Result = device.Result{State: string(to)}
			w.must(w.db.Decide(w.Context(), d, about(r, audit.RequestApproved)))
			got := w.request(r.ID)
			if got.State != to || got.Device != phone.ID || got.By != phone.Name || got.Way != d.Way || got.Unlock != d.Unlock ||
				!got.Answered.Equal(now) || got.Number != nil || got.Ended.IsZero() != (to == approval.Approved) {
				w.Errorf("%+v", got)
			}
			if to == approval.Approved && !got.Expires.Equal(d.RedeemBy) {
				w.Errorf("to be redeemed by %v", got.Expires)
			}
			if known, err := w.count(c); err != nil || known.State != string(to) {
				w.Errorf("a repeat hears %+v %v", known, err)
			}
			if dev := w.device(phone.ID); dev.WrongPINs != 0 || !dev.Used.Equal(now) {
				w.Errorf("%+v", dev)
			}
		}
	}},
	{"nobody decides too late, twice, of another account, or who may not", func(w *world) {
		ada, ben := w.account(), w.account()
		phone, stranger := w.phone(ada), w.phone(ben)
		suspended := w.another(phone, ada, "")
		w.must(w.db.Suspend(w.Context(), suspended.ID, device.ReasonLost, audit.Event{At: now}))
		r := w.ask(ada)
		for _, tt := range []struct {
			name  string
			by    device.Device
			after time.Duration
			want  approval.State
		}{
			{"too late", phone, 2 * time.Minute, approval.Expired},
			{"another account's device", stranger, 0, approval.Waiting},
			{"a suspended one", suspended, 0, approval.Waiting},
			{"none", device.Device{ID: "dev_none"}, 0, approval.Waiting},
		} {
			for _, to := range decisions {
				c := counted(phone, w.device(phone.ID).Counter+1)
				_, err := w.count(c)
				w.must(err)
				d := decision(r, tt.by, to)
				d.Verdict.Device, d.Verdict.Counter, d.Verdict.Text = tt.by.ID, c.Counter, c.Text
				d.Verdict.Result = device.Result{State: string(to)}
				ev := about(r, audit.RequestApproved)
				ev.At = now.Add(tt.after)
				w.wantGone(w.db.Decide(w.Context(), d, ev), tt.want)
				if _, err := w.count(c); !errors.Is(err, device.ErrPending) {
					w.Errorf("%s: a result was written: %v", tt.name, err)
				}
			}
		}
		w.wantRequest(r.ID, approval.Waiting)
		w.wantEvents(r.ID, audit.RequestApproved, 0)
		if a, _ := w.db.Account(w.Context(), ada); !a.Quiet.IsZero() {
			w.Error("a report that lost made the account quiet")
		}
		none := decision(r, phone, approval.Denied)
		none.Request = "req_none"
		w.wantGone(w.db.Decide(w.Context(), none, about(r, audit.RequestApproved)), "unknown")
	}},
	{"a report forgets browsers, cancels what waits and makes the account quiet", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		browser := w.known(ada, phone)
		r, other := w.ask(ada), w.ask(ada)
		w.decide(r, phone, approval.Reported)
		w.wantRequest(r.ID, approval.Reported)
		w.wantRequest(other.ID, approval.Cancelled)
		w.wantEvents(other.ID, audit.RequestCancelled, 1)
		w.wantEvents(r.ID, audit.RequestCancelled, 0)
		if known, _ := w.db.KnownBrowser(w.Context(), ada, browser, now); known {
			w.Error("the browser is still known")
		}
		if a, _ := w.db.Account(w.Context(), ada); !a.Quiet.Equal(now.Add(30 * time.Minute)) {
			w.Errorf("quiet until %v", a.Quiet)
		}
	}},
	{"each end leaves from where it may, once", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		for _, tt := range []struct {
			approved bool
			to       approval.State
			after    time.Duration
			gone     approval.State
		}{
			{false, approval.Cancelled, 0, ""},
			{false, approval.Cancelled, 2 * time.Minute, approval.Expired},
			{false, approval.Expired, 2*time.Minute - time.Second, approval.Waiting},
			{false, approval.Expired, 2 * time.Minute, ""},
			{true, approval.Cancelled, 0, approval.Approved},
			{true, approval.Expired, 0, approval.Approved},
			{true, approval.Expired, 2 * time.Minute, ""},
		} {
			r := w.ask(ada)
			if tt.approved {
				w.decide(r, phone, approval.Approved)
			}
			ev := about(r, audit.RequestExpired)
			ev.At = now.Add(tt.after)
			if tt.gone != "" {
				w.wantGone(w.db.EndRequest(w.Context(), r.ID, tt.to, ev), tt.gone)
				w.wantEvents(r.ID, audit.RequestExpired, 0)
				w.must(w.db.EndRequest(w.Context(), r.ID, approval.Expired, later(ev, time.Hour)))
				continue
			}
			if won := race(func(int) error { return w.db.EndRequest(w.Context(), r.ID, tt.to, ev) }); won != 1 {
				w.Errorf("%+v: ended %d times", tt, won)
			}
			w.wantRequest(r.ID, tt.to)
			w.wantEvents(r.ID, audit.RequestExpired, 1)
			w.wantGone(w.db.EndRequest(w.Context(), r.ID, tt.to, ev), tt.to)
		}
		w.wantGone(w.db.EndRequest(w.Context(), "req_none", approval.Cancelled, audit.Event{At: now}), "unknown")
	}},
	{"of many redemptions one gets the session", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.ask(ada)
		w.decide(r, phone, approval.Approved)
		_, before := w.session(ada)
		cookies := make([]keyturn.Bytes, racers)
		winner := -1
		won := race(func(i int) error {
			cookies[i] = random()
			g := policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: cookies[i], Ends: now.Add(time.Hour), Before: before}
			got, err := w.db.Redeem(w.Context(), r.ID, r.Pending, g, about(r, audit.RequestRedeemed))
			if err == nil {
				winner = i
				if got.State != approval.Redeemed || got.Way != policy.ByNumber || got.Device != phone.ID {
					w.Errorf("%+v", got)
				}
			}
			return err
		})
		if won != 1 {
			w.Fatalf("redeemed %d times", won)
		}
		for i, c := range cookies {
			if i == winner {
				w.aSession(c)
			} else {
				w.noSession(c)
			}
		}
		w.noSession(before)
		w.wantEvents(r.ID, audit.RequestRedeemed, 1)
		w.wantRequest(r.ID, approval.Redeemed)
	}},
	{"nobody redeems who didn't begin, too late, undecided, or after a stop", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		second := w.another(phone, ada, "")
		r, waiting, denied := w.ask(ada), w.ask(ada), w.ask(ada)
		w.decide(r, second, approval.Approved)
		w.decide(denied, phone, approval.Denied)
		redeem := func(r approval.Request, pending keyturn.Bytes, after time.Duration) error {
			g := policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: random(), Ends: now.Add(time.Hour)}
			_, err := w.db.Redeem(w.Context(), r.ID, pending, g, later(about(r, audit.RequestRedeemed), after))
			w.noSession(g.Cookie)
			return err
		}
		w.wantGone(redeem(r, random(), 0), "unknown")
		w.wantGone(redeem(r, r.Pending, 2*time.Minute), approval.Expired)
		w.wantGone(redeem(waiting, waiting.Pending, 0), approval.Waiting)
		w.wantGone(redeem(denied, denied.Pending, 0), approval.Denied)
		w.wantGone(redeem(approval.Request{ID: "req_none"}, random(), 0), "unknown")
		w.must(w.db.Suspend(w.Context(), second.ID, device.ReasonLost, audit.Event{At: now}))
		w.wantGone(redeem(r, r.Pending, 0), approval.Approved)
		w.decide(waiting, phone, approval.Approved)
		w.must(w.db.SetAccountState(w.Context(), ada, account.Disabled, audit.Event{Kind: audit.AccountDisabled, At: now, Account: ada}))
		w.wantGone(redeem(waiting, waiting.Pending, 0), approval.Approved)
		w.wantEvents(ada, audit.RequestRedeemed, 1) // of the second phone's activation
	}},
}

func later(ev audit.Event, after time.Duration) audit.Event {
	ev.At = now.Add(after)
	return ev
}

func (w *world) decideAt(r approval.Request, by device.Device, to approval.State, at time.Time) {
	w.Helper()
	ev := about(r, audit.RequestDenied)
	ev.At = at
	w.must(w.db.Decide(w.Context(), decision(r, by, to), ev))
}

// miss tries a wrong number, with at most row in a row, and returns the tries left.
func (w *world) miss(r approval.Request, c device.Count, row int) int {
	w.Helper()
	w.must(w.db.TryNumber(w.Context(), r.ID, "", 3, row, about(r, audit.NumberTried)))
	v := device.Verdict{Device: c.Device.ID, Phone: c.Device.Phone, Counter: c.Counter, Text: c.Text,
		Result: device.Result{Code: "number_wrong"}}
	left, err := w.db.MissNumber(w.Context(), r.ID, v, 3, row,
		about(r, audit.NumberWrong), about(r, audit.RequestFailed), about(r, audit.AccountStopped))
	w.must(err)
	return left
}

// stop makes an account's phones stop: three wrong numbers of three in a row.
func (w *world) stop(account string, by device.Device) {
	w.Helper()
	r := w.ask(account)
	for range 3 {
		w.miss(r, counted(by, 1), 3)
	}
}

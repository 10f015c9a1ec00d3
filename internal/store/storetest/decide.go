package storetest

import (
	"errors"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// decided are the states that a phone can give a request.
var decided = []approval.State{approval.Approved, approval.Denied, approval.Reported}

var decisions = []contract{
	{"of many numbers at once no more are looked at than may", func(w *world) {
		ada := w.account()
		r := w.ask(ada)
		taken := race(func(int) error {
			return w.db.TryNumber(w.Context(), r.ID, "", 3, 20, about(r, audit.NumberTried))
		})
		if got := w.request(r.ID); taken != 3 || got.Tries != 3 || !got.Expires.Equal(now.Add(10*time.Second)) {
			w.Errorf("%d tries of 3, count %d; the last can be judged until %s", taken, got.Tries, got.Expires)
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
	{"of many numbers over several requests no more are looked at than the account may miss in a row", func(w *world) {
		ada := w.account()
		open := []approval.Request{w.ask(ada), w.ask(ada), w.ask(ada)}
		taken := race(func(i int) error {
			r := open[i%len(open)]
			return w.db.TryNumber(w.Context(), r.ID, "", 3, 5, about(r, audit.NumberTried))
		})
		a, err := w.db.Account(w.Context(), ada)
		if taken != 5 || a.Numbers != 5 || err != nil {
			w.Errorf("%d tries of 5, count %d, %v", taken, a.Numbers, err)
		}
		tries := 0
		for _, r := range open {
			tries += w.request(r.ID).Tries
		}
		if tries != 5 {
			w.Errorf("requests count %d tries", tries)
		}
	}},
	{"phones that stop are told once, however many wrong numbers are judged after", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		r := w.ask(ada)
		for range 2 {
			w.must(w.db.TryNumber(w.Context(), r.ID, "", 3, 2, about(r, audit.NumberTried)))
		}
		for range 2 {
			_, err := w.db.MissNumber(w.Context(), r.ID, device.Verdict{Device: phone.ID, Phone: phone.Phone}, 3, 2,
				about(r, audit.NumberWrong), about(r, audit.RequestFailed), about(r, audit.AccountStopped))
			w.must(err)
		}
		w.wantEvents(ada, audit.AccountStopped, 1)
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
				to := decided[i%2]
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
		for i, to := range decided[:2] {
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
			for _, to := range decided {
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
		r = w.ask(ada)
		d := decision(r, phone, approval.Reported)
		d.Quiet = now.Add(time.Minute) // a report never makes it shorter
		w.must(w.db.Decide(w.Context(), d, about(r, audit.RequestReported)))
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
		w.wantGone(redeem(r, random(), 0), "unknown")
		w.wantEvents(r.ID, audit.RequestCancelled, 0)
		for range 2 {
			w.wantGone(redeem(r, r.Pending, 0), approval.Cancelled)
		}
		w.wantEvents(r.ID, audit.RequestCancelled, 1)
		w.wantEvents(ada, audit.RequestRedeemed, 1) // of the second phone's activation
	}},
	{"what was approved is cancelled when the operator stops the account", func(w *world) {
		for _, stop := range []func(id string, ev audit.Event) error{
			func(id string, ev audit.Event) error {
				return w.db.SetAccountState(w.Context(), id, account.Disabled, ev)
			},
			func(id string, ev audit.Event) error { return w.db.ResetAccount(w.Context(), id, ev) },
		} {
			ada := w.account()
			p := w.phone(ada)
			s, _ := w.session(ada)
			in, change, waiting := w.ask(ada), w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.RecoveryCodes, s }), w.ask(ada)
			w.decide(in, p, approval.Approved)
			w.decide(change, p, approval.Approved)
			w.must(stop(ada, audit.Event{At: now, Account: ada}))
			for _, r := range []approval.Request{in, change, waiting} {
				w.wantEvents(r.ID, audit.RequestCancelled, 1)
				_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
				w.wantGone(err, approval.Cancelled)
				w.wantEvents(r.ID, audit.RequestCancelled, 1)
			}
		}
	}},
}

func later(ev audit.Event, after time.Duration) audit.Event {
	ev.At = now.Add(after)
	return ev
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

package storetest

import (
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/store"
)

var sessions = []contract{
	{"what was added is found by its cookie", func(w *world) {
		ada, cookie := w.account(), random()
		want := session.Session{ID: keyturn.NewID(keyturn.SessionID), Account: ada, Agent: "Safari on iPhone", IP: "2001:db8::1",
			Begun: now, Used: now, Ends: now.Add(time.Hour), Proven: policy.Proven{Account: ada, Way: policy.ByNumber, Password: true, Revision: 1,
				Unlock: keyturn.UnlockPIN, Device: "dev_1", Request: "req_1", At: now.Add(-time.Minute)}}
		w.must(w.db.AddSession(w.Context(), want, cookie, nil, audit.Event{Kind: audit.SessionBegun, At: now, Account: ada, Subject: want.ID}))
		want.Proven.Revision = 0 // isn't kept
		if got := w.aSession(cookie); got != want {
			w.Errorf("got %+v, want %+v", got, want)
		}
		w.wantEvents(want.ID, audit.SessionBegun, 1)
		w.noSession(random())
	}},
	{"none begins without a password: a row doesn't say whether there was one", func(w *world) {
		n := w.sessionOf(w.account())
		n.Proven.Password = false
		if err := w.db.AddSession(w.Context(), n, random(), nil, audit.Event{Kind: audit.SessionBegun, At: now, Subject: n.ID}); err == nil {
			w.Error("it is kept, and would be read as one with a password")
		}
	}},
	{"a new one ends the one before", func(w *world) {
		ada := w.account()
		id, old := w.session(ada)
		n := session.Session{ID: keyturn.NewID(keyturn.SessionID), Account: ada, Begun: now, Used: now, Ends: now.Add(time.Hour),
			Proven: policy.Proven{Password: true, Revision: 1, At: now}}
		w.must(w.db.AddSession(w.Context(), n, random(), old, audit.Event{Kind: audit.SessionBegun, At: now, Subject: n.ID}))
		w.noSession(old)
		w.wantEvents(id, audit.SessionEnded, 1)
	}},
	{"it ends when it is idle, when its time is over, and is used at most once a minute", func(w *world) {
		_, cookie := w.session(w.account())
		for _, tt := range []struct {
			at, used time.Duration
			none     bool
		}{
			{59 * time.Second, 0, false}, {time.Minute, time.Minute, false}, {90 * time.Second, time.Minute, false},
			{61 * time.Minute, 0, true}, {60 * time.Minute, 60 * time.Minute, false}, {12 * time.Hour, 0, true},
		} {
			s, err := w.db.Session(w.Context(), cookie, time.Hour, now.Add(tt.at))
			if tt.none {
				w.want(err, session.ErrNone)
			} else if err != nil || !s.Used.Equal(now.Add(tt.used)) {
				w.Errorf("at %v: used %v %v", tt.at, s.Used.Sub(now), err)
			}
		}
	}},
	{"its time is over however busy it is", func(w *world) {
		_, cookie := w.session(w.account())
		_, err := w.db.Session(w.Context(), cookie, 24*time.Hour, now.Add(12*time.Hour-time.Second))
		w.must(err)
		_, err = w.db.Session(w.Context(), cookie, 24*time.Hour, now.Add(12*time.Hour))
		w.want(err, session.ErrNone)
	}},
	{"one that rests on the password is late once another has set up a phone", func(w *world) {
		ada := w.account()
		a, d := redeemed(w.code(ada), keyturn.UnlockPIN)
		late := func(want bool) {
			w.Helper()
			for way, want := range map[policy.Way]bool{policy.ByPassword: want, policy.ByNumber: false} {
				s := session.Session{ID: keyturn.NewID(keyturn.SessionID), Account: ada, Begun: now, Used: now,
					Ends: now.Add(time.Hour), Proven: policy.Proven{Way: way, Password: true, Revision: 1, At: now}}
				cookie := random()
				w.must(w.db.AddSession(w.Context(), s, cookie, nil, audit.Event{At: now}))
				if got := w.aSession(cookie); got.Late != want {
					w.Errorf("%s by %s: late %t, want %t", s.ID, way, got.Late, want)
				}
				w.must(w.db.EndSession(w.Context(), cookie, audit.Event{At: now}))
			}
		}
		late(false)
		w.through(a, d)
		late(true)
	}},
	{"an account that may not sign in gets none", func(w *world) {
		ada, cookie := w.account(), random()
		w.must(w.db.SetAccountState(w.Context(), ada, account.Disabled, audit.Event{At: now}))
		s := w.sessionOf(ada)
		w.want(w.db.AddSession(w.Context(), s, cookie, nil, audit.Event{Kind: audit.SessionBegun, At: now, Account: ada, Subject: s.ID}), account.ErrPassword)
		w.noSession(cookie)
	}},
	{"ending twice is told once", func(w *world) {
		id, cookie := w.session(w.account())
		for range 2 {
			w.must(w.db.EndSession(w.Context(), cookie, audit.Event{Kind: audit.SessionEnded, At: now}))
		}
		w.must(w.db.EndSession(w.Context(), random(), audit.Event{Kind: audit.SessionEnded, At: now}))
		w.noSession(cookie)
		w.wantEvents(id, audit.SessionEnded, 1)
	}},
	{"A110 ending one ends its code and what it asks a phone, and nobody else's", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		id, cookie := w.session(ada)
		asks := func(session string) approval.Request {
			return w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.AddPhone, session })
		}
		used := asks(id)
		w.decide(used, phone, approval.Approved)
		_, err := w.db.Redeem(w.Context(), used.ID, used.Pending, policy.Grant{}, about(used, audit.RequestRedeemed))
		w.must(err)
		waits, approved, signIn := asks(id), asks(id), w.ask(ada)
		w.decide(approved, phone, approval.Approved)
		own := w.code(ada, func(b *activation.Begun) { b.Session, b.Purpose, b.Approval = id, activation.Add, used.ID })
		w.must(w.db.EndSession(w.Context(), cookie, audit.Event{Kind: audit.SessionEnded, At: now}))
		w.wantRequest(waits.ID, approval.Cancelled)
		w.wantRequest(approved.ID, approval.Cancelled)
		w.wantRequest(signIn.ID, approval.Waiting)
		w.wantActivation(own.ID, activation.Cancelled, activation.CausePerson)
		for _, r := range []approval.Request{waits, approved} {
			w.wantEvents(r.ID, audit.RequestCancelled, 1)
		}
		w.wantEvents(own.ID, audit.ActivationCancelled, 1)
		a, d := redeemed(own, keyturn.UnlockPIN)
		w.want(w.db.RedeemActivation(w.Context(), a, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrCode)
	}},
	{"A110 one that has ended asks no phone, and of a change that is asked for at once none is left waiting", func(w *world) {
		for range 10 {
			ada := w.account()
			id, cookie := w.session(ada)
			r := question(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.AddPhone, id })
			race(func(i int) error {
				if i%2 == 0 {
					return w.db.EndSession(w.Context(), cookie, audit.Event{Kind: audit.SessionEnded, At: now})
				}
				if i > 1 {
					return nil
				}
				return w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun))
			})
			if got, err := w.db.Request(w.Context(), r.ID); err == nil && got.State != approval.Cancelled {
				w.Errorf("the change is %s", got.State)
			}
			late := question(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.AddPhone, id })
			w.want(w.db.BeginRequest(w.Context(), late, nil, 3, about(late, audit.RequestBegun)), approval.ErrUnknown)
		}
	}},
	{"A110 of a code that is redeemed and a session that ends at once none is left open", func(w *world) {
		for range 10 {
			ada := w.account()
			id, cookie := w.session(ada)
			a, d := redeemed(w.code(ada, func(b *activation.Begun) { b.Session = id }), keyturn.UnlockPIN)
			race(func(i int) error {
				if i%2 == 0 {
					return w.db.EndSession(w.Context(), cookie, audit.Event{Kind: audit.SessionEnded, At: now})
				}
				return w.db.RedeemActivation(w.Context(), a, d, w.activation(a.ID, audit.ActivationRedeemed))
			})
			w.wantActivation(a.ID, activation.Cancelled, activation.CausePerson)
			if _, err := w.db.Device(w.Context(), d.ID); err == nil {
				w.wantDevice(d.ID, device.Removed, device.ReasonFailed)
			}
		}
	}},
	{"a redemption signs in, and moves what is known of the browser", func(w *world) {
		ada, ben := w.account(), w.account()
		phone, other := w.phone(ada), w.phone(ben)
		first := w.known(ada, phone)
		second := w.grant(ben, other, first, now.Add(time.Hour))
		for _, tt := range []struct {
			account string
			cookie  keyturn.Bytes
			at      time.Time
			known   bool
		}{
			{ada, first, now, false}, {ada, second, now, true}, {ben, second, now, true},
			{ben, second, now.Add(time.Hour), false}, {w.account(), second, now, false},
		} {
			if known, err := w.db.KnownBrowser(w.Context(), tt.account, tt.cookie, tt.at); known != tt.known || err != nil {
				w.Errorf("known: %t, want %t, %v", known, tt.known, err)
			}
		}
	}},
	{"tidying up takes only what was over by then", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		id, cookie := w.session(ada)
		ended, endedCookie := w.session(ada)
		w.must(w.db.EndSession(w.Context(), endedCookie, audit.Event{Kind: audit.SessionEnded, At: now}))
		browser := w.grant(ada, phone, nil, now.Add(time.Hour))
		key := keyturn.NewReference()
		w.must(w.db.Take(w.Context(), hourly(key, 1), now))
		w.must(w.tidy(now.Add(-time.Second)))
		known, err1 := w.db.KnownBrowser(w.Context(), ada, browser, now)
		wait, err2 := w.take(hourly(key, 1), now)
		if !known || wait == 0 || err1 != nil || err2 != nil {
			w.Errorf("known %t, wait %v, %v %v", known, wait, err1, err2)
		}
		if s := w.aSession(cookie); s.ID != id {
			w.Errorf("%+v", s)
		}
		w.wantEvents(ended, audit.SessionEnded, 1)
		w.must(w.tidy(now))
		if wait, err := w.take(hourly(key, 1), now); wait != 0 || err != nil {
			w.Errorf("a try that is over is kept: %v %v", wait, err)
		}
	}},
}

// tidy forgets what was over by then, and nothing that is only old.
func (w *world) tidy(over time.Time) error {
	_, err := w.db.Tidy(w.Context(), store.Tidy{At: over.Add(24 * time.Hour), Keep: policy.KeepDefaults()})
	return err
}

// known makes a browser known for an account, by a redeemed approval of a device.
func (w *world) known(of string, by device.Device) (cookie keyturn.Bytes) {
	w.Helper()
	return w.grant(of, by, nil, now.Add(90*24*time.Hour))
}

// grant redeems a request and returns the browser's new cookie.
func (w *world) grant(of string, by device.Device, old keyturn.Bytes, until time.Time) keyturn.Bytes {
	w.Helper()
	r := w.ask(of)
	w.decide(r, by, approval.Approved)
	g := policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: random(), Ends: now.Add(time.Hour),
		Browser: random(), OldBrowser: old, KnownUntil: until, Agent: "Firefox on Windows", IP: "192.0.2.1"}
	_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, g, about(r, audit.RequestRedeemed))
	w.must(err)
	s := w.aSession(g.Cookie)
	want := policy.Proven{Account: of, Way: policy.ByNumber, Password: true, Unlock: by.Unlock, Device: by.ID, Request: r.ID, At: now}
	if s.ID != g.Session || s.Proven != want || s.Agent != g.Agent || s.IP != g.IP || !s.Ends.Equal(g.Ends) {
		w.Errorf("session %+v, want it as granted", s)
	}
	w.wantEvents(g.Session, audit.SessionBegun, 1)
	return g.Browser
}

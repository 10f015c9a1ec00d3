package storetest

import (
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/entry"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

var visits = []contract{
	{"what was added is found by the browser that began it, and by no other", func(w *world) {
		browser := random()
		for _, demand := range []entry.Demand{{}, {ACR: policy.AAL2, Since: now.Add(-time.Hour), Silent: true}} {
			want := aVisit()
			want.Demand = demand
			w.must(w.db.AddVisit(w.Context(), want, browser))
			if got, err := w.db.Visit(w.Context(), want.ID, browser); err != nil || got != want {
				w.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			_, err := w.db.Visit(w.Context(), want.ID, random())
			w.want(err, entry.ErrNoVisit)
		}
		_, err := w.db.Visit(w.Context(), keyturn.NewID(keyturn.VisitID), browser)
		w.want(err, entry.ErrNoVisit)
	}},
	{"of fifty that end it one does", func(w *world) {
		v, browser := aVisit(), random()
		w.must(w.db.AddVisit(w.Context(), v, browser))
		w.want(w.db.EndVisit(w.Context(), v.ID, random(), entry.Done, now), entry.ErrEnded)
		to := []entry.VisitState{entry.Done, entry.Left}
		if won := race(func(i int) error { return w.db.EndVisit(w.Context(), v.ID, browser, to[i%2], now) }); won != 1 {
			w.Errorf("%d ended it", won)
		}
		if got, err := w.db.Visit(w.Context(), v.ID, browser); err != nil || got.State == entry.Open {
			w.Errorf("it is %s, %v", got.State, err)
		}
	}},
	{"none ends after its time", func(w *world) {
		v, browser := aVisit(), random()
		w.must(w.db.AddVisit(w.Context(), v, browser))
		w.want(w.db.EndVisit(w.Context(), v.ID, browser, entry.Done, v.Ends), entry.ErrEnded)
	}},
	{"it goes a day after its time, however it ended", func(w *world) {
		open, done, later, browser := aVisit(), aVisit(), aVisit(), random()
		open.Ends, done.Ends, later.Ends = now, now, now.Add(time.Second)
		for _, v := range []entry.Visit{open, done, later} {
			w.must(w.db.AddVisit(w.Context(), v, browser))
		}
		w.must(w.db.EndVisit(w.Context(), done.ID, browser, entry.Done, now.Add(-time.Minute)))
		w.must(w.tidy(now))
		for says, tt := range map[string]struct {
			entry.Visit
			gone bool
		}{"open": {open, true}, "done": {done, true}, "a second later": {later, false}} {
			if _, err := w.db.Visit(w.Context(), tt.ID, browser); (err != nil) != tt.gone {
				w.Errorf("%s: %v", says, err)
			}
		}
	}},
	{"a request keeps which it is for, and the session has it that comes of it", func(w *world) {
		ada, visit := w.account(), keyturn.NewID(keyturn.VisitID)
		phone := w.phone(ada)
		r := w.ask(ada, func(r *approval.Request) { r.Visit = visit })
		if got, err := w.db.RequestOf(w.Context(), r.Pending); err != nil || got.Visit != visit {
			w.Errorf("the request is for %q, %v", got.Visit, err)
		}
		w.decide(r, phone, approval.Approved)
		g := policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: random(), Browser: random(), Ends: now.Add(time.Hour)}
		_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, g, about(r, audit.RequestRedeemed))
		w.must(err)
		if got := w.aSession(g.Cookie); got.Visit != visit {
			w.Errorf("the session is for %q", got.Visit)
		}
	}},
	{"a session that a password begins has it", func(w *world) {
		s, cookie := w.sessionOf(w.account()), random()
		s.Visit = keyturn.NewID(keyturn.VisitID)
		w.must(w.db.AddSession(w.Context(), s, cookie, nil, audit.Event{Kind: audit.SessionBegun, At: now, Subject: s.ID}))
		if got := w.aSession(cookie); got.Visit != s.Visit {
			w.Errorf("the session is for %q", got.Visit)
		}
	}},
	{"a session knows whether a phone was set up in it", func(w *world) {
		ada := w.account()
		s, cookie := w.sessionOf(ada), random()
		w.must(w.db.AddSession(w.Context(), s, cookie, nil, audit.Event{Kind: audit.SessionBegun, At: now, Subject: s.ID}))
		if got := w.aSession(cookie); got.SetUp || got.Late {
			w.Errorf("before: %+v", got)
		}
		a, d := redeemed(w.code(ada, ofSession(s)), keyturn.UnlockPIN)
		w.through(a, d)
		if got := w.aSession(cookie); !got.SetUp || got.Late {
			w.Errorf("after: %+v", got)
		}
	}},
}

func aVisit() entry.Visit {
	return entry.Visit{ID: keyturn.NewID(keyturn.VisitID), App: "Wiki", Name: "ada", Language: "zh-Hans", Door: "/oauth2/visit",
		Next: "https://wiki.example.org/cb?x=1", State: entry.Open, Made: now, Ends: now.Add(time.Hour)}
}

func ofSession(s session.Session) func(*activation.Begun) {
	return func(b *activation.Begun) { b.Session = s.ID }
}

package storetest

import (
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

var hashes = []account.RecoveryHash{{Index: "AB", Hash: "$argon2id$1"}, {Index: "CD", Hash: "$argon2id$2"}}

// codes gives an account, that has set up its first phone, its first list.
func (w *world) codes(of string) {
	w.Helper()
	w.must(w.db.SetRecoveryCodes(w.Context(), account.Maker{Account: of, Session: "ses_first"}, hashes, made(of)))
}

func made(of string) audit.Event { return audit.Event{Kind: audit.RecoveryMade, At: now, Account: of} }

// spend spends the first code of an account for the sign-in that waits.
func (w *world) spend(r approval.Request, g policy.Grant, spoil ...func(*account.Spent)) (int, error) {
	s := account.Spent{Account: r.Account, Request: r.ID, Pending: r.Pending, Oldest: now.Add(-15 * time.Minute),
		Index: hashes[0].Index, Hash: hashes[0].Hash}
	for _, f := range spoil {
		f(&s)
	}
	return w.db.SpendCode(w.Context(), s, g, audit.Event{Kind: audit.RecoveryUsed, At: now, Account: r.Account, Subject: g.Session})
}

// grant is a session that a browser can be given.
func grant() policy.Grant {
	return policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: random(), Ends: now.Add(12 * time.Hour),
		Browser: random(), KnownUntil: now.Add(time.Hour), Agent: "Firefox on Windows", IP: "192.0.2.1"}
}

var codes = []contract{
	{"the first list is made once, by the session of the first activation", func(w *world) {
		ada := w.account()
		first := account.Maker{Account: ada, Session: "ses_first"}
		w.code(ada)
		w.want(w.db.SetRecoveryCodes(w.Context(), first, hashes, made(ada)), account.ErrUnknown) // not active yet
		phone := w.phone(ada)
		a, d := redeemed(w.code(ada, w.approvedFor(phone, keyturn.AddPhone, "")), keyturn.UnlockPIN)
		w.through(a, d)
		for _, ses := range []string{"ses_other", a.Session} { // the latter has added another
			w.want(w.db.SetRecoveryCodes(w.Context(), account.Maker{Account: ada, Session: ses}, hashes, made(ada)), account.ErrUnknown)
		}
		w.mayMake(account.Maker{Account: ada, Session: "ses_other"}, false)
		w.mayMake(first, true)
		won := race(func(int) error { return w.db.SetRecoveryCodes(w.Context(), first, hashes, made(ada)) })
		w.mayMake(first, false)
		l, err := w.db.RecoveryCodes(w.Context(), ada)
		if won != 1 || l != (account.CodeList{Left: len(hashes), Made: true}) || err != nil {
			w.Errorf("%d sets, %+v, %v", won, l, err)
		}
		w.wantEvents(ada, audit.RecoveryMade, 1)
	}},
	{"an approval makes one new list, and the older one ends", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.codes(ada)
		w.must(w.db.SaveRecoveryCodes(w.Context(), ada, audit.Event{Kind: audit.RecoverySaved, At: now, Account: ada}))
		r := w.approved(phone, keyturn.RecoveryCodes, "")
		m := account.Maker{Account: ada, Session: r.Session, Approval: r.ID, Oldest: now.Add(-5 * time.Minute)}
		other, add := m, m
		other.Session = "ses_other"
		add.Approval = w.approved(phone, keyturn.AddPhone, "").ID
		late := m
		late.Oldest = now.Add(time.Second)
		for _, bad := range []account.Maker{other, add, late} {
			w.mayMake(bad, false)
			w.want(w.db.SetRecoveryCodes(w.Context(), bad, hashes, made(ada)), account.ErrUnknown)
		}
		w.mayMake(m, true)
		fresh := []account.RecoveryHash{{Index: "AB", Hash: "$argon2id$3"}}
		if won := race(func(int) error { return w.db.SetRecoveryCodes(w.Context(), m, fresh, made(ada)) }); won != 1 {
			w.Errorf("%d lists by one approval", won)
		}
		if l, err := w.db.RecoveryCodes(w.Context(), ada); l != (account.CodeList{Left: 1, Made: true}) || err != nil {
			w.Errorf("%+v %v, want one code, not saved", l, err)
		}
		if hash, err := w.db.UnusedCode(w.Context(), ada, "AB"); hash != "$argon2id$3" || err != nil {
			w.Errorf("%s %v", hash, err)
		}
		_, err := w.spend(w.ask(ada), grant()) // one of the older list
		w.want(err, account.ErrRecovery)
	}},
	{"of many at once a code signs in one", func(w *world) {
		ada := w.account()
		w.phone(ada)
		w.codes(ada)
		r := w.ask(ada)
		g := grant()
		won := race(func(i int) error {
			mine := g
			if i > 0 { // each in a browser of its own, but for one request
				mine.Session, mine.Cookie = keyturn.NewID(keyturn.SessionID), random()
			}
			_, err := w.spend(r, mine)
			return err
		})
		if won != 1 {
			w.Errorf("%d sessions by one code", won)
		}
		w.wantRequest(r.ID, approval.Cancelled)
		w.wantEvents(r.ID, audit.RequestCancelled, 1)
		w.wantEvents(ada, audit.RecoveryUsed, 1)
		w.wantEvents(ada, audit.SessionBegun, 1)
		if used := w.events(ada, audit.RecoveryUsed); used[0].Detail["left"] != "1" {
			w.Errorf("event %+v", used[0])
		}
		_, err := w.spend(w.ask(ada), grant())
		w.want(err, account.ErrRecovery) // used
	}},
	{"its session says how it came, and its browser is no known one", func(w *world) {
		ada := w.account()
		w.phone(ada)
		w.codes(ada)
		g := grant()
		left, err := w.spend(w.ask(ada), g)
		if s := w.aSession(g.Cookie); left != 1 || err != nil || s.Proven.Way != policy.ByRecovery || s.Proven.Device != "" || s.Late {
			w.Errorf("%d left, %v, %+v", left, err, s)
		}
		if known, err := w.db.KnownBrowser(w.Context(), ada, g.Browser, now); known || err != nil {
			w.Error("the browser is known", err)
		}
	}},
	{"a request that is over, or not the browser's, is no ticket", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.codes(ada)
		none := func(r approval.Request, spoil ...func(*account.Spent)) {
			w.Helper()
			_, err := w.spend(r, grant(), spoil...)
			w.want(err, account.ErrTicket)
		}
		r := w.ask(ada)
		none(r, func(s *account.Spent) { s.Pending = random() })
		none(r, func(s *account.Spent) { s.Oldest = now })
		none(w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.AddPhone, "ses_x" }))
		redeemed := w.ask(ada)
		w.decide(redeemed, phone, approval.Approved)
		_, err := w.db.Redeem(w.Context(), redeemed.ID, redeemed.Pending, policy.Grant{}, about(redeemed, audit.RequestRedeemed))
		w.must(err)
		none(redeemed)
		cancelled := w.ask(ada)
		w.must(w.db.EndRequest(w.Context(), cancelled.ID, approval.Cancelled, about(cancelled, audit.RequestCancelled)))
		none(cancelled)
		denied, reported := w.ask(ada), w.ask(ada)
		w.decide(reported, phone, approval.Reported)
		none(reported)
		none(denied) // its password doesn't count any more
		if hash, err := w.db.UnusedCode(w.Context(), ada, "AB"); hash == "" || err != nil {
			w.Error("the code is spent", err)
		}
		w.wantEvents(ada, audit.RecoveryUsed, 0)
	}},
	{"one that was denied is a ticket, once", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.codes(ada)
		r := w.ask(ada)
		w.decide(r, phone, approval.Denied)
		_, err := w.spend(r, grant())
		w.must(err)
		w.wantRequest(r.ID, approval.Denied)
		_, err = w.spend(r, grant(), func(s *account.Spent) { s.Index, s.Hash = hashes[1].Index, hashes[1].Hash })
		w.want(err, account.ErrTicket)
	}},
	{"a hundred in a row, and an approval or a right code begins anew", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.codes(ada)
		take := func(want error) {
			w.Helper()
			_, err := w.db.TakeCode(w.Context(), ada, 3)
			w.want(err, want)
		}
		if won := race(func(int) error { _, err := w.db.TakeCode(w.Context(), ada, 3); return err }); won != 3 {
			w.Errorf("%d tries of 3", won)
		}
		take(account.ErrCodesOff)
		r := w.ask(ada)
		w.decide(r, phone, approval.Denied)
		take(account.ErrCodesOff)
		r = w.ask(ada)
		w.decide(r, phone, approval.Approved)
		take(nil)
		_, err := w.spend(w.ask(ada), grant())
		w.must(err)
		for range 3 {
			take(nil)
		}
		take(account.ErrCodesOff)
		w.must(w.db.UnlockAccount(w.Context(), ada, audit.Event{Kind: audit.AccountUnlocked, At: now, Account: ada}))
		take(nil)
	}},
	{"a phone on probation makes none", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.codes(ada)
		fresh := w.recovered(ada, old.ID)
		r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.RecoveryCodes, "ses_any" })
		err := w.db.Decide(w.Context(), decision(r, fresh, approval.Approved), about(r, audit.RequestApproved))
		w.wantGone(err, approval.Waiting)
	}},
}

// mayMake fails the test unless MayMakeCodes says so.
func (w *world) mayMake(m account.Maker, want bool) {
	w.Helper()
	if got, err := w.db.MayMakeCodes(w.Context(), m, now); got != want || err != nil {
		w.Errorf("%+v may make codes: %t, want %t, %v", m, got, want, err)
	}
}

// recovered sets up a phone in the place of a lost one, by a recovery code.
func (w *world) recovered(of, lost string) device.Device {
	w.Helper()
	a, d := redeemed(w.code(of, w.recover(of, lost)), keyturn.UnlockPIN)
	a.PhoneName = "iPhone 17"
	return w.through(a, d)
}

var errNoCode = errors.New("no code is left")

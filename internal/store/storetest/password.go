package storetest

import (
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// changes returns the account of a phone, a session that lives, and its change of the
// password, approved by the phone.
func (w *world) changes() (ada string, by func(hash account.Hash) account.NewPassword) {
	w.Helper()
	ada = w.account()
	p := w.phone(ada)
	s, _ := w.session(ada)
	return ada, func(hash account.Hash) account.NewPassword {
		r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.ChangePassword, s })
		w.decide(r, p, approval.Approved)
		_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
		w.must(err)
		return account.NewPassword{Account: ada, Hash: hash, Session: s, Request: r.ID, Revision: 1, Oldest: now.Add(-time.Minute)}
	}
}

func (w *world) setPassword(n account.NewPassword) error {
	return w.db.SetPassword(w.Context(), n, audit.Event{Kind: audit.PasswordChanged, At: now, Account: n.Account})
}

func (w *world) wantPassword(of string, hash account.Hash) {
	w.Helper()
	a, err := w.db.Account(w.Context(), of)
	w.must(err)
	if a.Password != hash {
		w.Errorf("password %s, want %s", string(a.Password), string(hash))
	}
}

var passwords = []contract{
	{"a change is made over the password that was compared, and by a session that lives", func(w *world) {
		ada, by := w.changes()
		n := by("$new$")
		stale := n
		stale.Revision = 0
		w.want(w.setPassword(stale), account.ErrPassword)
		dead := n
		dead.Session = keyturn.NewID(keyturn.SessionID)
		w.want(w.setPassword(dead), account.ErrEnded)
		w.wantPassword(ada, "$argon2id$")
		w.wantEvents(ada, audit.PasswordChanged, 0)
		w.must(w.setPassword(n)) // nothing was used up
		w.wantPassword(ada, "$new$")
	}},
	{"the operator's is written over any, and no change that was being judged over it", func(w *world) {
		ada, by := w.changes()
		n := by("$new$")
		w.must(w.setPassword(account.NewPassword{Account: ada, Hash: "$operator$"}))
		w.want(w.setPassword(n), account.ErrEnded)
		w.wantPassword(ada, "$operator$")
	}},
	{"of fifty changes over one password one is made", func(w *world) {
		ada, by := w.changes()
		var all []account.NewPassword
		for range racers {
			all = append(all, by("$new$"))
		}
		won := race(func(i int) error {
			err := w.setPassword(all[i])
			if err != nil && !errors.Is(err, account.ErrPassword) {
				w.Error(err)
			}
			return err
		})
		if won != 1 {
			w.Errorf("%d changes", won)
		}
		w.wantEvents(ada, audit.PasswordChanged, 1)
	}},
	{"a new one ends sign-ins that are approved and not redeemed, and no later one", func(w *world) {
		ada := w.account()
		p := w.phone(ada)
		r := w.ask(ada)
		w.decide(r, p, approval.Approved)
		w.must(w.setPassword(account.NewPassword{Account: ada, Hash: "$new$"}))
		_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
		w.wantGone(err, approval.Cancelled)
		w.wantEvents(r.ID, audit.RequestCancelled, 1)
		r = w.ask(ada, func(r *approval.Request) { r.Revision = 2 }) // in the same second
		w.decide(r, p, approval.Approved)
		_, err = w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
		w.want(err, nil)
	}},
	{"of a redemption and a new one, the sign-in is over afterwards", func(w *world) {
		ada := w.account()
		p := w.phone(ada)
		r := w.ask(ada)
		w.decide(r, p, approval.Approved)
		g := policy.Grant{Session: keyturn.NewID(keyturn.SessionID), Cookie: random(), Ends: now.Add(time.Hour)}
		race(func(i int) error {
			if i == racers/2 {
				return w.setPassword(account.NewPassword{Account: ada, Hash: "$new$"})
			}
			_, err := w.db.Redeem(w.Context(), r.ID, r.Pending, g, about(r, audit.RequestRedeemed))
			return err
		})
		w.noSession(g.Cookie)
	}},
	{"a password that was compared and then changed begins nothing", func(w *world) {
		ada := w.account()
		w.must(w.setPassword(account.NewPassword{Account: ada, Hash: "$new$"}))
		r := question(ada, func(r *approval.Request) { r.Revision = 1 })
		w.want(w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun)), account.ErrPassword)
		s := session.Session{ID: keyturn.NewID(keyturn.SessionID), Account: ada, Begun: now, Used: now, Ends: now.Add(time.Hour),
			Proven: policy.Proven{Account: ada, Way: policy.ByPassword, Password: true, At: now, Revision: 1}}
		begun := audit.Event{Kind: audit.SessionBegun, At: now, Account: ada, Subject: s.ID}
		w.want(w.db.AddSession(w.Context(), s, random(), nil, begun), account.ErrPassword)
		w.wantEvents(ada, audit.RequestBegun, 0)
		w.wantEvents(s.ID, audit.SessionBegun, 0)
		r.Revision, s.Proven.Revision = 2, 2
		w.must(w.db.BeginRequest(w.Context(), r, nil, 3, about(r, audit.RequestBegun)))
		w.must(w.db.AddSession(w.Context(), s, random(), nil, begun))
	}},
	{"a new one ends what its ended sessions were setting up, and they set up nothing more", func(w *world) {
		ada := w.account()
		s, _ := w.session(ada)
		of := func(b *activation.Begun) { b.Session = s }
		a, d := redeemed(w.code(ada, of), keyturn.UnlockPIN)
		w.redeem(a, d)
		w.must(w.setPassword(account.NewPassword{Account: ada, Hash: "$new$"}))
		w.wantActivation(a.ID, activation.Cancelled, activation.CauseStale)
		w.wantEvents(a.ID, audit.ActivationCancelled, 1)
		b := w.begun(ada, of)
		w.want(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)), activation.ErrPurpose)
	}},
}

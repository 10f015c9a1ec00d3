package store

import (
	"context"
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

var sessionSQL struct {
	Insert, ByCookie, Use, End, EndAll, EndOfDevice, EndRecovered, EndOthers, EndOfRequest, Recovers query
	Browsers, Forget, Lives, HasEnded, Under                                                         query
	Known, Remember, MoveBrowser, ForgetAll                                                          query
}

func init() { load(&sessionSQL, "session.sql") }

var (
	_ session.Store    = (*DB)(nil)
	_ account.Browsers = (*DB)(nil)
)

func sessionFields(s *session.Session) []any {
	p := &s.Proven
	return []any{&s.ID, &s.Account, &p.Way, &p.Unlock, &p.Device, &p.Request, &p.At, &s.Agent, &s.IP, &s.Begun, &s.Used, &s.Ends, &s.Visit, &s.SetUp, &s.Late}
}

// AddSession implements [session.Store].
func (d *DB) AddSession(ctx context.Context, s session.Session, cookie, before keyturn.Bytes, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if s.Proven.Password {
			if err := tx.lockActive(s.Account, account.ErrPassword); err != nil {
				return err
			}
			if err := tx.typedStill(s.Account, s.Proven.Revision); err != nil {
				return err
			}
		}
		return tx.addSession(s, cookie, before, ev)
	})
}

// errNoPassword is a programmer's mistake: rows of sessions don't say whether a password was
// typed, since no session has begun without.
var errNoPassword = errors.New("store: a session begins with a password")

func (tx *Tx) addSession(s session.Session, cookie, before keyturn.Bytes, ev audit.Event) error {
	if !s.Proven.Password {
		return errNoPassword
	}
	if err := tx.endSession(before, ev.As(audit.SessionEnded)); err != nil {
		return err
	}
	if err := tx.remember(s.Account, s.IP, ev.At.Add(tx.known)); err != nil {
		return err
	}
	p := s.Proven
	return tx.step(ev, nil, sessionSQL.Insert, s.ID, s.Account, cookie,
		p.Way, p.Unlock, p.Device, p.Request, p.At, s.Agent, s.IP, s.Begun, s.Used, s.Ends, s.Visit)
}

// Session implements [session.Store].
func (d *DB) Session(
	ctx context.Context, cookie keyturn.Bytes, idle time.Duration, at time.Time,
) (session.Session, error) {
	s, err := one(d.read(ctx), sessionFields, sessionSQL.ByCookie, cookie, at, at.Add(-idle))
	if err != nil {
		return session.Session{}, none(err, session.ErrNone)
	}
	s.Proven.Account, s.Proven.Password = s.Account, true // every session began with one
	s.Late = s.Late && !s.SetUp
	if at.Sub(s.Used) >= time.Minute {
		s.Used = at
		err = d.write(ctx, func(tx *Tx) error { return tx.run(sessionSQL.Use, at, s.ID) })
	}
	return s, err
}

// EndSession implements [session.Store].
func (d *DB) EndSession(ctx context.Context, cookie keyturn.Bytes, ev audit.Event) error {
	return d.write(ctx, func(tx *Tx) error { return tx.endSession(cookie, ev) })
}

// KnownBrowser implements [session.Store] and [account.Browsers].
func (d *DB) KnownBrowser(ctx context.Context, account string, cookie keyturn.Bytes, at time.Time) (bool, error) {
	n, err := one(d.read(ctx), value[int], sessionSQL.Known, account, cookie, at)
	return n > 0, err
}

// endSession ends the session under a cookie, if there is one, what it asks a phone and
// the code that it shows: who signs out leaves nothing behind that is good. The account's
// lock keeps it from beginning either meanwhile.
func (tx *Tx) endSession(cookie keyturn.Bytes, ev audit.Event) error {
	if len(cookie) == 0 {
		return nil
	}
	s, err := one(tx, changedFields, sessionSQL.Under, cookie)
	if err != nil {
		return none(err, nil)
	}
	if err := tx.lockAccount(s.account); err != nil {
		return err
	}
	if err := tx.tellEach(ev.As(audit.RequestCancelled), requestSQL.CancelOfSession, ev.At, s.account, s.id); err != nil {
		return err
	}
	cancelled := ev.As(audit.ActivationCancelled)
	cancelled.Account = s.account
	if err := tx.endActivations(cancelled, activationSQL.CancelOfSession, activation.CausePerson, ev.At, s.account, s.id); err != nil {
		return err
	}
	return tx.tellEach(ev, sessionSQL.End, ev.At, s.id)
}

// endSessions ends all sessions of an account.
func (tx *Tx) endSessions(account string, ev audit.Event) error {
	return tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndAll, ev.At, account)
}

// grant writes what the redemption of a request gives its browser.
func (tx *Tx) grant(r approval.Request, g policy.Grant, ev audit.Event) error {
	if g.Session == "" {
		return nil
	}
	ev = ev.As(audit.SessionBegun)
	ev.Subject = g.Session
	s := session.Session{ID: g.Session, Account: r.Account, Agent: g.Agent, IP: g.IP, Begun: ev.At, Used: ev.At, Ends: g.Ends,
		Visit: r.Visit, Proven: r.Proven()}
	if err := tx.addSession(s, g.Cookie, g.Before, ev); err != nil {
		return err
	}
	if len(g.OldBrowser) > 0 && len(g.Browser) > 0 {
		if err := tx.run(sessionSQL.MoveBrowser, g.Browser, g.OldBrowser); err != nil {
			return err
		}
	}
	if g.KnownUntil.IsZero() {
		return nil
	}
	return tx.run(sessionSQL.Remember, r.Account, g.Browser, g.KnownUntil)
}

package door

import (
	"net/http"

	"keyturn/internal/account"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

// A Handler is one that returns its error. [Door.Anyone] and [Door.Own] make one for the
// server of it.
type Handler func(http.ResponseWriter, *http.Request) error

// A Session is that of who asks, and their account, both read once a request.
type Session struct {
	session.Session
	Who account.Account
}

// Frame is what stands around every page of a session.
func (s Session) Frame() page.Frame { return page.Frame{Account: s.Who.Name, SignOut: true} }

// A SessionHandler is one for who is signed in.
type SessionHandler func(http.ResponseWriter, *http.Request, Session) error

// Anyone makes a handler of f that needs no cookie.
func (d *Door) Anyone(f Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			d.Fail(w, r, err)
		}
	})
}

// Own is Anyone for what another site must not even ask for by GET, A26.
func (d *Door) Own(f Handler) http.Handler {
	return d.Anyone(func(w http.ResponseWriter, r *http.Request) error {
		if !d.Page.Own(r) {
			return errForeign
		}
		return f(w, r)
	})
}

// SignedIn makes a handler of f that a session can reach.
func (d *Door) SignedIn(f SessionHandler) http.Handler { return d.let(d.session, f) }

// Entered is SignedIn, and refuses a session that rests on a password alone once the account
// has a phone, A41.
func (d *Door) Entered(f SessionHandler) http.Handler { return d.let(d.Enter, f) }

// Changing is Entered for what a recovery code doesn't open: of all security changes
// its session can set up one phone. Spec §12.3; attack A62.
func (d *Door) Changing(f SessionHandler) http.Handler {
	return d.Entered(func(w http.ResponseWriter, r *http.Request, s Session) error {
		if s.Proven.Way == policy.ByRecovery {
			return errRecovered
		}
		return f(w, r, s)
	})
}

// Recovering is Entered for what only a recovery code opens.
func (d *Door) Recovering(f SessionHandler) http.Handler {
	return d.Entered(func(w http.ResponseWriter, r *http.Request, s Session) error {
		if s.Proven.Way != policy.ByRecovery {
			return ErrMissing
		}
		return f(w, r, s)
	})
}

// let makes a handler of f for who comes in by a check.
func (d *Door) let(check func(*http.Request) (Session, error), f SessionHandler) http.Handler {
	return d.Anyone(func(w http.ResponseWriter, r *http.Request) error {
		s, err := check(r)
		if err != nil {
			return err
		}
		return f(w, r, s)
	})
}

// Enter is the check of [Door.Entered], for a handler that others reach too. It returns
// [session.ErrNone] to who is not let in.
func (d *Door) Enter(r *http.Request) (Session, error) {
	s, err := d.session(r)
	if err == nil && s.Late {
		return Session{}, session.ErrNone
	}
	return s, err
}

func (d *Door) session(r *http.Request) (Session, error) {
	s, err := d.Sessions.Session(r.Context(), d.Token(r, page.SignedIn))
	if err != nil {
		return Session{}, err
	}
	who, err := d.Accounts.Account(r.Context(), s.Account)
	return Session{s, who}, err
}

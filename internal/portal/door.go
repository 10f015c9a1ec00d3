package portal

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

var (
	errMissing = errors.New("portal: no such page")
	errForeign = errors.New("portal: the request comes from another site")

	errRecovered = errors.New("portal: a recovery code signs in, and opens no other change than a new phone")
)

// anyone makes a handler of f that needs no cookie.
func (p *Portal) anyone(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			p.fail(w, r, err)
		}
	})
}

// own is anyone for what another site must not even ask for by GET, A26.
func (p *Portal) own(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return p.anyone(func(w http.ResponseWriter, r *http.Request) error {
		if !p.Page.Own(r) {
			return errForeign
		}
		return f(w, r)
	})
}

// signedIn makes a handler of f that a session can reach.
func (p *Portal) signedIn(f func(http.ResponseWriter, *http.Request, session.Session) error) http.Handler {
	return p.anyone(func(w http.ResponseWriter, r *http.Request) error {
		s, err := p.Sessions.Session(r.Context(), p.token(r, page.SignedIn))
		if err != nil {
			return err
		}
		return f(w, r, s)
	})
}

// entered is signedIn, and refuses a session that rests on a password alone once the account
// has a phone, A41.
func (p *Portal) entered(f func(http.ResponseWriter, *http.Request, session.Session) error) http.Handler {
	return p.signedIn(func(w http.ResponseWriter, r *http.Request, s session.Session) error {
		if s.Late {
			return session.ErrNone
		}
		return f(w, r, s)
	})
}

// changing is entered for what a recovery code doesn't open: of all security changes
// its session can set up one phone. Spec §12.3; attack A62.
func (p *Portal) changing(f func(http.ResponseWriter, *http.Request, session.Session) error) http.Handler {
	return p.entered(func(w http.ResponseWriter, r *http.Request, s session.Session) error {
		if s.Proven.Way == policy.ByRecovery {
			return errRecovered
		}
		return f(w, r, s)
	})
}

// recovering is entered for what only a recovery code opens.
func (p *Portal) recovering(f func(http.ResponseWriter, *http.Request, session.Session) error) http.Handler {
	return p.entered(func(w http.ResponseWriter, r *http.Request, s session.Session) error {
		if s.Proven.Way != policy.ByRecovery {
			return errMissing
		}
		return f(w, r, s)
	})
}

// token is what the browser has in a cookie: a session, itself, a request.
func (p *Portal) token(r *http.Request, cookie page.Cookie) token.Token {
	return token.Token(p.Page.Cookie(r, cookie))
}

// keep gives the browser a token to keep in a cookie.
func (p *Portal) keep(w http.ResponseWriter, cookie page.Cookie, t token.Token, life time.Duration) {
	p.Page.SetCookie(w, cookie, string(t), life)
}

// handle is the browser's of a request; id may be empty for whichever it has.
func (p *Portal) handle(r *http.Request, id string) approval.Handle {
	return approval.Handle{Token: p.token(r, page.Pending), Request: id}
}

// pending makes a handler of f that the browser which began a request can reach. A form of
// the waiting page says which request it shows; services refuse one that isn't the
// cookie's, A86.
func (p *Portal) pending(f func(http.ResponseWriter, *http.Request, approval.Handle) error) http.Handler {
	return p.anyone(func(w http.ResponseWriter, r *http.Request) error {
		h := p.handle(r, r.PostForm.Get("request"))
		if h.Token == "" {
			return approval.ErrUnknown
		}
		if h.Request == "" { // to a service no id means "whichever the token has"; a form has to say it
			return approval.ErrReplaced
		}
		return f(w, r, h)
	})
}

// see leads on after a POST, so that a refresh repeats nothing.
func see(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// refuse is what the guard shows.
func (p *Portal) refuse(w http.ResponseWriter, r *http.Request, status int) {
	if err := p.Page.Error(w, r, status, ""); err != nil {
		p.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.Any("err", err))
	}
}

// fail logs what a handler returned, once, and shows as much of it as a
// stranger may know. A browser that went away is no failure: whoever likes to can make
// thousands of those.
func (p *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	status, reference, level := statusOf(err), referenceOf(err), slog.LevelInfo
	if status == http.StatusInternalServerError {
		level = slog.LevelError
		if reference == "" {
			reference = keyturn.NewReference()
		}
	}
	p.Log.LogAttrs(r.Context(), level, "page call failed", slog.String("route", r.Pattern),
		slog.Int("status", status), slog.String("reference", reference), slog.Any("err", err))
	if end, ok := endOf(err, p.Limits); ok {
		err = p.show(w, r, status, outcomePage{outcome: end, Reference: keyturn.GroupedReference(reference)})
	} else {
		err = p.Page.Error(w, r, status, reference)
	}
	if err != nil {
		p.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.Any("err", err))
	}
}

// refused logs a password or a recovery code that was wrong, or was not looked at after
// too many wrong ones: one line for each, with the address that a program may shut out
// (SECURITY.md has the filter) and the reference that leads to the record. What was
// typed is not in it: people type passwords into the field of the name.
func (p *Portal) refused(r *http.Request, of string, err error) {
	p.Log.LogAttrs(r.Context(), slog.LevelInfo, "guess refused", slog.String("of", of), slog.String("address", page.Counted(r)),
		slog.String("reference", referenceOf(err)), slog.Any("err", err))
}

// statusOf gives the errors that no page explains their status. A wrong or
// missing cookie looks like an unknown request, spec §9.4.
func statusOf(err error) int {
	for status, causes := range statuses {
		for _, cause := range causes {
			if errors.Is(err, cause) {
				return status
			}
		}
	}
	return http.StatusInternalServerError
}

var statuses = map[int][]error{
	http.StatusForbidden: {errForeign},
	http.StatusNotFound:  {errMissing, session.ErrNone, approval.ErrUnknown, activation.ErrUnknown, device.ErrUnknown},
	http.StatusConflict: {approval.ErrReplaced, approval.ErrNoPhone, activation.ErrPurpose, activation.ErrApproval, activation.ErrPhones,
		activation.ErrLost, device.ErrProbation, errRecovered},
	http.StatusTooManyRequests:    {policy.ErrTooMany, approval.ErrFull, errStreams},
	http.StatusServiceUnavailable: {account.ErrBusy},
}

// referenceOf is the reference under which a service has recorded err.
func referenceOf(err error) string {
	var recorded *audit.Failure
	if errors.As(err, &recorded) {
		return recorded.Reference
	}
	return ""
}

// Package door is what the doors for people share: who may reach a handler, the
// tokens that a browser keeps, errors as a status and a page, ends in one layout,
// requests that are put to phones, and streams of events. A door of its own
// (portal, signin) embeds a [Door] and adds its pages.
//
// It holds no rule: services decide.
package door

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/page"
	"keyturn/internal/policy"
	"keyturn/internal/session"
	"keyturn/internal/token"
)

// A Door is one for all doors of a server. Its fields are set before the first request,
// and it is safe for concurrent use.
type Door struct {
	Page      *page.Renderer
	Sessions  Sessions
	Accounts  Accounts
	Approvals Approvals
	Visits    Visits
	Limits    policy.Limits                  // to say how many, how long and how much longer; services decide
	Places    func(addr, lang string) string // place of an IP address, in a language; nil: no place is known
	Draining  context.Context                // ends when the server stops: streams end, browsers come back to the next
	Log       *slog.Logger
	Now       func() time.Time

	streams streams
}

// Sessions knows browsers. Package session implements it.
type Sessions interface {
	Session(ctx context.Context, cookie token.Token) (session.Session, error)
	Known(ctx context.Context, account string, browser token.Token) (bool, error)
}

// Accounts knows people. Package account implements it.
type Accounts interface {
	Account(ctx context.Context, id string) (account.Account, error)
}

// Approvals begins requests. Package approval implements it.
type Approvals interface {
	Begin(context.Context, approval.Attempt) (approval.Request, approval.Handle, error)
}

// Surface guards what a door serves. forms are addresses that only take a form, with the
// page that each is on: the answer to a refused one stands there, people reload it, and
// belong on that page. Any other address is missing.
func (d *Door) Surface(mux *http.ServeMux, forms map[string]string) http.Handler {
	for form, shown := range forms {
		mux.Handle(http.MethodGet+" "+form, http.RedirectHandler(shown, http.StatusSeeOther))
	}
	mux.Handle("/", d.Anyone(func(http.ResponseWriter, *http.Request) error { return ErrMissing }))
	return d.Page.Guard(mux, d.refuse)
}

// See leads on after a POST, so that a refresh repeats nothing.
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// Token is what the browser has in a cookie: a session, itself, a request.
func (d *Door) Token(r *http.Request, cookie page.Cookie) token.Token {
	return token.Token(d.Page.Cookie(r, cookie))
}

// Keep gives the browser a token to keep in a cookie.
func (d *Door) Keep(w http.ResponseWriter, cookie page.Cookie, t token.Token, life time.Duration) {
	d.Page.SetCookie(w, cookie, string(t), life)
}

// Handle is the browser's of a request; id may be empty for whichever it has.
func (d *Door) Handle(r *http.Request, id string) approval.Handle {
	return approval.Handle{Token: d.Token(r, page.Pending), Request: id}
}

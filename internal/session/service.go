package session

import (
	"context"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// A Service keeps sessions. Its fields are set once before use; it is safe for
// concurrent use.
type Service struct {
	Store  Store
	Limits policy.Limits
	Now    func() time.Time
}

// Cookies are the values that a browser gets at a sign-in. They exist here and in
// the browser, nowhere else.
type Cookies struct {
	Session token.Token // empty if nobody is signed in
	Browser token.Token // by which the browser is known
}

// A Browser is one that is about to be signed in.
type Browser struct {
	Before token.Token // value of its old session cookie; that session ends
	Agent  string      // such as "Firefox on Windows"
	IP     string
	Visit  string // of the application that it signs in for; empty: for the portal
}

// Begin signs a browser in with what has been proven. The value of the new cookie is
// returned once.
func (s *Service) Begin(ctx context.Context, p policy.Proven, b Browser) (Session, token.Token, error) {
	now := s.Now()
	cookie := token.New()
	n := Session{ID: keyturn.NewID(keyturn.SessionID), Account: p.Account, Proven: p, Agent: b.Agent, IP: b.IP, Visit: b.Visit,
		Begun: now, Used: now, Ends: now.Add(s.Limits.SessionMost)}
	ev := audit.Event{Kind: audit.SessionBegun, At: now, Account: p.Account, Device: p.Device, Subject: n.ID}
	if err := s.Store.AddSession(ctx, n, cookie.Hash(), b.Before.Hash(), ev.With("acr", string(p.ACR()))); err != nil {
		return Session{}, "", fmt.Errorf("begin a session: %w", err)
	}
	return n, cookie, nil
}

// Draft draws what a browser gets when its request is redeemed: the store writes
// the grant in the transaction that redeems. before and browser are the values of
// the cookies that the browser has; both get new ones, so that a value that was
// planted is worth nothing. Attacks A20, A85.
func (s *Service) Draft(before, browser token.Token, agent, ip string) (policy.Grant, Cookies) {
	now := s.Now()
	c := Cookies{Session: token.New(), Browser: token.New()}
	return policy.Grant{
		Session:    keyturn.NewID(keyturn.SessionID),
		Cookie:     c.Session.Hash(),
		Ends:       now.Add(s.Limits.SessionMost),
		Before:     before.Hash(),
		Browser:    c.Browser.Hash(),
		OldBrowser: browser.Hash(),
		KnownUntil: now.Add(s.Limits.Browser),
		Agent:      agent,
		IP:         ip,
	}, c
}

// Session returns the session of a cookie's value, or [ErrNone].
func (s *Service) Session(ctx context.Context, cookie token.Token) (Session, error) {
	h := cookie.Hash()
	if h == nil {
		return Session{}, ErrNone
	}
	return s.Store.Session(ctx, h, s.Limits.SessionIdle, s.Now())
}

// End ends the session of a cookie's value. That there is none is no error.
func (s *Service) End(ctx context.Context, cookie token.Token) error {
	h := cookie.Hash()
	if h == nil {
		return nil
	}
	return s.Store.EndSession(ctx, h, audit.Event{Kind: audit.SessionEnded, At: s.Now()})
}

// Known reports whether the browser with this cookie is known for the account.
func (s *Service) Known(ctx context.Context, account string, browser token.Token) (bool, error) {
	h := browser.Hash()
	if h == nil {
		return false, nil
	}
	return s.Store.KnownBrowser(ctx, account, h, s.Now())
}

// Browsers returns how many browsers are known for the account, and until when the one
// with this cookie is.
func (s *Service) Browsers(ctx context.Context, account string, browser token.Token) (Browsers, error) {
	return s.Store.BrowsersOf(ctx, account, browser.Hash(), s.Now())
}

// Forget makes the browser with this cookie, or all of them, unknown for the account.
func (s *Service) Forget(ctx context.Context, account string, browser token.Token, all bool) error {
	which := map[bool]string{true: "all", false: "this"}[all]
	ev := audit.Event{Kind: audit.BrowserForgot, At: s.Now(), Account: account, Detail: map[string]string{"which": which}}
	return s.Store.ForgetBrowsers(ctx, account, browser.Hash(), all, ev)
}

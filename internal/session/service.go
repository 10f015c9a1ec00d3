package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// cookieLen is in bytes: 256 random bits can't be guessed. Spec §9.2, §9.4.
const cookieLen = 32

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
	Session string // empty if nobody is signed in
	Browser string // by which the browser is known
}

// Begin signs a browser in with what has been proven. before is the value of its
// old session cookie; that session ends. The value of the new cookie is returned
// once.
func (s *Service) Begin(ctx context.Context, p policy.Proven, before, agent, ip string) (Session, string, error) {
	now := s.Now()
	cookie := draw()
	n := Session{ID: keyturn.NewID(keyturn.SessionID), Account: p.Account, Proven: p, Agent: agent, IP: ip,
		Begun: now, Used: now, Ends: now.Add(s.Limits.SessionMost)}
	ev := audit.Event{Kind: audit.SessionBegun, At: now, Account: p.Account, Device: p.Device, Subject: n.ID}
	if err := s.Store.AddSession(ctx, n, HashCookie(cookie), HashCookie(before), ev.With("acr", p.ACR())); err != nil {
		return Session{}, "", fmt.Errorf("begin a session: %w", err)
	}
	return n, cookie, nil
}

// Draft draws what a browser gets when its request is redeemed: the store writes
// the grant in the transaction that redeems. before and browser are the values of
// the cookies that the browser has; both get new ones, so that a value that was
// planted is worth nothing. Attacks A20, A85.
func (s *Service) Draft(before, browser, agent, ip string) (policy.Grant, Cookies) {
	now := s.Now()
	c := Cookies{Session: draw(), Browser: draw()}
	return policy.Grant{
		Session:    keyturn.NewID(keyturn.SessionID),
		Cookie:     HashCookie(c.Session),
		Ends:       now.Add(s.Limits.SessionMost),
		Before:     HashCookie(before),
		Browser:    HashCookie(c.Browser),
		OldBrowser: HashCookie(browser),
		KnownUntil: now.Add(s.Limits.Browser),
		Agent:      agent,
		IP:         ip,
	}, c
}

// Session returns the session of a cookie's value, or [ErrNone].
func (s *Service) Session(ctx context.Context, cookie string) (Session, error) {
	h := HashCookie(cookie)
	if h == nil {
		return Session{}, ErrNone
	}
	return s.Store.Session(ctx, h, s.Limits.SessionIdle, s.Now())
}

// End ends the session of a cookie's value. That there is none is no error.
func (s *Service) End(ctx context.Context, cookie string) error {
	h := HashCookie(cookie)
	if h == nil {
		return nil
	}
	return s.Store.EndSession(ctx, h, audit.Event{Kind: audit.SessionEnded, At: s.Now()})
}

// Known reports whether the browser with this cookie is known for the account.
func (s *Service) Known(ctx context.Context, account, browserCookie string) (bool, error) {
	h := HashCookie(browserCookie)
	if h == nil {
		return false, nil
	}
	return s.Store.KnownBrowser(ctx, account, h, s.Now())
}

// Browsers returns how many browsers are known for the account, and until when the one
// with this cookie is.
func (s *Service) Browsers(ctx context.Context, account, browserCookie string) (Browsers, error) {
	return s.Store.BrowsersOf(ctx, account, HashCookie(browserCookie), s.Now())
}

// Forget makes the browser with this cookie, or all of them, unknown for the account.
func (s *Service) Forget(ctx context.Context, account, browserCookie string, all bool) error {
	which := map[bool]string{true: "all", false: "this"}[all]
	ev := audit.Event{Kind: audit.BrowserForgot, At: s.Now(), Account: account, Detail: map[string]string{"which": which}}
	return s.Store.ForgetBrowsers(ctx, account, HashCookie(browserCookie), all, ev)
}

// HashCookie returns the SHA-256 by which the store knows a cookie; nil for a
// value that no cookie of ours has, such as "". Attack A68.
func HashCookie(value string) keyturn.Bytes {
	raw, err := keyturn.ParseFixed(value, cookieLen)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

func draw() string {
	var b [cookieLen]byte
	rand.Read(b[:]) // never fails
	return keyturn.Bytes(b[:]).String()
}

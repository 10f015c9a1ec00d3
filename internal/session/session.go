// Package session keeps browser sessions and known browsers. A cookie's value
// is known to the browser only: the store has its SHA-256. A session gets a new
// id and a new value at every sign-in, so one that was planted before is worth
// nothing afterwards.
package session

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// ErrNone says that a browser has no session, or that it has ended.
var ErrNone = errors.New("session: none, or it has ended")

// A Session is a signed-in browser.
type Session struct {
	ID      string
	Account string
	Proven  policy.Proven
	Agent   string // such as "Firefox on Windows"
	IP      string
	Visit   string // of the application that it began with; empty: it began with the portal
	Begun   time.Time
	Used    time.Time // written at most once a minute
	Ends    time.Time

	// SetUp says that it rests on the password alone or on a recovery code, and that a phone
	// was set up in it: the account's first, or the one that follows.
	SetUp bool

	// Late says that it rests on the password alone, and that a phone has been set
	// up in another session meanwhile. It may see how its own set-up ended, and
	// nothing else. Attack A41.
	Late bool
}

// Browsers are those that are known for an account: no number is asked there.
type Browsers struct {
	Known int
	This  time.Time // until when the present one is; zero: it isn't
}

// A Store keeps sessions and known browsers. Each method is one atomic step with
// its event.
type Store interface {
	// AddSession stores a session under the hash of its cookie; the session under
	// before (nil: none) ends in the same step.
	// [account.ErrPassword] if the password that it rests on has been changed since it was checked.
	AddSession(ctx context.Context, s Session, cookie, before keyturn.Bytes, ev audit.Event) error

	// Session returns the session under the hash of a cookie, or [ErrNone] if it
	// has ended, was idle for longer than idle, or its account may not sign in. It
	// moves Used forward if that is a minute old.
	Session(ctx context.Context, cookie keyturn.Bytes, idle time.Duration, at time.Time) (Session, error)

	// EndSession ends it. Ending one that has ended is no error, and no event.
	EndSession(ctx context.Context, cookie keyturn.Bytes, ev audit.Event) error

	// BrowsersOf counts the browsers that are known for the account.
	BrowsersOf(ctx context.Context, account string, cookie keyturn.Bytes, at time.Time) (Browsers, error)

	// ForgetBrowsers makes the browser with this cookie, or all, unknown for the account.
	ForgetBrowsers(ctx context.Context, account string, cookie keyturn.Bytes, all bool, ev audit.Event) error

	// KnownBrowser reports whether the browser with this cookie is known for the account.
	KnownBrowser(ctx context.Context, account string, cookie keyturn.Bytes, at time.Time) (bool, error)
}

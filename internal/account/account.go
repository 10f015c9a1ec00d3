// Package account is about people: name, password, state, recovery codes. What a
// phone may do for them is decided in package approval; whether they are who
// they say is decided with their phone, never here alone.
package account

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// A State says whether an account may sign in.
type State string

// States of an account.
const (
	Active   State = "active"
	Disabled State = "disabled" // by the operator
)

// An Account belongs to a person.
type Account struct {
	ID       string    // "acc_…"
	Name     string    // sign-in name, as the person knows it
	Email    string    // for notices; may be empty
	Language string    // one of [locale.Languages]; empty: the browser's
	State    State     //
	First    bool      // its next phone is a first one: none was ever active, or the operator has reset it
	New      bool      // no phone was ever active, not even before a reset
	Numbers  int       // wrong numbers in a row; at Limits.NumberRow its phones stop
	Quiet    time.Time // until then no push and no change of phones: a sign-in was reported
	Held     bool      // an alarm has stopped its security changes until the operator unlocks it
	MoreTime bool      // the person wants every request to begin with the longest life
	Added    time.Time //
	Password Hash      // never leaves the server
	Revision int64     // counts its passwords: the first is 1
}

// A Listed is an account as a list of all has it.
type Listed struct {
	Account
	Key    string // its folded name
	Phones int    // that can answer
}

// Grace is how much longer the account may sign in with its password alone; 0: a
// phone is set up or asked first. One that had a phone and lost it has none, whoever
// took the phone away. Attacks A41, A43.
func (a Account) Grace(l policy.Limits, now time.Time) time.Duration {
	if !a.New {
		return 0
	}
	return l.GraceLeft(a.Added, now)
}

// Errors a caller can act on.
var (
	ErrUnknown  = errors.New("account: no such account")
	ErrExists   = errors.New("account: name is taken")
	ErrName     = errors.New("account: a name has 1 to 64 characters, and each of them can be seen")
	ErrPassword = errors.New("account: name and password don't match") // unknown, disabled and wrong look alike
	ErrBusy     = errors.New("account: too many passwords are being checked")
)

// A Store keeps accounts. Each method is one atomic step; a method that changes
// something writes its event in the same step, or neither. Times are those of
// the event.
type Store interface {
	// AddAccount returns [ErrExists] if the folded name is taken.
	AddAccount(ctx context.Context, a Account, key string, ev audit.Event) error

	// Account returns [ErrUnknown] if there is none.
	Account(ctx context.Context, id string) (Account, error)

	// AccountNamed finds an account by its name, folded in both ways: as [Spelt] if one is
	// kept so, else as [Key].
	AccountNamed(ctx context.Context, spelt, key string) (Account, error)

	// Accounts returns at most most of them, in the order of the bytes of their keys: those
	// whose key comes after one. All begin after "".
	Accounts(ctx context.Context, after string, most int) ([]Listed, error)

	// SetAccountState disables or enables. Disabling ends what the account has begun: requests, with what a password
	// makes further ones by, unfinished activations and sessions.
	SetAccountState(ctx context.Context, id string, to State, ev audit.Event) error

	// SetMoreTime says whether every request of an account begins with the longest life. Saying
	// it again changes nothing and writes no event.
	SetMoreTime(ctx context.Context, id string, on bool, ev audit.Event) error

	// SetEmail gives an account another e-mail address; empty: none. Who reads the present
	// one is told there. The same again changes nothing and writes no event.
	SetEmail(ctx context.Context, id, email string, ev audit.Event) error

	// RenameAccount gives an account another name; key is its [Key]. [ErrExists] if another
	// account has it. The same again changes nothing and writes no event.
	RenameAccount(ctx context.Context, id, name, key string, ev audit.Event) error

	// ResetAccount ends all devices (reason "operator"), unfinished activations
	// (replaced), waiting requests (cancelled), sessions, known browsers, familiar
	// networks, counts of wrong passwords and recovery codes; the next activation is a
	// first one again.
	ResetAccount(ctx context.Context, id string, ev audit.Event) error

	// SetPassword writes another password. It uses up the approved request, if one is
	// named, in the same step: [ErrApproval] if it isn't the session's, is older than
	// Oldest, was used, or its device may not. It ends all sessions but the named one,
	// forgets known browsers, cancels what waits, and lets nobody go on without the
	// password; activations that other sessions began are cancelled. A person's change,
	// which names a session, needs it alive ([ErrEnded]) and the password unchanged since it
	// was compared ([ErrPassword]); nothing is used up then. [ErrUnknown] if there is no such
	// account.
	SetPassword(ctx context.Context, n NewPassword, ev audit.Event) error

	// UnlockAccount sets the counts of wrong passwords, numbers, responses and recovery
	// codes to 0, and ends what an alarm holds.
	UnlockAccount(ctx context.Context, id string, ev audit.Event) error

	// RemoveAccount removes the account and what is its own; audit events and the
	// keys of its devices stay (a key that was ever a device's is never accepted again).
	RemoveAccount(ctx context.Context, id string, ev audit.Event) error
}

// Browsers tells whether a browser is known. Package session's store implements it.
type Browsers interface {
	// KnownBrowser reports whether the browser that holds the cookie with this hash is known for the account.
	KnownBrowser(ctx context.Context, account string, cookie keyturn.Bytes, at time.Time) (bool, error)
}

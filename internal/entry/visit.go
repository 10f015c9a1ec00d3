package entry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/policy"
	"keyturn/internal/token"
)

// A Visit is one sign-in that an application has sent somebody to: who asks, what it
// demands, where the browser goes on. It belongs to the browser that began it. Its id
// stands in addresses and forms, and opens nothing without that browser's cookie.
// Attack A127.
type Visit struct {
	ID  string
	App string // name of the application, as people know it
	Demand
	Name     string // of the account that it expects; empty: it expects none
	Language string // that it asks for; empty: the browser's
	Door     string // path of ours at which the door that began it goes on
	Next     string // address of the application's, compared with those that it may have
	State    VisitState
	Made     time.Time
	Ends     time.Time
}

// A VisitState says how far a visit has come.
type VisitState string

// The states of a visit. It leaves the first one once.
const (
	Open VisitState = "open"
	Done VisitState = "done" // the application has its answer
	Left VisitState = "left" // the person went back without signing in
	Over VisitState = "over" // its time was
)

// Errors of visits.
var (
	ErrNoVisit = errors.New("entry: no such visit, or not this browser's")
	ErrEnded   = errors.New("entry: the visit has ended")
)

// Visits keeps visits. Its fields are set once before use; it is safe for concurrent use.
// The record has no line of them: what a visit gives is recorded by the door that gives it.
type Visits struct {
	Store  Store
	Limits policy.Limits
	Now    func() time.Time
}

// A Store keeps visits. Each method is one atomic step. The hash is that of the cookie of
// the browser which began a visit.
type Store interface {
	AddVisit(ctx context.Context, v Visit, browser keyturn.Bytes) error

	// Visit returns [ErrNoVisit] if there is none, or another browser has begun it.
	Visit(ctx context.Context, id string, browser keyturn.Bytes) (Visit, error)

	// EndVisit is open → to. [ErrEnded] if it isn't open any more, or was never this browser's.
	EndVisit(ctx context.Context, id string, browser keyturn.Bytes, to VisitState, at time.Time) error
}

// Begin begins a visit of the browser with this cookie, which keeps its value for all of
// its visits; one that has none gets the value that is returned. The caller has checked the
// application and its address, and counts what a stranger may begin.
func (v *Visits) Begin(ctx context.Context, to Visit, browser token.Token) (Visit, token.Token, error) {
	if browser.Hash() == nil {
		browser = token.New()
	}
	now := v.Now().Truncate(time.Second) // as the store keeps it
	to.ID, to.State, to.Made, to.Ends = keyturn.NewID(keyturn.VisitID), Open, now, now.Add(v.Limits.VisitLife)
	to.App = keyturn.Clean(to.App, longest)
	if err := v.Store.AddVisit(ctx, to, browser.Hash()); err != nil {
		return Visit{}, "", fmt.Errorf("begin a visit: %w", err)
	}
	return to, browser, nil
}

// longest is how many characters of a name people are shown, spec §8.3.
const longest = 100

// Visit returns a visit of the browser with this cookie as it stands now, or [ErrNoVisit].
func (v *Visits) Visit(ctx context.Context, id string, browser token.Token) (Visit, error) {
	hash := browser.Hash()
	if _, err := keyturn.ParseID(keyturn.VisitID, id); err != nil || hash == nil {
		return Visit{}, ErrNoVisit
	}
	found, err := v.Store.Visit(ctx, id, hash)
	if err != nil {
		return Visit{}, fmt.Errorf("visit: %w", err)
	}
	if found.State == Open && !v.Now().Before(found.Ends) {
		found.State = Over
	}
	return found, nil
}

// Finish ends a visit whose application gets what it asked for: once, of any number of
// callers. [ErrNoVisit], [ErrEnded].
func (v *Visits) Finish(ctx context.Context, id string, browser token.Token) error {
	return v.end(ctx, id, browser, Done)
}

// Leave ends a visit whose person went back without signing in. [ErrNoVisit], [ErrEnded].
func (v *Visits) Leave(ctx context.Context, id string, browser token.Token) error {
	return v.end(ctx, id, browser, Left)
}

func (v *Visits) end(ctx context.Context, id string, browser token.Token, to VisitState) error {
	found, err := v.Visit(ctx, id, browser)
	if err != nil {
		return err
	}
	if found.State != Open {
		return ErrEnded
	}
	if err := v.Store.EndVisit(ctx, found.ID, browser.Hash(), to, v.Now()); err != nil {
		return fmt.Errorf("end a visit: %w", err)
	}
	return nil
}

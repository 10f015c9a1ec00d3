package account

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// Of says what wrong passwords are counted by. None of it changes by itself: a count
// by something that does, such as a cookie, is no count. Attack A96.
type Of string

// Wrong passwords are counted by these.
const (
	OfBrowsers Of = "browsers" // all that are known for the account, together
	OfNetwork  Of = "network"  // the account and the network
	OfFamiliar Of = "familiar" // the account, from networks that it has signed in from
	OfStrange  Of = "strange"  // the account, from all other networks
	OfAddress  Of = "address"  // the network, for all accounts
)

// A Count is one of those that a try at a password is counted by.
type Count struct {
	Of      Of
	Network string // of OfNetwork and OfAddress
	policy.Count
}

// A Guess is a password that is about to be compared.
type Guess struct {
	ID      string  // drawn for it
	Account string  // empty if nobody has the name
	Counts  []Count // that of the fewest first: in this order it waits for others, see [Guesses]
	At      time.Time

	kept bool // it has a place of those that are kept
}

// A Lock is a count of wrong passwords that is used up.
type Lock struct {
	Of        Of
	Network   string // of OfNetwork
	Reference string // of the event that tells of it
	Ends      time.Time
}

// Guesses counts tries at passwords. Each method is one atomic step.
type Guesses interface {
	// BeginGuess takes a try of each count, or none. It returns [*policy.TooMany] if one is used
	// up, with the reference of that lock, and the key of a count that may have a try again
	// once those are judged that are being compared. A try that isn't judged after
	// Limits.Judged is a wrong one: the server was killed. Where others wait for one of
	// the counts it waits behind them, for as long as ctx lasts: for one count after the other,
	// so that of those who come from one network one at most waits for what others share.
	BeginGuess(ctx context.Context, g Guess) (judging string, err error)

	// EndGuess gives the tries back: the password was right, or was not compared.
	EndGuess(ctx context.Context, g Guess) error

	// WrongGuess keeps the tries and writes ev. For each count that is used up now it
	// writes shut, with "count", "until" and a reference of its own, once for as long as
	// that lasts.
	WrongGuess(ctx context.Context, g Guess, ev, shut audit.Event) error

	// PasswordLocks returns what is used up for an account, the first to end first.
	PasswordLocks(ctx context.Context, account string, at time.Time) ([]Lock, error)

	// FamiliarNetwork reports whether the account has signed in from a network of
	// [policy.Near] within Limits.Browser.
	FamiliarNetwork(ctx context.Context, account, network string, at time.Time) (bool, error)
}

// begin takes a try of every count that this attempt has. The known browsers of an
// account have one together, so that nobody who guesses elsewhere keeps the person
// out (attack A84); once it is used up, the counts judge that everybody has.
func (s *Service) begin(ctx context.Context, id, counted string, a Attempt) (Guess, error) {
	g, known, err := s.beginKnown(ctx, id, counted, a)
	if known && !errors.Is(err, policy.ErrTooMany) || !known && err != nil {
		return g, err
	}
	return s.beginAny(ctx, id, counted, a)
}

// beginKnown takes a try of the known browsers, if this is one.
func (s *Service) beginKnown(ctx context.Context, id, counted string, a Attempt) (g Guess, known bool, err error) {
	if len(a.Browser) > 0 {
		known, err = s.Browsers.KnownBrowser(ctx, id, a.Browser, s.Now())
	}
	if err != nil || !known {
		return Guess{}, false, err
	}
	g, err = s.take(ctx, id, []Count{{Of: OfBrowsers, Count: s.Limits.PasswordsKnown(counted)}})
	g.kept = true
	return g, true, err
}

// beginAny takes a try of the counts that everybody has.
func (s *Service) beginAny(ctx context.Context, id, counted string, a Attempt) (Guess, error) {
	counts, err := s.everybody(ctx, id, counted, a.Counted)
	if err != nil {
		return Guess{}, err
	}
	return s.take(ctx, id, counts)
}

// everybody are the counts of those whose browser isn't known. Networks that the
// account has signed in from have one for the account apart: strangers who use up
// theirs, from however many networks, don't keep the person out there (attack A98).
// Nor do neighbours in a wider network, which counts strangers only. The narrowest comes
// first, in all guesses alike: so nobody's flood keeps their neighbours waiting (attack A121).
func (s *Service) everybody(ctx context.Context, id, counted, addr string) ([]Count, error) {
	networks := policy.Networks(addr)
	all := Count{Of: OfStrange, Count: s.Limits.PasswordsStrange(counted)}
	familiar, err := s.Guesses.FamiliarNetwork(ctx, id, policy.Near(addr), s.Now())
	if err != nil {
		return nil, err
	}
	if familiar {
		all, networks = Count{Of: OfFamiliar, Count: s.Limits.PasswordsFamiliar(counted)}, networks[:1]
	}
	var counts []Count
	for _, n := range networks {
		counts = append(counts,
			Count{OfNetwork, n.Name, s.Limits.PasswordsFrom(n, counted)},
			Count{OfAddress, n.Name, s.Limits.SignInsFrom(n)})
	}
	return append(counts, all), nil
}

// longestTurn is how long an attempt waits for others to be counted and judged. One that
// isn't judged then never will be.
const longestTurn = 30 * time.Second

// take takes a try of each count, or none. Where there is one only if those are right
// that are being compared, it waits for them: many people behind one address don't
// turn each other away. Attack A100.
func (s *Service) take(ctx context.Context, id string, counts []Count) (Guess, error) {
	patience, cancel := context.WithTimeoutCause(ctx, longestTurn, ErrBusy)
	defer cancel()
	for {
		g := Guess{ID: rand.Text(), Account: id, Counts: counts, At: s.Now()}
		judging, err := s.Guesses.BeginGuess(patience, g)
		if errors.Is(err, context.DeadlineExceeded) && patience.Err() != nil && ctx.Err() == nil {
			err = ErrBusy
		}
		if err != nil {
			s.turns.next(counts) // who waits behind this one is told the same
			return Guess{}, err
		}
		if judging == "" {
			return g, nil
		}
		if err := s.turns.wait(patience, judging); err != nil {
			return Guess{}, err
		}
	}
}

// giveBack returns the tries of a guess, also if the browser has gone meanwhile.
func (s *Service) giveBack(ctx context.Context, g Guess) error {
	defer s.turns.next(g.Counts)
	return s.Guesses.EndGuess(context.WithoutCancel(ctx), g)
}

// wrong keeps them. ev tells of it; what is used up now is told by events beside it.
func (s *Service) wrong(ctx context.Context, g Guess, ev audit.Event) error {
	defer s.turns.next(g.Counts)
	shut := s.event(audit.PasswordShut, g.Account)
	if addr := ev.Detail["ip"]; addr != "" {
		shut = shut.With("ip", addr)
	}
	return s.Guesses.WrongGuess(context.WithoutCancel(ctx), g, ev, shut)
}

// PasswordLocks returns which counts of wrong passwords are used up for an account,
// the first to end first.
func (s *Service) PasswordLocks(ctx context.Context, id string) ([]Lock, error) {
	return s.Guesses.PasswordLocks(ctx, id, s.Now())
}

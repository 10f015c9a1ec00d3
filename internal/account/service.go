package account

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"sync"
	"time"
	"unicode/utf8"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// Errors of [Service.Add] besides [ErrName] and [ErrExists].
var (
	ErrShort  = errors.New("account: password has fewer than 8 characters")
	ErrLong   = errors.New("account: password has more than 256 characters")
	ErrTyped  = errors.New("account: password has characters that nobody can type, such as a byte order mark or NUL")
	ErrCommon = errors.New("account: password is one of the first that others would try")
	ErrNamed  = errors.New("account: password is little more than a name: the account's, its e-mail address or this server's")
	ErrEmail  = errors.New("account: not an e-mail address")
)

// A password is one of two factors: NIST SP 800-63B-4 §3.1.1.2 asks for 8
// characters then, and wants at least 64 to be possible.
const (
	shortestPassword = 8
	longestPassword  = 256
)

// A Service is what doors and commands ask about people. Its fields are set once
// before use; it is safe for concurrent use.
type Service struct {
	Store     Store
	Codes     Codes
	Tries     policy.Tries
	Guesses   Guesses
	Browsers  Browsers
	Record    Record
	Passwords Passwords // nil: by the hashes in the store
	Limits    policy.Limits
	Names     []string         // of the server and its organisation: no password is made of them
	Hashes    int              // passwords hashed at once; 0: one per processor
	Now       func() time.Time //
	Hashed    func()           // called before each hash; nil: nobody counts
	Light     bool             // hashes cost next to nothing: no program may set it, tests of other things do

	once  sync.Once
	gate  *gate
	turns turns
}

// A Record keeps what was refused.
type Record interface {
	// Refused writes an event that changes nothing else.
	Refused(ctx context.Context, ev audit.Event) error
}

// Add makes an account. It returns [ErrName], [ErrExists], [ErrEmail], [ErrBusy], or what
// is wrong with the password: [ErrShort], [ErrLong], [ErrTyped], [ErrCommon], [ErrNamed].
// email may be empty.
func (s *Service) Add(ctx context.Context, name, password, email string) (Account, error) {
	name, err := clean(name)
	if err != nil {
		return Account{}, err
	}
	if err := address(email); err != nil {
		return Account{}, err
	}
	if err := s.usable(password, name, email); err != nil {
		return Account{}, err
	}
	if err := s.free(ctx, name); err != nil {
		return Account{}, err
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return Account{}, err
	}
	a := Account{ID: keyturn.NewID(keyturn.AccountID), Name: name, Email: email, State: Active, First: true,
		Added:    s.Now().Truncate(time.Second), // as the store keeps it
		Password: phc, Revision: 1}
	if err := s.Store.AddAccount(ctx, a, Key(name), s.event(audit.AccountAdded, a.ID)); err != nil {
		return Account{}, fmt.Errorf("add account: %w", err)
	}
	return a, nil
}

// free returns [ErrExists] if an account has the name as it was folded before; the store
// looks at how names are folded now.
func (s *Service) free(ctx context.Context, name string) error {
	_, err := s.Named(ctx, name)
	switch {
	case err == nil:
		return ErrExists
	case errors.Is(err, ErrUnknown):
		return nil
	}
	return err
}

// usable reports what is wrong with a password that an account is to get. One that it
// has is never judged again.
func (s *Service) usable(password string, names ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case !typed(password):
		return ErrTyped
	case n < shortestPassword:
		return ErrShort
	case n > longestPassword:
		return ErrLong
	}
	return unguessed(password, append(names, s.Names...)...)
}

// address returns [ErrEmail] for what is neither empty nor an e-mail address.
func address(email string) error {
	if email == "" {
		return nil
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
		return ErrEmail
	}
	return nil
}

// Account returns [ErrUnknown] if there is none.
func (s *Service) Account(ctx context.Context, id string) (Account, error) {
	return s.Store.Account(ctx, id)
}

// Named finds an account by its name, however it is written.
func (s *Service) Named(ctx context.Context, name string) (Account, error) {
	return s.Store.AccountNamed(ctx, Spelt(name), Key(name))
}

// listedAtOnce is how many accounts are in memory while all are listed.
const listedAtOnce = 500

// Each hands all accounts to f by their folded name, a page of them at a time. One that is
// added or renamed meanwhile may be left out; none comes twice unless it is renamed. It ends
// with the first error.
func (s *Service) Each(ctx context.Context, f func([]Listed) error) error {
	for after := ""; ; {
		page, err := s.Store.Accounts(ctx, after, listedAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := f(page); err != nil {
			return err
		}
		after = page[len(page)-1].Key
	}
}

// SetMoreTime keeps what a person who needs longer than others has asked for, WCAG 2.2.1. It
// is no security change: whoever knows a password can prolong a request to the same end.
// [*policy.TooMany] if it was said too often: each time is a line in the record, A95.
func (s *Service) SetMoreTime(ctx context.Context, id string, on bool) error {
	if err := s.Tries.Take(ctx, s.Limits.MoreTimeOf(id), s.Now()); err != nil {
		return fmt.Errorf("more time of %s: %w", id, err)
	}
	ev := s.event(audit.MoreTimeOff, id)
	if on {
		ev = ev.As(audit.MoreTimeOn)
	}
	return s.Store.SetMoreTime(ctx, id, on, ev)
}

// Reset ends all phones, codes, sessions and known browsers of an account: its
// next phone is a first one again.
func (s *Service) Reset(ctx context.Context, id string) error {
	return s.Store.ResetAccount(ctx, id, s.event(audit.AccountReset, id))
}

// Disable keeps an account from signing in; it ends its sessions, its waiting requests
// and its activation codes.
func (s *Service) Disable(ctx context.Context, id string) error {
	return s.Store.SetAccountState(ctx, id, Disabled, s.event(audit.AccountDisabled, id))
}

// Enable is the reverse of Disable; what was ended stays so.
func (s *Service) Enable(ctx context.Context, id string) error {
	return s.Store.SetAccountState(ctx, id, Active, s.event(audit.AccountEnabled, id))
}

// Unlock lets the phones of an account answer again that was stopped after wrong
// numbers, challenge codes and recovery codes sign in again that wrong ones switched off,
// passwords be tried again that wrong ones have used up, and phones be changed again after
// an alarm. A phone that wrong PINs locked stays locked.
func (s *Service) Unlock(ctx context.Context, id string) error {
	return s.Store.UnlockAccount(ctx, id, s.event(audit.AccountUnlocked, id))
}

// SetEmail gives an account another address for letters; empty: none. Whoever reads the
// present one, and all phones, are told: it is where alarms arrive, attack A112. It returns
// [ErrEmail] or [ErrUnknown].
func (s *Service) SetEmail(ctx context.Context, id, email string) error {
	if err := address(email); err != nil {
		return err
	}
	return s.Store.SetEmail(ctx, id, email, s.event(audit.EmailChanged, id))
}

// Rename gives an account another name. What it has stays, sessions and waiting requests
// too. The account's address and all phones are told, attack A112. It returns [ErrName],
// [ErrExists] or [ErrUnknown].
func (s *Service) Rename(ctx context.Context, id, name string) error {
	name, err := clean(name)
	if err != nil {
		return err
	}
	a, err := s.Store.Account(ctx, id)
	if err != nil {
		return err
	}
	if other, err := s.Named(ctx, name); err == nil && other.ID != id {
		return ErrExists
	} else if err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	return s.Store.RenameAccount(ctx, id, name, Key(name), s.event(audit.AccountRenamed, id).With("name", name).With("from", a.Name))
}

// Remove removes an account and what is its own. The record stays.
func (s *Service) Remove(ctx context.Context, id string) error {
	return s.Store.RemoveAccount(ctx, id, s.event(audit.AccountRemoved, id))
}

func (s *Service) event(k audit.Kind, account string) audit.Event {
	return audit.Event{Kind: k, At: s.Now(), Account: account}
}

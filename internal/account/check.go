package account

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/argon2"
	"keyturn/internal/audit"
)

// An Attempt is a name and a password that somebody typed.
type Attempt struct {
	Name     string
	Password keyturn.Secret
	Addr     string        // IP address that the record has; empty: not known
	Counted  string        // IP address that tries are counted by; empty: they are not, as behind a gateway of many people
	Browser  keyturn.Bytes // SHA-256 of its known-browser cookie; may be nil
}

// Check returns the account whose name and password these are.
//
// Unknown names, disabled accounts and wrong passwords all cost one question to [Passwords],
// which is one hash if they are our own, get [ErrPassword] and are counted alike, so that
// neither time nor text tells them apart; the record does. Attack A29. A try is taken before
// the password is looked at and given back if it was right: guesses at the same moment don't
// get past the limit. Attack A08. With none left Check returns [*policy.TooMany] and asks
// nothing; [ErrBusy] says that too many others are being checked, or that nobody answers,
// which is [ErrAway].
func (s *Service) Check(ctx context.Context, a Attempt) (Account, error) {
	acc, counted, err := s.meant(ctx, a.Name)
	if err != nil {
		return Account{}, fmt.Errorf("check password: %w", err)
	}
	g, err := s.begin(ctx, acc.ID, counted, a)
	if err != nil {
		return Account{}, fmt.Errorf("check password: %w", err)
	}
	right, err := s.right(ctx, g, acc, a.Password)
	if err != nil && !errors.Is(err, errUnanswered) { // nothing was judged
		return Account{}, fmt.Errorf("check password: %w", errors.Join(err, s.giveBack(ctx, g)))
	}
	if cause, told := refusal(acc, right, err); cause != "" {
		return Account{}, s.refuse(ctx, g, cause, a.Addr, told)
	}
	if err := s.giveBack(ctx, g); err != nil {
		return Account{}, fmt.Errorf("check password: %w", err)
	}
	return acc, nil
}

// meant finds the account of a name and what its tries are counted by: its id, or the hash
// of a name that nobody has. Then acc has that name alone.
func (s *Service) meant(ctx context.Context, name string) (acc Account, counted string, err error) {
	key := Key(name)
	acc, err = s.Store.AccountNamed(ctx, Spelt(name), key)
	if errors.Is(err, ErrUnknown) {
		return Account{Name: name}, keyturn.Hash(key).String(), nil
	}
	return acc, acc.ID, err
}

// refusal says why somebody may not sign in, and what they are told; "" if they may.
func refusal(acc Account, right bool, unanswered error) (cause string, told error) {
	switch {
	case unanswered != nil:
		return "unanswered", unanswered
	case acc.ID == "":
		return "unknown", ErrPassword
	case !right:
		return "password", ErrPassword
	case acc.State != Active:
		return string(acc.State), ErrPassword
	}
	return "", nil
}

// refuse records why, and says only what may be told. The name that was typed is not
// recorded: people type passwords there.
func (s *Service) refuse(ctx context.Context, g Guess, cause, addr string, told error) error {
	ev, failure := audit.Fail(s.refusedEvent(g.Account, cause, addr), told)
	if err := s.wrong(ctx, g, ev); err != nil {
		return fmt.Errorf("record a refused sign-in: %w", err)
	}
	return failure
}

func (s *Service) refusedEvent(id, cause, addr string) audit.Event {
	ev := s.event(audit.SignInRefused, id).With("cause", cause)
	if addr == "" {
		return ev
	}
	return ev.With("ip", addr)
}

// Changed records that a password was right until it was changed, in the moment
// between [Service.Check] and what it was for. It returns [ErrPassword].
func (s *Service) Changed(ctx context.Context, id, addr string) error {
	ev, failure := audit.Fail(s.refusedEvent(id, "changed", addr), ErrPassword)
	if err := s.Record.Refused(context.WithoutCancel(ctx), ev); err != nil {
		return fmt.Errorf("record a refused sign-in: %w", err)
	}
	return failure
}

// hash is one hash inside the gate.
func (s *Service) hash(ctx context.Context, secret string) (Hash, error) {
	m, leave, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	s.counted()
	return s.work().hash(m, secret), nil
}

func (s *Service) enter(ctx context.Context) (m *argon2.Memory, leave func(), err error) {
	return s.enterAs(ctx, forAll)
}

func (s *Service) enterAs(ctx context.Context, queue int) (m *argon2.Memory, leave func(), err error) {
	s.once.Do(func() { s.gate = newGate(s.Hashes) })
	return s.gate.enter(ctx, queue)
}

// counted tells that a secret is about to be hashed.
func (s *Service) counted() {
	if s.Hashed != nil {
		s.Hashed()
	}
}

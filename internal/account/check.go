package account

import (
	"context"
	"errors"
	"fmt"

	"keyturn"
	"keyturn/internal/argon2"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// An Attempt is a name and a password that somebody typed.
type Attempt struct {
	Name     string
	Password string
	Addr     string        // IP address of the browser; empty: not known, and not counted
	Browser  keyturn.Bytes // SHA-256 of its known-browser cookie; may be nil
}

// Check returns the account whose name and password these are.
//
// Unknown names, disabled accounts and wrong passwords all cost one hash, get
// [ErrPassword] and are counted alike, so that neither time nor text tells them
// apart; the record does. Attack A29. A try is taken before the password is
// looked at and given back if it was right: guesses at the same moment don't get
// past the limit. Attack A08. With none left Check returns [*TooMany] and hashes
// nothing; [ErrBusy] says that too many others are being checked.
func (s *Service) Check(ctx context.Context, a Attempt) (Account, error) {
	acc, counted, err := s.meant(ctx, a.Name)
	if err != nil {
		return Account{}, fmt.Errorf("check password: %w", err)
	}
	keys, err := s.take(ctx, acc.ID, counted, a)
	if err != nil {
		return Account{}, fmt.Errorf("check password: %w", err)
	}
	right, err := s.matches(ctx, acc.Password, a.Password)
	if err != nil { // nothing was judged
		return Account{}, fmt.Errorf("check password: %w", errors.Join(err, s.giveBack(ctx, keys)))
	}
	if cause := refusal(acc, right); cause != "" {
		return Account{}, s.refuse(ctx, acc.ID, cause, a.Addr)
	}
	if err := s.giveBack(ctx, keys); err != nil {
		return Account{}, fmt.Errorf("check password: %w", err)
	}
	return acc, nil
}

// meant finds the account of a name and what its tries are counted by: its id,
// or the hash of a name that nobody has.
func (s *Service) meant(ctx context.Context, name string) (acc Account, counted string, err error) {
	key := Key(name)
	acc, err = s.Store.AccountNamed(ctx, Spelt(name), key)
	if errors.Is(err, ErrUnknown) {
		return Account{Password: nobody}, keyturn.Hash(key).String(), nil
	}
	return acc, acc.ID, err
}

// A try is a count and its limit.
type try struct {
	key  string
	rate policy.Rate
}

// take takes a try of every count that this attempt has. The known browsers of an
// account have one together, so that nobody who guesses elsewhere keeps the person
// out (attack A84). It is the account's and not a browser's: cookies change with
// each redemption, whoever's it is (attack A96). Once it is used up, the counts
// judge that everybody has.
func (s *Service) take(ctx context.Context, id, counted string, a Attempt) (keys []string, err error) {
	known := false
	if len(a.Browser) > 0 {
		if known, err = s.Browsers.KnownBrowser(ctx, id, a.Browser, s.Now()); err != nil {
			return nil, err
		}
	}
	if known {
		keys, err = s.takeEach(ctx, []try{{"password.known/" + counted, s.Limits.Passwords}})
		if !errors.Is(err, ErrTooMany) {
			return keys, err
		}
	}
	tries := []try{{"password.account/" + counted, s.Limits.PasswordAll}}
	for _, n := range policy.Networks(a.Addr) {
		tries = append(tries, try{"password.address/" + n.Name, n.Of(s.Limits.SignIns)},
			try{"password/" + counted + "/" + n.Name, n.Of(s.Limits.Passwords)})
	}
	return s.takeEach(ctx, tries)
}

// takeEach takes a try of each count, or none.
func (s *Service) takeEach(ctx context.Context, tries []try) (keys []string, err error) {
	for _, t := range tries {
		wait, err := s.Tries.Take(ctx, t.key, t.rate.Most, t.rate.In, s.Now())
		if err == nil && wait == 0 {
			keys = append(keys, t.key)
			continue
		}
		if wait > 0 {
			err = &TooMany{wait}
		}
		return nil, errors.Join(err, s.giveBack(ctx, keys))
	}
	return keys, nil
}

// giveBack returns tries, also if the browser has gone meanwhile.
func (s *Service) giveBack(ctx context.Context, keys []string) error {
	var all []error
	for _, key := range keys {
		all = append(all, s.Tries.GiveBack(context.WithoutCancel(ctx), key))
	}
	return errors.Join(all...)
}

// refusal says why somebody may not sign in; "" if they may.
func refusal(acc Account, right bool) string {
	switch {
	case acc.ID == "":
		return "unknown"
	case !right:
		return "password"
	case acc.State != Active:
		return string(acc.State)
	}
	return ""
}

// refuse records why, and says only that it is so. The name that was typed is not
// recorded: people type passwords there.
func (s *Service) refuse(ctx context.Context, id, cause, addr string) error {
	ev := s.event(audit.SignInRefused, id).With("cause", cause).With("ip", addr)
	ev, failure := audit.Fail(ev, ErrPassword)
	if err := s.Record.Refused(context.WithoutCancel(ctx), ev); err != nil {
		return fmt.Errorf("record a refused sign-in: %w", err)
	}
	return failure
}

// Changed records that a password was right until it was changed, in the moment
// between [Service.Check] and what it was for. It returns [ErrPassword].
func (s *Service) Changed(ctx context.Context, id, addr string) error {
	return s.refuse(ctx, id, "changed", addr)
}

// matches is one hash inside the gate.
func (s *Service) matches(ctx context.Context, phc, password string) (right bool, err error) {
	m, leave, err := s.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	s.counted()
	return matches(m, phc, password)
}

// hash is one hash inside the gate.
func (s *Service) hash(ctx context.Context, secret string) (string, error) {
	m, leave, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	s.counted()
	return hash(m, secret), nil
}

func (s *Service) enter(ctx context.Context) (m *argon2.Memory, leave func(), err error) {
	s.once.Do(func() { s.gate = newGate(s.Hashes) })
	return s.gate.enter(ctx)
}

// counted tells that a secret is about to be hashed.
func (s *Service) counted() {
	if s.Hashed != nil {
		s.Hashed()
	}
}

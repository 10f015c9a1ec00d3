package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

// recoveryCodes is how many a set has, spec §12.4.
const recoveryCodes = 8

// A RecoveryHash is one recovery code as it is kept: two symbols that find it, and an Argon2id hash.
type RecoveryHash struct {
	Index string // the first two symbols; differ within a set
	Hash  Hash
}

// A CodeList is what is known of an account's recovery codes: the server has no
// readable copy.
type CodeList struct {
	Left  int  // that can still be used
	Made  bool // since the account's first activation
	Saved bool // the person has typed one of them from where they are kept
}

// A Maker is who wants to make recovery codes: the session that made the first
// activation, once, or one with an approval of action recovery_codes.
type Maker struct {
	Account  string
	Session  string
	Approval string    // id of the approved request; empty for the first list
	Oldest   time.Time // an approval given before is too old
}

// Codes keeps recovery codes. Each method is one atomic step with its event.
type Codes interface {
	// MayMakeCodes reports whether SetRecoveryCodes would store codes.
	MayMakeCodes(ctx context.Context, m Maker, at time.Time) (bool, error)

	// SetRecoveryCodes stores a list; the older one ends, and the approval is used
	// up. [ErrUnknown] if the maker may not, or if a sign-in was reported lately.
	SetRecoveryCodes(ctx context.Context, m Maker, codes []RecoveryHash, ev audit.Event) error

	// SaveRecoveryCodes keeps that the person has saved the list.
	SaveRecoveryCodes(ctx context.Context, account string, ev audit.Event) error

	// RecoveryCodes returns [ErrUnknown] if there is no such account.
	RecoveryCodes(ctx context.Context, account string) (CodeList, error)

	// TakeCode takes one of the account's tries in a row, and returns how many were
	// taken. [ErrCodesOff] if none is left.
	TakeCode(ctx context.Context, account string, row int) (taken int, err error)

	// UnusedCode returns the hash of the unused code with that index, or [ErrUnknown].
	UnusedCode(ctx context.Context, account, index string) (Hash, error)

	// SpendCode is unspent → spent, in one transaction with what it gives: the browser's
	// request ends, the account's rows of wrong codes and wrong numbers are 0, the
	// session of the grant begins. It returns how many codes are left, which it adds to
	// the event. [ErrRecovery] if the code was spent or ended meanwhile, [ErrTicket] if
	// the request is over, its password too old, or a sign-in reported since.
	SpendCode(ctx context.Context, s Spent, g policy.Grant, ev audit.Event) (left int, err error)
}

// MakeRecoveryCodes makes a list of recovery codes; an older one ends. They are
// returned here and can't be seen again: what is kept is Argon2id. approval is that
// of action recovery_codes, or empty for the first list, which the session that made
// the first activation can make once. It returns [ErrUnknown] if neither allows it,
// and [ErrBusy]. Attack A25.
func (s *Service) MakeRecoveryCodes(
	ctx context.Context, account, session, approval string,
) ([]keyturn.RecoveryCode, error) {
	m := Maker{Account: account, Session: session, Approval: approval, Oldest: s.Now().Add(-s.Limits.ApprovalUse)}
	if may, err := s.Codes.MayMakeCodes(ctx, m, s.Now()); err != nil {
		return nil, fmt.Errorf("recovery codes: %w", err)
	} else if !may { // SetRecoveryCodes decides; here nobody gets eight hashes for nothing
		return nil, ErrUnknown
	}
	codes := drawCodes()
	hashes := make([]RecoveryHash, 0, len(codes))
	for _, c := range codes {
		h, err := s.hash(ctx, string(c))
		if err != nil {
			return nil, fmt.Errorf("recovery codes: %w", err)
		}
		hashes = append(hashes, RecoveryHash{Index: c.Index(), Hash: h})
	}
	ev := s.event(audit.RecoveryMade, account).With("set", "first")
	if ev.Subject = session; approval != "" { // whose phone needs no notice
		ev = ev.With("set", "new")
		ev.Subject = approval
	}
	if err := s.Codes.SetRecoveryCodes(ctx, m, hashes, ev); err != nil {
		return nil, fmt.Errorf("recovery codes: %w", err)
	}
	return codes, nil
}

// drawCodes draws a set in which the first two symbols of each code differ: they
// find the one hash that has to be compared. Spec §12.4.
func drawCodes() []keyturn.RecoveryCode {
	var codes []keyturn.RecoveryCode
	seen := map[string]bool{}
	for len(codes) < recoveryCodes {
		c := keyturn.NewRecoveryCode()
		if !seen[c.Index()] {
			seen[c.Index()] = true
			codes = append(codes, c)
		}
	}
	return codes
}

// RecoveryCodes says how an account's list stands.
func (s *Service) RecoveryCodes(ctx context.Context, account string) (CodeList, error) {
	return s.Codes.RecoveryCodes(ctx, account)
}

// SavedRecoveryCodes keeps that the person has their list, as far as they show it.
func (s *Service) SavedRecoveryCodes(ctx context.Context, account string) error {
	return s.Codes.SaveRecoveryCodes(ctx, account, s.event(audit.RecoverySaved, account))
}

// Errors of [Service.Recover] besides [*policy.TooMany] and [ErrBusy].
var (
	ErrRecovery = errors.New("account: recovery code is not good") // one error for unknown and used
	ErrCodesOff = errors.New("account: recovery codes are off after too many wrong ones")
	ErrTicket   = errors.New("account: the sign-in that the code is for is over")
	ErrQuiet    = errors.New("account: no phone can be set up after a report or an alarm")
)

// A Recovery is a recovery code that somebody typed after the right password.
type Recovery struct {
	Account string
	Request string        // of the browser, which ends with the code
	Pending keyturn.Bytes // SHA-256 of its pending cookie
	Code    keyturn.RecoveryCode
	Browser string // such as "Firefox on Windows"
	Addr    string
	Place   string
}

// A Spent is a code whose hash was right.
type Spent struct {
	Account string
	Request string
	Pending keyturn.Bytes
	Oldest  time.Time // a password given before is too old
	Index   string
	Hash    Hash
}

// Recover signs a browser in with a recovery code, once: the grant's session begins
// when the code is spent, and the request ends. It returns how many codes are left.
//
// A try costs exactly one hash, whether or not there is an unused code with that
// beginning, so that time doesn't tell (attack A61). It is taken before the code is
// compared, of five an hour and of a hundred in a row (attack A08), and a right code
// gives it back. While a report or an alarm keeps phones from being changed nothing is
// tried: the code would be spent for nothing.
func (s *Service) Recover(ctx context.Context, r Recovery, g policy.Grant) (left int, err error) {
	if err := s.mayRecover(ctx, r.Account); err != nil {
		return 0, fmt.Errorf("recover %s: %w", r.Account, err)
	}
	hash, right, last, err := s.tryCode(ctx, r)
	if err != nil {
		return 0, fmt.Errorf("recover %s: %w", r.Account, err)
	}
	if !right {
		return 0, s.refuseCode(ctx, r, "wrong", last)
	}
	spent := Spent{r.Account, r.Request, r.Pending, s.Now().Add(-s.Limits.AgainIn), r.Code.Index(), hash}
	ev := s.recovery(audit.RecoveryUsed, r)
	ev.Subject = g.Session
	left, err = s.Codes.SpendCode(ctx, spent, g, ev)
	if errors.Is(err, ErrRecovery) { // by somebody else, in this very moment
		return 0, s.refuseCode(ctx, r, "spent", last)
	}
	if back := s.Tries.GiveBack(context.WithoutCancel(ctx), s.Limits.RecoveriesOf(r.Account)); err == nil {
		err = back
	}
	if err != nil {
		return 0, fmt.Errorf("recover %s: %w", r.Account, err)
	}
	return left, nil
}

// mayRecover looks at what needs no try.
func (s *Service) mayRecover(ctx context.Context, id string) error {
	a, err := s.Store.Account(ctx, id)
	switch {
	case err != nil:
		return err
	case a.State != Active:
		return ErrTicket
	case a.Held || a.Quiet.After(s.Now()):
		return ErrQuiet
	}
	return nil
}

// tryCode compares a code with the one hash that it could have; last says that it was
// the last try of the row. The place for the hash comes first, so that a busy server
// takes no try.
func (s *Service) tryCode(ctx context.Context, r Recovery) (phc Hash, right, last bool, err error) {
	m, leave, err := s.enter(ctx)
	if err != nil {
		return "", false, false, err
	}
	defer leave()
	if last, err = s.takeCode(ctx, r.Account); err != nil {
		return "", false, false, err
	}
	phc, err = s.Codes.UnusedCode(ctx, r.Account, r.Code.Index())
	if errors.Is(err, ErrUnknown) {
		phc, err = s.work().nobody(), nil
	}
	if err != nil {
		return "", false, false, err
	}
	s.counted()
	right, err = matches(m, phc, string(r.Code))
	return phc, right, last, err
}

// takeCode takes a try of the hour and one of the row.
func (s *Service) takeCode(ctx context.Context, id string) (last bool, err error) {
	count := s.Limits.RecoveriesOf(id)
	if err := s.Tries.Take(ctx, count, s.Now()); err != nil {
		return false, err
	}
	taken, err := s.Codes.TakeCode(ctx, id, s.Limits.RecoveryRow)
	if err != nil {
		return false, errors.Join(err, s.Tries.GiveBack(context.WithoutCancel(ctx), count))
	}
	return taken == s.Limits.RecoveryRow, nil
}

// refuseCode records why, and says only that it is so: used and unknown codes look
// alike.
func (s *Service) refuseCode(ctx context.Context, r Recovery, cause string, last bool) error {
	ctx = context.WithoutCancel(ctx)
	ev, failure := audit.Fail(s.recovery(audit.RecoveryWrong, r).With("cause", cause), ErrRecovery)
	ev.Subject = r.Request
	err := s.Record.Refused(ctx, ev)
	if err == nil && last {
		err = s.Record.Refused(ctx, ev.As(audit.RecoveryOff))
	}
	if err != nil {
		return fmt.Errorf("record a refused recovery code: %w", err)
	}
	return failure
}

func (s *Service) recovery(k audit.Kind, r Recovery) audit.Event {
	return s.event(k, r.Account).With("browser", r.Browser).With("ip", r.Addr).With("place", r.Place)
}

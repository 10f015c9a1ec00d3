package account

import (
	"context"
	"fmt"

	"keyturn"
)

// Passwords know whose password was typed. How many tries there are, and who may sign in, is
// not theirs to say: a try is taken before they are asked, once for each. They are safe for
// concurrent use.
//
// Which of the account's passwords it was is [Account.Revision], read before they are asked:
// what rests on one that our store has changed meanwhile is refused there. A password that
// is changed elsewhere changes no revision, and ends nothing that rests on the one before.
type Passwords interface {
	// Right reports whether a password is right. Nobody's costs what somebody's does, so that
	// time doesn't tell (attack A29).
	//
	// An error says that the password was compared with nothing, and the try is given back:
	// [ErrBusy] if too many are being compared, [ErrAway] if whoever knows can't be reached.
	// Whoever was asked is waited for until ctx ends, Limits.Judged at most. An error by then
	// gives no try back, for nobody knows what the answer would have been.
	Right(ctx context.Context, t Typed) (bool, error)
}

// A Typed is a password that somebody typed, and whose it would be.
type Typed struct {
	Account  Account        // as the store has it; of a name that nobody has: that Name, as typed, and nothing else
	Password keyturn.Secret // as typed; to all but hashes of our own never empty
	Kept     bool           // the browser is known for the account: others' guesses don't take its place, attack A99
}

// ErrAway says that whoever knows the passwords can't be asked, or doesn't answer. To those who
// tell people it is [ErrBusy].
var ErrAway error = away{}

type away struct{}

func (away) Error() string { return "account: whoever knows the passwords doesn't answer" }

// Is implements that of [errors.Is].
func (away) Is(target error) bool { return target == ErrBusy }

// errUnanswered is an [ErrAway] of which nobody knows what the answer would have been.
var errUnanswered = fmt.Errorf("%w, and was asked", ErrAway)

// right asks whether a password is that of an account.
func (s *Service) right(ctx context.Context, g Guess, acc Account, password keyturn.Secret) (bool, error) {
	t := Typed{Account: acc, Password: password, Kept: g.kept}
	if s.Passwords == nil {
		return hashes{s}.Right(ctx, t)
	}
	return s.ask(ctx, t)
}

// ask asks others than our own store. An empty password is never right, though a directory may
// take it for a question without one (RFC 4513 §5.1.2). A browser that goes away ends no
// question: a right password would count as one of which nobody knows what it was.
func (s *Service) ask(ctx context.Context, t Typed) (bool, error) {
	if t.Password == "" {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.Judged)
	defer cancel()
	right, err := s.Passwords.Right(ctx, t)
	if err != nil && ctx.Err() != nil {
		return false, errUnanswered
	}
	return right, err
}

// hashes are [Passwords] by what our own store has: one hash inside the gate for each.
type hashes struct{ of *Service }

// Right implements [Passwords]. It waits for its place as long as ctx lasts.
func (h hashes) Right(ctx context.Context, t Typed) (bool, error) {
	queue := forAll
	if t.Kept {
		queue = forKept
	}
	m, leave, err := h.of.enterAs(ctx, queue)
	if err != nil {
		return false, err
	}
	defer leave()
	h.of.counted()
	return matches(m, h.comparedWith(t.Account), string(t.Password))
}

// comparedWith is the hash of an account; nobody's if it has none.
func (h hashes) comparedWith(a Account) Hash {
	if a.Password == "" {
		return h.of.work().nobody()
	}
	return a.Password
}

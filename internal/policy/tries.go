package policy

import (
	"context"
	"errors"
	"time"
)

// A Count is what tries are counted by, and how many it has. Its key never changes: a
// database remembers tries by it.
type Count struct {
	Key  string
	Rate Rate
}

// ErrTooMany says that a count has no try left.
var ErrTooMany = errors.New("policy: too many tries")

// A TooMany is [ErrTooMany] with how long to wait.
type TooMany struct{ Wait time.Duration }

func (e *TooMany) Error() string { return ErrTooMany.Error() }

// Unwrap makes it an [ErrTooMany].
func (e *TooMany) Unwrap() error { return ErrTooMany }

// Tries counts what may be tried so often. A try is taken before it is judged.
type Tries interface {
	// Take takes one try, or returns [*TooMany] if there was none left: then nothing changed.
	Take(ctx context.Context, c Count, at time.Time) error

	// GiveBack returns a try that turned out right.
	GiveBack(ctx context.Context, c Count) error
}

// CodesOf counts the activation codes that are made for an account.
func (l Limits) CodesOf(account string) Count { return Count{"codes " + account, l.Codes} }

// ChangesOf counts the security changes that an account's sessions ask a phone for.
func (l Limits) ChangesOf(account string) Count { return Count{"change " + account, l.Changes} }

// RenamesOf counts how often an account's phones get another name.
func (l Limits) RenamesOf(account string) Count { return Count{"rename " + account, l.Changes} }

// MoreTimeOf counts how often an account's person moves the switch for more time.
func (l Limits) MoreTimeOf(account string) Count { return Count{"more time/" + account, l.Changes} }

// PushSwitchOf counts how often the pushes of a device are turned off and on.
func (l Limits) PushSwitchOf(device string) Count { return Count{"push switch " + device, l.Changes} }

// PushTestOf keeps the pushes apart by which a device is tested.
func (l Limits) PushTestOf(device string) Count {
	return Count{"push test " + device, Rate{1, l.PushApart}}
}

// PushesOf counts the pushes for requests of an account.
func (l Limits) PushesOf(account string) Count { return Count{"push " + account, l.Pushes} }

// UnlocksOf counts the refused phone unlocks of a device.
func (l Limits) UnlocksOf(device string) Count { return Count{"unlock " + device, l.Unlocks} }

// PINsOf counts the wrong PINs of a phone that no right one takes back.
func (l Limits) PINsOf(phone string) Count { return Count{"pin " + phone, l.PINDay} }

// RecoveriesOf counts the wrong recovery codes of an account.
func (l Limits) RecoveriesOf(account string) Count { return Count{"recovery " + account, l.Recoveries} }

// AskedOf counts the sign-ins that are asked for in an account's name, those of its known
// browsers apart.
func (l Limits) AskedOf(account string, known bool) Count {
	if known {
		return Count{"asked.known/" + account, l.Asked}
	}
	return Count{"asked/" + account, l.Asked}
}

// PasswordsKnown counts the wrong passwords of all known browsers of who is counted as name:
// an account, or a name that nobody has.
func (l Limits) PasswordsKnown(name string) Count {
	return Count{"password.known/" + name, l.Passwords}
}

// PasswordsFamiliar counts those from networks that the account has signed in from.
func (l Limits) PasswordsFamiliar(name string) Count {
	return Count{"password.familiar/" + name, l.PasswordsAll}
}

// PasswordsStrange counts those from all other networks.
func (l Limits) PasswordsStrange(name string) Count {
	return Count{"password.account/" + name, l.PasswordsAll}
}

// PasswordsFrom counts those from one network.
func (l Limits) PasswordsFrom(n Network, name string) Count {
	return Count{"password/" + name + "/" + n.Name, n.Of(l.Passwords)}
}

// SignInsFrom counts the wrong passwords of a network, for all accounts.
func (l Limits) SignInsFrom(n Network) Count {
	return Count{"password.address/" + n.Name, n.Of(l.SignIns)}
}

package policy_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"keyturn/internal/policy"
)

// A database remembers tries by these keys: another name would forget what was tried.
func TestKeysOfCounts(t *testing.T) {
	l := policy.Defaults()
	n := policy.Network{Name: "2001:db8::/48", Share: 4}
	for _, tt := range []struct {
		count policy.Count
		key   string
		rate  policy.Rate
	}{
		{l.CodesOf("ada"), "codes ada", l.Codes},
		{l.ChangesOf("ada"), "change ada", l.Changes},
		{l.RenamesOf("ada"), "rename ada", l.Changes},
		{l.MoreTimeOf("ada"), "more time/ada", l.Changes},
		{l.PushSwitchOf("dev"), "push switch dev", l.Changes},
		{l.PushTestOf("dev"), "push test dev", policy.Rate{Most: 1, In: l.PushApart}},
		{l.PushesOf("ada"), "push ada", l.Pushes},
		{l.UnlocksOf("dev"), "unlock dev", l.Unlocks},
		{l.PINsOf("pho"), "pin pho", l.PINDay},
		{l.RecoveriesOf("ada"), "recovery ada", l.Recoveries},
		{l.AskedOf("ada", false), "asked/ada", l.Asked},
		{l.AskedOf("ada", true), "asked.known/ada", l.Asked},
		{l.PasswordsKnown("ada"), "password.known/ada", l.Passwords},
		{l.PasswordsFamiliar("ada"), "password.familiar/ada", l.PasswordsAll},
		{l.PasswordsStrange("ada"), "password.account/ada", l.PasswordsAll},
		{l.PasswordsFrom(n, "ada"), "password/ada/2001:db8::/48", policy.Rate{Most: 4 * l.Passwords.Most, In: l.Passwords.In}},
		{l.SignInsFrom(n), "password.address/2001:db8::/48", policy.Rate{Most: 4 * l.SignIns.Most, In: l.SignIns.In}},
	} {
		if want := (policy.Count{Key: tt.key, Rate: tt.rate}); tt.count != want {
			t.Errorf("%+v, want %+v", tt.count, want)
		}
	}
}

// Who waits is told how long, however a package wraps it.
func TestTooManySaysHowLong(t *testing.T) {
	err := fmt.Errorf("renaming: %w", &policy.TooMany{Wait: time.Minute})
	if many, ok := errors.AsType[*policy.TooMany](err); !errors.Is(err, policy.ErrTooMany) || !ok || many.Wait != time.Minute {
		t.Errorf("%v", err)
	}
}

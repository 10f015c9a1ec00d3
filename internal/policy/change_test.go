package policy_test

import (
	"testing"

	"keyturn"
	"keyturn/internal/policy"
)

func TestIsChange(t *testing.T) {
	for action, want := range map[keyturn.Action]bool{
		keyturn.SignIn: false, keyturn.Confirm: false, keyturn.Test: false,
		keyturn.AddPhone: true, keyturn.MovePhone: true, keyturn.RemovePhone: true,
		keyturn.ChangePassword: true, keyturn.RecoveryCodes: true,
		"change_address": true, "": true, // nobody has thought of it
	} {
		if got := policy.IsChange(action); got != want {
			t.Errorf("%q: %t, want %t", action, got, want)
		}
	}
}

// Without a network a phone can't show what it is asked: it can sign the person in, and
// allow nothing else, also nothing that nobody has thought of yet. Attack A102.
func TestA102ByResponse(t *testing.T) {
	for action, want := range map[keyturn.Action]bool{
		keyturn.SignIn:  true,
		keyturn.Confirm: false, keyturn.Test: false,
		keyturn.AddPhone: false, keyturn.MovePhone: false, keyturn.RemovePhone: false,
		keyturn.ChangePassword: false, keyturn.RecoveryCodes: false,
		"change_address": false, "": false,
	} {
		if got := policy.ByResponse(action); got != want {
			t.Errorf("%q: %t, want %t", action, got, want)
		}
	}
}

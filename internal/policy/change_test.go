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

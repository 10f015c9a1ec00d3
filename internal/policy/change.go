package policy

import (
	"slices"

	"keyturn"
)

// ChangeNothing are the actions that change nothing of what an account is protected
// by. Any other is a security change, also one that nobody has thought of yet.
func ChangeNothing() []keyturn.Action {
	return []keyturn.Action{keyturn.SignIn, keyturn.Confirm, keyturn.Test}
}

// IsChange reports whether an action is a security change: a phone on probation can't
// allow it. Spec §12.1.
func IsChange(a keyturn.Action) bool { return !slices.Contains(ChangeNothing(), a) }

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

// Respondable are the actions that a response code may approve, which a phone shows
// without a network: signing in alone. The phone can't show what it is asked, and its
// own unlock proves nothing to the server. Spec §10; attack A102.
func Respondable() []keyturn.Action { return []keyturn.Action{keyturn.SignIn} }

// ByResponse reports whether a response code may approve an action.
func ByResponse(a keyturn.Action) bool { return slices.Contains(Respondable(), a) }

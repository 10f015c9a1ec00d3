package policy

import "keyturn"

// A Number says when people carry digits from the browser to the phone.
type Number string

// The settings of "number", spec §9.1.
const (
	NewBrowser Number = "new_browser" // unless the browser is known for the account
	Always     Number = "always"      // NIST SP 800-63B-4 §3.1.3.1
	Never      Number = "never"       // the operator is told what that gives up
)

// Carry says what an approval has to carry. An application that demands
// urn:keyturn:aal2 gets a number in a known browser too.
func Carry(n Number, known, demanded bool) keyturn.Carry {
	switch {
	case n == Never && !demanded:
		return keyturn.CarryNone
	case n == NewBrowser && known && !demanded:
		return keyturn.CarryNone
	}
	return keyturn.CarryNumber
}

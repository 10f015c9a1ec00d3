package policy

import "slices"

// An ACR is an authentication context class, spec §18: how well it was shown who comes.
type ACR string

// The classes.
const (
	AAL2        ACR = "urn:keyturn:aal2"         // a phone approved, and something was carried to it
	AAL2Known   ACR = "urn:keyturn:aal2-known"   // a phone approved
	AAL2Offline ACR = "urn:keyturn:aal2-offline" // a phone's response was typed
	Recovery    ACR = "urn:keyturn:recovery"     // a recovery code was
	AAL1        ACR = "urn:keyturn:aal1"         // a password was
)

// strength is their order, from the strongest down.
var strength = []ACR{AAL2, AAL2Known, AAL2Offline, Recovery, AAL1}

// AtLeast reports whether a is as strong as least, or stronger. A class that is none of
// ours is neither weaker nor stronger than any: it is enough for nothing, and nothing is
// enough for it.
func (a ACR) AtLeast(least ACR) bool {
	i, j := slices.Index(strength, a), slices.Index(strength, least)
	return i >= 0 && j >= 0 && i <= j
}

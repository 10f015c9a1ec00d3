// Package entry decides how a person gets in. What comes after a right password, and
// whether a session is enough for what an application demands, stands here once for every
// door: a door shows the step, and makes no exception of its own. Attack A31.
package entry

import (
	"time"

	"keyturn/internal/policy"
)

// A Person is what the next step depends on in an account that may sign in.
type Person struct {
	First bool // the next phone is a first one, so none can be asked
	Grace bool // the account has days of grace left, in which its password alone opens the portal
}

// Shown is what a person has shown so far. The zero value is nothing.
type Shown struct {
	Proven policy.Proven // by the session of the browser, or by the password
	Typed  bool          // the password was typed for this sign-in, and nothing has followed yet
	SetUp  bool          // a phone was set up in this very session: the first, or after a recovery code
}

// A Demand is what an application asks of a sign-in. The zero value is the portal's own.
type Demand struct {
	ACR    policy.ACR // weakest class that is enough; empty: any
	Since  time.Time  // oldest proof that counts; zero: any age
	Silent bool       // nothing may be asked: what there is has to be enough
}

// A Step is what comes next.
type Step string

// Steps.
const (
	GoOn     Step = "go on"                 // enough is shown
	Password Step = "ask name and password" // the sign-in begins
	Phone    Step = "ask the phone"         // or what its person has instead: QR code, challenge, recovery code
	SetUp    Step = "set up a phone"        // the first by the password alone, another after a recovery code
	Refuse   Step = "refuse"                // more is needed, and nothing may be asked or would help
)

// Next is the step that comes after what a person has shown. It asks for a phone once the
// account has ever had one, whatever is demanded: a password alone opens nothing then. Who
// has shown too little shows more, and is never asked twice for what would be as little.
func Next(s Shown, p Person, d Demand) Step {
	switch {
	case s.enters(p) && d.met(s.Proven):
		return GoOn
	case d.Silent, !d.possible():
		return Refuse
	case s.Proven.Way == "", s.Proven.At.Before(d.Since):
		return Password
	case s.password() && p.First, s.Proven.Way == policy.ByRecovery && !s.SetUp:
		return SetUp
	case s.password() && !s.Typed && !s.SetUp:
		return Password
	}
	return Phone
}

// password reports whether somebody typed the password and has shown nothing else.
func (s Shown) password() bool { return s.Proven.Way == policy.ByPassword }

// enters reports whether what was shown opens anything. Attacks A31, A41.
func (s Shown) enters(p Person) bool {
	switch {
	case s.Proven.Way == "":
		return false
	case !s.password():
		return true
	case p.First:
		return p.Grace
	}
	return s.SetUp
}

// possible reports whether there is a proof that would be enough.
func (d Demand) possible() bool { return d.ACR == "" || policy.AAL2.AtLeast(d.ACR) }

// met reports whether a proof is strong and new enough.
func (d Demand) met(by policy.Proven) bool {
	return (d.ACR == "" || by.ACR().AtLeast(d.ACR)) && !by.At.Before(d.Since)
}

package policy

import (
	"time"

	"keyturn"
)

// A Way is how a person got in.
type Way string

// Ways, from the strongest down; the order is that of spec §18.
const (
	ByNumber   Way = "number"   // approval with the number carried
	ByQR       Way = "qr"       // approval with the QR secret carried
	ByApproval Way = "approval" // approval in a known browser, or number = never
	ByOffline  Way = "offline"  // offline response
	ByRecovery Way = "recovery" // recovery code
	ByPassword Way = "password" // password only: the account has no phone
)

// Proven is what a session rests on: who, how, by which device, when.
type Proven struct {
	Account  string         // "acc_…"
	Way      Way            //
	Password bool           // it was typed for this
	Unlock   keyturn.Unlock // of the approving device; empty without one
	Device   string         // that approved; empty without one
	Request  string         // that was redeemed; empty without one
	At       time.Time      // of the approval, or of the password
	Revision int64          // of the account when it was typed, while the session is begun; not kept
}

// ACR is the class that applications are told.
func (p Proven) ACR() ACR {
	switch p.Way {
	case ByNumber, ByQR:
		return AAL2
	case ByApproval:
		return AAL2Known
	case ByOffline:
		return AAL2Offline
	case ByRecovery:
		return Recovery
	}
	return AAL1
}

// AMR are the authentication methods, RFC 8176 and spec §18: what was checked, and nothing
// else.
func (p Proven) AMR() (methods []string) {
	if p.Password {
		methods = append(methods, "pwd")
	}
	switch p.Way {
	case ByNumber, ByQR, ByApproval:
		methods = append(methods, "pop", "swk", "mca", "mfa")
		if p.Unlock != keyturn.UnlockPIN {
			methods = append(methods, "user")
		}
	case ByOffline:
		methods = append(methods, "otp", "mfa")
	case ByRecovery:
		return append(methods, "mfa")
	default:
		return methods
	}
	if p.Unlock == keyturn.UnlockPIN {
		methods = append(methods, "pin")
	}
	return methods
}

// A Grant is what a browser gets when its request is redeemed. Package session
// draws it, package approval hands it to the store, which writes it in the
// transaction that redeems: a browser is signed in exactly when its request is
// redeemed. Cookie values appear here as hashes only.
type Grant struct {
	Session    string        // id of the new session; empty for a request that signs nobody in
	Cookie     keyturn.Bytes // SHA-256 of the new session cookie
	Ends       time.Time     // of the session, however busy
	Before     keyturn.Bytes // SHA-256 of the session cookie that the browser had; that session ends
	Browser    keyturn.Bytes // SHA-256 of the new known-browser cookie
	OldBrowser keyturn.Bytes // SHA-256 of the one it had: all its rows move to the new one
	KnownUntil time.Time     // how long the browser is known for the account, if a number or QR secret was carried
	Agent      string        // such as "Firefox on Windows"
	IP         string        //
}

// An Approved is a redeemed approval of a security change. It belongs to the
// session that asked for it and is good for one change, Limits.ApprovalUse long.
type Approved struct {
	Request string         // its row is marked as used by the change
	Account string         //
	Session string         // that asked
	Action  keyturn.Action //
	Target  string         // id of the phone's device that is moved or removed; else empty
	Device  string         // that approved
	At      time.Time      // of the approval
}

// Opens reports whether the approval still allows its action to that session.
// The statement of the store decides whether it was used.
func (a Approved) Opens(action keyturn.Action, session string, now time.Time, l Limits) bool {
	return a.Action == action && a.Session == session && now.Before(a.At.Add(l.ApprovalUse))
}

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
	Account string         // "acc_…"
	Way     Way            //
	Unlock  keyturn.Unlock // of the approving device; empty without one
	Device  string         // that approved; empty without one
	Request string         // that was redeemed; empty without one
	At      time.Time      // of the approval, or of the password
	Checked string         // hash that a password was compared with, while the session is begun; not kept
}

// ACR is the authentication context class that applications are told, spec §18.
func (p Proven) ACR() string {
	switch p.Way {
	case ByNumber, ByQR:
		return "urn:keyturn:aal2"
	case ByApproval:
		return "urn:keyturn:aal2-known"
	case ByOffline:
		return "urn:keyturn:aal2-offline"
	case ByRecovery:
		return "urn:keyturn:recovery"
	}
	return "urn:keyturn:aal1"
}

// AMR are the authentication methods, RFC 8176 and spec §18: facts only.
func (p Proven) AMR() []string {
	switch p.Way {
	case ByNumber, ByQR, ByApproval:
		how := "user"
		if p.Unlock == keyturn.UnlockPIN {
			how = "pin"
		}
		return []string{"pwd", "pop", "swk", "mca", "mfa", how}
	case ByOffline:
		if p.Unlock == keyturn.UnlockPIN {
			return []string{"pwd", "otp", "mfa", "pin"}
		}
		return []string{"pwd", "otp", "mfa"}
	case ByRecovery:
		return []string{"pwd", "mfa"}
	}
	return []string{"pwd"}
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
// Whether it was used, the store's statement decides.
func (a Approved) Opens(action keyturn.Action, session string, now time.Time, l Limits) bool {
	return a.Action == action && a.Session == session && now.Before(a.At.Add(l.ApprovalUse))
}

// Package activation turns a phone into the device of an account.
//
//	waiting ── redeem ──▶ redeemed ── finish ──▶ checking ── right check code ──▶ active
//	   │                     │                      │
//	   │                     └─ proof wrong ─┐      └─ 3 wrong check codes ─┐
//	   │                                     ▼                              ▼
//	   │                                   failed                       cancelled
//	   └─ from each of the three: newer code · person · time ─▶ replaced · cancelled · expired
//
// Looking never uses a code up and redeeming always does, whether or not the
// activation then succeeds. An arrow that isn't in the picture can't happen:
// each one is a single compare-and-swap in store/activation.sql.
package activation

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// A State is a box of the picture.
type State string

// States of an activation, spec §6.7.
const (
	Waiting   State = "waiting"
	Redeemed  State = "redeemed"
	Checking  State = "checking"
	Active    State = "active"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Replaced  State = "replaced"
	Expired   State = "expired"
)

// A Purpose says what an activation is for, spec §6.1.
type Purpose string

// Purposes.
const (
	First   Purpose = "first"
	Add     Purpose = "add"
	Move    Purpose = "move"
	Recover Purpose = "recover"
)

// Causes of an activation's end, spec §14.
const (
	CauseDigits = "digits" // three wrong check codes
	CausePerson = "person" // Cancel
	CauseNewer  = "newer"  // a newer code
	CauseTime   = "time"
	CauseProof  = "proof"
	CausePhone  = "phone"    // the account got a phone any other way
	CausePhones = "phones"   // the account has as many phones as it may
	CauseStale  = "approval" // what allowed it no longer does

	// What the phone itself said when it stopped.
	CauseStorage = "storage" // it can't keep a key
	CauseAnswer  = "answer"  // our answer made no sense to it
)

// An Activation is one row: from the making of a code to its end.
type Activation struct {
	ID       string
	Account  string
	Session  string // id of the browser session that made it, and alone may complete it
	Purpose  Purpose
	Approval string // request that was approved for it; empty for first
	Old      string // device that ends, or was named as lost; empty otherwise
	State    State
	Cause    string
	Made     time.Time
	Expires  time.Time // of the present state: the code, then finish, then the check code
	Extended bool
	Looked   time.Time // first look; zero: none
	Browser  string    // in which the code was made, such as "Firefox on Windows"
	IP       string
	Place    string
	CodeHash keyturn.Bytes
	Code     []byte // sealed, while waiting

	// From redeem on.
	Device    string
	PhoneName string
	Platform  keyturn.Platform
	Unlock    keyturn.Unlock
	DeviceKey keyturn.Bytes
	AgreeKey  keyturn.Bytes // the phone's
	Commit    keyturn.Bytes
	Text      keyturn.Bytes // SHA-256 of the redeem text: challenge of the registration
	Via       string        // device that vouched; empty on a phone's first
	ViaEpoch  int64         // of its PIN when it vouched; not kept
	Private   []byte        // the server's agree key, sealed, until finish
	ServerKey keyturn.Bytes
	Nonce     keyturn.Bytes
	Redeemed  time.Time

	// From finish on.
	PhoneNonce keyturn.Bytes
	Check      []byte // six digits, sealed, until the end; nil with the check code off
	Tries      int    // taken at the check code
	Wrong      int    // of them, judged to be wrong
	Finished   time.Time
	Ended      time.Time
}

// Errors a caller can act on.
var (
	ErrCode     = errors.New("activation: code is not good") // one error for unknown, used, expired, replaced
	ErrClosed   = errors.New("activation: has ended, or is another device's")
	ErrProof    = errors.New("activation: commitment or proof is wrong")
	ErrUnlock   = errors.New("activation: the phone's unlock can't be used")
	ErrForm     = errors.New("activation: not well-formed, or an unlock that is not allowed")
	ErrDigits   = errors.New("activation: wrong check code")
	ErrPurpose  = errors.New("activation: the session may not make this code")
	ErrLost     = errors.New("activation: the phone that is gone isn't named, or isn't the account's")
	ErrApproval = errors.New("activation: needs a fresh approval of this very change")
	ErrPhones   = errors.New("activation: the account has as many phones as it may")
	ErrKey      = errors.New("activation: the key was another device's")
	ErrUnknown  = errors.New("activation: no such activation")
)

// A Begun says who looks at or makes what, for [Store.BeginActivation].
type Begun struct {
	Activation
	Oldest time.Time // an approval given before is too old
}

// A Store keeps activations. Each method is one arrow of the picture, or a read;
// it writes its event in the same step, or neither. Times are those of the event.
type Store interface {
	// BeginActivation stores a waiting activation and sets every unfinished one of
	// the account to replaced (cause newer; their new devices end as failed), each
	// with an event activation.replaced about it, which wakes who waits. For
	// purpose first it demands that the account's next phone is a first one
	// ([ErrPurpose]); for add and move that the approval is redeemed, of that
	// action, account and session, unused and not older ([ErrApproval]), a move's by
	// the device that ends; for recover that a recovery code opened the session, which
	// has set up no phone yet ([ErrPurpose]), and that the lost phone is one of the
	// account's, or none if there is none ([ErrLost]).
	BeginActivation(ctx context.Context, b Begun, ev audit.Event) error

	// Activation returns [ErrUnknown] if there is none.
	Activation(ctx context.Context, id string) (Activation, error)

	// ActivationOf returns the newest activation that a session made.
	ActivationOf(ctx context.Context, session string) (Activation, error)

	// ActivationWith finds an activation by the hash of its code, ended ones too.
	ActivationWith(ctx context.Context, code keyturn.Bytes) (Activation, error)

	// LookedAt records the first look at a waiting, unexpired code and adds extend
	// to its life, once.
	LookedAt(ctx context.Context, id string, extend time.Duration, ev audit.Event) error

	// RedeemActivation is waiting → redeemed: it stores the fields from redeem on,
	// the new device d in state new (its phone: that of a.Via, or a new one), and
	// clears the sealed code. [ErrCode] if the race is lost or time is over,
	// [ErrKey] if the device key was ever another device's.
	RedeemActivation(ctx context.Context, a Activation, d device.Device, ev audit.Event) error

	// FinishActivation is redeemed → checking: it stores the sealed keys of the
	// device (d.Kp, d.Kk), the phone's credential if there is one, the sealed check
	// code and the phone nonce, and clears the agree key. [ErrClosed] if the race
	// is lost or time is over.
	FinishActivation(ctx context.Context, a Activation, d device.Device, c *device.Credential, ev audit.Event) error

	// TryCheck takes one of most tries at the check code before it is compared:
	// how many are left after it. [ErrClosed] if none was, or time is over. The last try
	// leaves the activation Limits.Judged to live.
	TryCheck(ctx context.Context, id string, most int, ev audit.Event) (left int, err error)

	// WrongCheck keeps for the phone that such a try was wrong; it changes no state and
	// writes no event.
	WrongCheck(ctx context.Context, id string) error

	// Activate is checking → active, in one transaction under a lock on the
	// account: the account is active; first still holds; the approval is unused
	// and now used, the approving device active; phones below most (one that ends
	// or was named lost does not count, [ErrPhones]); device new → active; the old
	// device → removed, reason moved; after a recovery the new device is on probation
	// and the lost one → suspended, reason lost (a locked one stays locked), to be
	// removed when probation ends; other unfinished activations of the account
	// → replaced, cause phone, with an event each. The account's next phone is no
	// first one any more. [ErrClosed] if the race is lost or time is over.
	Activate(ctx context.Context, a Activation, most int, ev audit.Event) error

	// EndActivation moves an unfinished activation to failed, cancelled or expired
	// with its cause; its device ends as failed. [ErrClosed] if it had ended, and for
	// expired if its time is not over (a look may just have added to it).
	EndActivation(ctx context.Context, id string, to State, cause string, ev audit.Event) error

	// Refused records a failed look or redeem; ev.Subject is the activation if the code was one.
	Refused(ctx context.Context, ev audit.Event) error

	// RefusedSince returns the newest refusal of an older code of the account since then.
	RefusedSince(ctx context.Context, account string, since time.Time) (ev audit.Event, ok bool, err error)

	// KeyUsed reports whether a device key is that of any device, removed ones
	// included: it is asked before a proof is judged, and RedeemActivation decides.
	KeyUsed(ctx context.Context, key keyturn.Bytes) (bool, error)

	// Account is that of [account.Store]: whose code it is, and may they sign in.
	Account(ctx context.Context, id string) (account.Account, error)

	policy.Tries // codes made per account
}

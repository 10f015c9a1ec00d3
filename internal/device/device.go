// Package device answers two questions: did this phone sign, and did the person
// unlock it? Four flows ask them: answering a request, finishing an activation,
// proving the existing unlock before adding an account, and changing the PIN. The
// count of wrong PINs is one count for all of them, and one for all accounts of a
// phone.
//
//	new ──▶ active ◀──▶ suspended        locked: 5 wrong PINs, from active or suspended
//	 │        │  └─▶ pin_locked ◀──┘      suspended ─▶ active never after a fork
//	 └────────┴──────────┴─▶ removed, final
package device

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/audit"
)

// A State is the state of a device, spec §12.1.
type State string

// States of a device.
const (
	New       State = "new" // its activation is under way
	Active    State = "active"
	Suspended State = "suspended"
	PINLocked State = "pin_locked"
	Removed   State = "removed" // final; the row stays, so that its key is never accepted again
)

// Reasons of suspended and removed devices.
const (
	ReasonClone    = "clone" // from here it can only be removed
	ReasonLost     = "lost"
	ReasonFailed   = "failed" // its activation ended otherwise
	ReasonMoved    = "moved"
	ReasonLeft     = "left" // removed on the phone itself
	ReasonRemoved  = "removed"
	ReasonOperator = "operator"
	ReasonAlarm    = "alarm" // another phone of the account raised it, with its unlock
)

// A Device is one account's key on one phone, with what every call needs to know
// of its account.
type Device struct {
	ID        string
	Account   string
	Phone     string // devices of one phone share it, and the count of wrong PINs
	Name      string // of the phone, as the person calls it
	Platform  keyturn.Platform
	Unlock    keyturn.Unlock // pin or platform
	State     State
	Reason    string
	MovedTo   string        // name of the phone that replaced it; reasons moved and lost
	Key       keyturn.Bytes // public, 65 bytes
	Kp, Kk    []byte        // sealed; nil until its activation is finished
	Epoch     int64         // of the PIN, from 1
	Counter   int64         // largest of its answers
	WrongPINs int           // in a row, of the phone
	Probation time.Time     // until then it may not change security settings
	Added     time.Time     // became active
	Used      time.Time     // last approval
	Ended     time.Time     // removed or suspended
	Leaves    time.Time     // named as lost: removed from then on; zero otherwise

	Push            PushState
	PushSwitchedOff bool      // by the person, in the portal
	Pushed          time.Time // when a push service last took a push for it; kept by the hour

	Address string // that the phone calls from now; not kept with the device

	AccountName   string
	AccountActive bool // the account may sign in at all
	Stopped       bool // wrong numbers in a row have stopped the phones of the account
	Responses     int  // wrong ones in a row of the account, at challenge codes
}

// A Phone is what the devices of one phone share.
type Phone struct {
	ID         string // "pho_…", known to the server only
	WrongPINs  int
	Credential *Credential // platform mode
}

// A Credential is a phone's own unlock, WebAuthn §7.1.
type Credential struct {
	ID        keyturn.Bytes
	Key       keyturn.Bytes // public key, 65 bytes
	SignCount uint32
	Backup    bool // flag BE at registration; must not change
	BackedUp  bool // flag BS
}

// At returns the device as it stands at a time: one that was named as lost is
// removed when its time is over, written down or not.
func (d Device) At(now time.Time) Device {
	if d.State != Removed && !d.Leaves.IsZero() && !now.Before(d.Leaves) {
		d.State, d.Reason, d.Ended, d.Kp, d.Kk = Removed, ReasonLost, d.Leaves, nil, nil
	}
	return d
}

// OnProbation reports whether it may not change security settings yet.
func (d Device) OnProbation(now time.Time) bool { return now.Before(d.Probation) }

// Errors a caller can act on. Any other error is a fault of the server.
var (
	ErrUnknown   = errors.New("device: unknown device, or the call is not signed by it") // one error for both
	ErrSuspended = errors.New("device: suspended")
	ErrLocked    = errors.New("device: locked after wrong PINs")
	ErrStopped   = errors.New("device: its account may not sign in")
	ErrNew       = errors.New("device: not active yet")
	ErrProbation = errors.New("device: on probation")
	ErrCounter   = errors.New("device: counter is too small, or jumps too far")
	ErrClone     = errors.New("device: two copies of it are in use")
	ErrUnlock    = errors.New("device: the phone's own unlock was not accepted")
	ErrProof     = errors.New("device: proof is not of the device's kind")
	ErrPending   = errors.New("device: the same text is being judged")              // server_busy
	ErrNoTry     = errors.New("device: every try is taken, one may still be right") // server_busy
	ErrPhones    = errors.New("device: the account has as many phones as it may")
)

// A Gone says that a device was removed, why, and where the account went.
type Gone struct {
	Reason string
	To     string // name of the phone that replaced it
	At     time.Time
}

func (g *Gone) Error() string { return "device: removed, " + g.Reason }

// A WrongPIN says how many tries are left. At 0 the phone is locked.
type WrongPIN struct{ Left int }

func (w *WrongPIN) Error() string { return "device: wrong PIN" }

// A Result is what a judged text got: a state such as "approved", or an error
// code of spec §16 with its count. It is repeated for the same text.
type Result struct {
	State string // "approved", "denied", "reported", "right"; empty for an error
	Code  string // such as "pin_wrong"
	Left  int    // tries left, for codes that have them
	Ended string // state of a request that was gone
}

// A Count is the verdict on an answer's counter, before the answer is judged.
type Count struct {
	Device  Device
	Counter int64
	Text    keyturn.Bytes // SHA-256 of the answer
	Nonce   string        // of the call: late answers in different calls are evidence of a copy
	Asked   time.Time     // when the server made that nonce: what was accepted before, its phone could know
	TryPIN  bool          // take a try of the phone's PIN in the same step
	At      time.Time
}

// A Verdict ends the judging of a text: it stores the result, sets the phone's
// count of wrong PINs, and is written with whatever else the result changes. With
// PINWrong the store sets Result.Left to the tries that are left in the same step,
// so that a repeat hears the same number. A sign count never goes back.
type Verdict struct {
	Device  string
	Phone   string
	Counter int64         // of an answer; 0 for a PROOF text
	Text    keyturn.Bytes // SHA-256
	Result  Result
	PIN     PINVerdict
	Sign    *Credential // new sign count and BS of the phone's credential; nil: unchanged
	Cause   string      // which check of the phone's unlock failed, for the record; empty otherwise
	At      time.Time
}

// A PINVerdict is what the judging said of the PIN.
type PINVerdict int

// PINNotJudged leaves the count, PINRight sets it to 0, PINWrong locks the
// PIN-mode devices of the phone if no try is left. PINBack gives the try back
// without having judged it.
const (
	PINNotJudged PINVerdict = iota
	PINRight
	PINWrong
	PINBack
)

// A Store keeps devices and what their phones share. Each method is one atomic
// step with its event; of two callers at most one succeeds.
type Store interface {
	// Device returns [ErrUnknown] if there is none; removed ones are found.
	Device(ctx context.Context, id string) (Device, error)

	// Devices returns those of an account that were ever active, newest first.
	Devices(ctx context.Context, account string) ([]Device, error)

	// Phone returns what the devices of a phone share.
	Phone(ctx context.Context, id string) (Phone, error)

	// CountAnswer is check 5 of spec §8.5, in one transaction: it stores counter
	// and text if the counter is larger than all by at most jump, and takes a try
	// of the PIN if asked ([ErrNoTry] if none is left and the last was taken less
	// than judged ago; after that the phone is locked, [ErrLocked]). A text that
	// is known gets its recorded result, or [ErrPending]. A fork, or the third
	// late answer with different texts and nonces, suspends the device and returns
	// [ErrClone]; anything else [ErrCounter]. A late answer is forgotten when one is
	// accepted, but for those that were asked for after a larger one was accepted:
	// they stay. evClone is written when the device is suspended, and as answer.late
	// of each late answer; ev (kind pin.tried) only if a try is taken. The results of
	// the last Limits.AnswersKept answers are kept.
	CountAnswer(ctx context.Context, c Count, ev, evClone audit.Event) (*Result, error)

	// TakeProof stores (device, text) for Limits.ProofKept and takes a try of the
	// PIN if tryPIN: a PROOF text is judged once. A known text gets its recorded
	// result, or [ErrPending]; it takes nothing. If no try is left nothing is stored,
	// and the errors are those of CountAnswer. ev is written only if a try is taken.
	TakeProof(ctx context.Context, d Device, text keyturn.Bytes, tryPIN bool, ev audit.Event) (*Result, error)

	// Judged writes a verdict that changes nothing else. It returns the tries
	// left after a wrong PIN; 0 means that the phone was locked in this step, and
	// evLocked was written.
	Judged(ctx context.Context, v Verdict, ev, evLocked audit.Event) (left int, err error)

	// Suspend moves an active device to suspended. A phone that it was set up in the
	// place of isn't removed any more when its time comes: somebody has to decide.
	Suspend(ctx context.Context, id, reason string, ev audit.Event) error

	// Resume moves a suspended device back to active, one that was named as lost too
	// while it is there. [ErrClone] after a fork, [ErrPhones] if another phone has
	// taken its place.
	Resume(ctx context.Context, id string, ev audit.Event) error

	// Remove ends a device. The last phone's removal ends the account's known browsers.
	Remove(ctx context.Context, id, reason string, ev audit.Event) error

	// RemoveApproved ends a device by the approved request, whose row holds its id and
	// is used up in this step; [ErrUnknown] if it was used or is not for it, or if a
	// sign-in was reported lately (spec §8.7). The store puts account and device into ev.
	RemoveApproved(ctx context.Context, request, session string, oldest time.Time, ev audit.Event) (Device, error)

	// Rename gives a device of the account another name.
	Rename(ctx context.Context, account, id, name string, ev audit.Event) error
}

// Package approval is the life of a request: made by a browser or an app,
// decided once by a device, redeemed once by whoever made it.
//
//	            ┌─ deny ─────────────────────────────────▶ denied
//	            ├─ it wasn't me ─────────────────────────▶ reported
//	            ├─ 3 wrong numbers, 5 wrong responses ───▶ failed
//	waiting ────┼─ newer request · person · time ────────▶ replaced · cancelled · expired
//	            └─ approve, or the right response ───────▶ approved ── Redeem, within 120 s ─▶ redeemed
//
// A report, an alarm and a new password also end a sign-in that is approved and not
// yet redeemed, and stopping its account or phone anything: approved ─▶ cancelled.
//
// An arrow that isn't in the picture can't happen: each one is a single
// compare-and-swap in store/request.sql.
package approval

import (
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// A State is a box of the picture.
type State string

// States of a request, spec §8.7.
const (
	Waiting   State = "waiting"
	Approved  State = "approved"
	Denied    State = "denied"
	Reported  State = "reported"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Replaced  State = "replaced"
	Expired   State = "expired"
	Redeemed  State = "redeemed"
)

// A Request is a question that waits for an answer, as it stands in the store.
// It fixes what is shown when it is made.
type Request struct {
	ID       string
	Account  string
	Name     string // of the account
	App      string // name of the app being entered
	Action   keyturn.Action
	Message  string        // as in the challenge
	Target   string        // device that is moved or removed; alone acted on
	Session  string        // that asked for a security change; empty for a sign-in
	Visit    string        // of the application that a sign-in is for; empty: it is for the portal
	Pending  keyturn.Bytes // SHA-256 of its handle's token
	Repeats  bool          // while it is made: the token is its asker's, which may ask twice
	Known    bool          // made in a browser that is known for the account
	Browser  string
	IP       string
	Place    string
	Carry    keyturn.Carry
	Number   []byte // six digits, sealed; nil if none is asked, or no more
	Tries    int    // taken at the number
	State    State
	Made     time.Time
	Expires  time.Time // while waiting; once approved: end of redemption
	Password time.Time // when the password was right; zero: none was typed
	Revision int64     // while it is made: of the account, when the password was right; not kept
	Again    bool      // while it is made: the password was typed for an earlier one
	First    string    // of those that one password has made one after the other; empty: this one is
	Seen     string    // hint for the waiting page: "" or one of those below
	SeenBy   string    // name of that phone

	Reference string        // 8 symbols by which a help desk finds it in the record
	QR        keyturn.Bytes // SHA-256 of the newest QR secret; nil if there is none
	QRs       int           // secrets made so far
	Challenge string        // challenge code, once one was asked for
	Responses int           // tries taken at the response to it

	Device   string         // that answered
	By       string         // name of its phone
	Way      policy.Way     // how it was approved
	Unlock   keyturn.Unlock // of the approving device
	Answered time.Time
	Used     bool // the security change was made
	Ended    time.Time
}

// Hints for the waiting page: how far a phone says it is, and what it got wrong.
// They are evidence of nothing.
const (
	SeenOpened    = "opened"
	SeenScanned   = "scanned"   // its camera has read the request's QR code
	SeenUnlocking = "unlocking" // the person was asked to unlock
	SeenNumber    = "number"    // a wrong number was typed
	SeenCode      = "code"      // a QR secret was carried that isn't the newest
	SeenPIN       = "pin"       // a wrong PIN was typed
)

// Errors a caller can act on. Any other error is a fault of the server.
var (
	ErrRefused    = errors.New("approval: answer is not well-formed, lacks the number, or is not signed by the device")
	ErrChanged    = errors.New("approval: answer is about another challenge")
	ErrUnknown    = errors.New("approval: no such request, or not this browser's")
	ErrReplaced   = errors.New("approval: the browser has a newer request")
	ErrAsked      = errors.New("approval: its asker has asked with this token before")
	ErrAskedOther = errors.New("approval: its asker has asked something else with this token")
	ErrFull       = errors.New("approval: too many requests wait for the account")
	ErrNoPhone    = errors.New("approval: the account has no phone that can answer")
	ErrTooLate    = errors.New("approval: too late, the password has to be given again")
	ErrOffline    = errors.New("approval: challenge codes are off for the account after wrong responses")
	ErrUnseen     = errors.New("approval: a response code can't approve this, since the phone doesn't show what is asked")
	ErrMistyped   = errors.New("approval: a response has eight digits")
	ErrRepeated   = errors.New("approval: the account has had this challenge code before")
)

// A Gone says that the request has ended, and how; "unknown" for one that is
// not the caller's.
type Gone struct{ State State }

func (g *Gone) Error() string { return "approval: request has ended, " + string(g.State) }

// A WrongNumber says how many tries are left. At 0 the request has failed.
type WrongNumber struct{ Left int }

func (w *WrongNumber) Error() string { return "approval: wrong number" }

// A WrongResponse says how many tries are left. At 0 the request has failed.
type WrongResponse struct{ Left int }

func (w *WrongResponse) Error() string { return "approval: wrong response" }

// A Decision is what an answer that was judged to the end does.
type Decision struct {
	Request   string
	To        State  // approved, denied or reported
	By        string // name of the phone
	Way       policy.Way
	Unlock    keyturn.Unlock
	RedeemBy  time.Time // for approved
	Quiet     time.Time // for reported: until then no push, no change of phones
	Answer    string    // its text and signature are kept with the device's key as a receipt
	Signature keyturn.Bytes
	Verdict   device.Verdict
}

// A Store keeps requests. Each method is one atomic step, there is no
// transaction to carry around, and of two callers at most one succeeds. A method
// that changes something writes its event in the same step, or neither; times
// are those of the event.
type Store interface {
	// Take is that of [policy.Tries]: security changes that are asked for.
	Take(ctx context.Context, c policy.Count, at time.Time) error

	// BeginRequest stores a waiting request and sets to replaced the one that
	// waits under the pending cookie before (nil: none). If then most others wait
	// for the account it replaces the oldest that is not from a known browser; if
	// all are, a request from a known browser replaces the oldest and any other
	// gets [ErrFull]. [*policy.TooMany] for more sign-ins than Limits.Asked, of which known
	// browsers have so many for themselves. [ErrUnknown] if the account may not sign in, or the session
	// that asks for a change has ended; [account.ErrPassword] if its password isn't the
	// one that was checked any more. What is replaced gets an event of its own.
	//
	// If its asker repeats and there is a request of that token already, waiting or not,
	// nothing changes: [ErrAsked]. Of two that come at once, also to two nodes, one is stored.
	BeginRequest(ctx context.Context, r Request, before keyturn.Bytes, most int, ev audit.Event) error

	// Request returns [ErrUnknown] if there is none.
	Request(ctx context.Context, id string) (Request, error)

	// RequestOf returns the newest request of a token.
	RequestOf(ctx context.Context, pending keyturn.Bytes) (Request, error)

	// Answerable reports whether an active phone of an account can answer: only that
	// device, unless it is "", and none while they are stopped.
	Answerable(ctx context.Context, account, only string) (bool, error)

	// Requests returns an account's waiting requests that have not expired, and
	// those that stopped waiting since then, newest first. A deadline that has
	// passed is an end, written down or not.
	Requests(ctx context.Context, account string, at, since time.Time) ([]Request, error)

	// Overdue returns ids and accounts of requests that time has ended without a line in
	// the record, the oldest first.
	Overdue(ctx context.Context, at time.Time, most int) ([]Request, error)

	// SeenRequest keeps a hint for the waiting page; it changes no state and writes no event.
	SeenRequest(ctx context.Context, id, by, hint string, at time.Time) error

	// Prolong moves the end of a waiting request, never beyond most after it was made.
	Prolong(ctx context.Context, id string, by, most time.Duration, ev audit.Event) (time.Time, error)

	// TryNumber takes one of the request's tries before the number is looked at,
	// and one of the account's row; the PIN was right, so the phone's count of
	// wrong ones goes to 0 (phone may be empty). [*Gone] if the request has ended;
	// with state waiting if no try is left, or the account's phones are stopped: they
	// are now if its row is full. The last try leaves the request Limits.Judged to live.
	TryNumber(ctx context.Context, id, phone string, tries, row int, ev audit.Event) error

	// MissNumber records that the number was wrong, with the verdict: how many
	// tries are left, which is kept as Result.Left. With none left the request is
	// moved to failed and evFailed is written; at row wrong in a row the account's
	// phones stop and evStopped is.
	MissNumber(ctx context.Context, id string, v device.Verdict, tries, row int, ev, evFailed, evStopped audit.Event) (left int, err error)

	// Decide moves a waiting request, that has not expired, of an account and by a
	// device that may, to approved, denied or reported, and writes the verdict.
	// It returns [*Gone] with the true state otherwise, waiting if only the account,
	// the device or the way may not: a response approves a sign-in and nothing else; nothing is written then. Approved
	// clears the account's row of wrong numbers, and that of wrong responses if it was a response that is
	// right, or if the row is so long that challenge codes were off. Reported sets Quiet, forgets the account's known
	// browsers, and cancels its other waiting requests.
	Decide(ctx context.Context, d Decision, ev audit.Event) error

	// UsableApproval returns the newest approval of a change that the session asked for,
	// not older than oldest, that was redeemed and not used, by a device that may;
	// [ErrUnknown] if there is none.
	UsableApproval(ctx context.Context, account, session string, action keyturn.Action, oldest, at time.Time) (string, error)

	// ReportSignIn marks a sign-in of the event's account that was answered, redeemed or
	// not, as none of the person's. It has the effect of a report, ends the sessions that
	// came of it, and lets nobody redeem it. Doing it twice is no error, and nothing more.
	// [ErrUnknown] if it is not such a sign-in.
	ReportSignIn(ctx context.Context, id string, quiet time.Time, ev audit.Event) error

	// EndRequest moves a waiting request (or an approved one, to expired) to
	// cancelled or expired. [*Gone] if it had ended.
	EndRequest(ctx context.Context, id string, to State, ev audit.Event) error

	// Redeem is approved → redeemed: the token's hash is right, time is
	// not over, the account may sign in, the approving device is still active. In
	// the same step it writes what the grant says. [*Gone] with the true state
	// otherwise; if only the account or the device may not, the request is cancelled.
	Redeem(ctx context.Context, id string, pending keyturn.Bytes, g policy.Grant, ev audit.Event) (Request, error)

	Carrying
}

// Carrying is what a store keeps of QR secrets and challenge codes. The contract is
// that of [Store].
type Carrying interface {
	// NewQR stores the hash of a waiting request's next QR secret, its number n
	// counting from 1, and gives the request time until least, but never more than
	// most after it was made. [*Gone] if it doesn't wait; nothing changes if it has
	// that many secrets already.
	NewQR(ctx context.Context, id string, hash keyturn.Bytes, n int, least time.Time, most time.Duration, ev audit.Event) error

	// Challenge gives a waiting sign-in a challenge code, and time like NewQR. One
	// that has a code keeps it, and nothing changes, nor does it for another action. [ErrRepeated] if the account
	// has had that code before; [*Gone].
	Challenge(ctx context.Context, id, code string, least time.Time, most time.Duration, ev audit.Event) error

	// TryResponse takes one of the request's tries before the response is looked
	// at, and one of the account's row: [ErrOffline] if none is left there. [*Gone]
	// if the request has ended; with state waiting if it has no try left or is no sign-in. The last try
	// leaves the request Limits.Judged to live.
	TryResponse(ctx context.Context, id string, ev audit.Event) error

	// MissResponse records that the response was wrong and returns the tries that
	// are left. With none left the request is moved to failed and evFailed is
	// written; when the account's row is full evOff is.
	MissResponse(ctx context.Context, id string, ev, evFailed, evOff audit.Event) (left int, err error)

	// TryAgain counts another request that one password makes, by the first of them;
	// [ErrTooLate] if there were most.
	TryAgain(ctx context.Context, id string, most int) error
}

// Devices checks what phones prove. Package device implements it.
type Devices interface {
	// Answers is check 2 of spec §8.5; see [device.Service.Answers].
	Answers(d device.Device) error

	// Count is check 5 of spec §8.5; see [device.Service.Count].
	Count(ctx context.Context, d device.Device, counter int64, text, nonce string, tryPIN bool) (*device.Result, error)

	// Judge checks the PIN or the phone's own unlock over text. It changes
	// nothing: the verdict that it returns is written by the caller's next step.
	Judge(ctx context.Context, d device.Device, text string, p *keyturn.Proof) (device.Verdict, error)

	// Judged writes a verdict that changes nothing else; it returns the tries left
	// after a wrong PIN. A result that was recorded before stays: it is true.
	Judged(ctx context.Context, d device.Device, v device.Verdict) (left int, err error)

	// Devices returns an account's devices, newest first.
	Devices(ctx context.Context, account string) ([]device.Device, error)

	// Expect returns the response that a device would give to a challenge code.
	Expect(d device.Device, challenge string) (string, error)
}

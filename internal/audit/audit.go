// Package audit is the vocabulary of what happened. An event is written in the
// same transaction as the change that it tells of, so that the record can't be
// ahead of the truth or behind it; a step that lost its race writes none.
//
// Events carry ids, times and plain words. A code, a number, a PIN, a MAC, a
// cookie or any value computed from one is never part of an event.
package audit

import (
	"time"

	"keyturn"
)

// A Kind names what happened. Kinds are stable: scripts and metrics read them.
type Kind string

// Kinds of accounts.
const (
	AccountAdded    Kind = "account.added"
	AccountReset    Kind = "account.reset"
	AccountDisabled Kind = "account.disabled"
	AccountEnabled  Kind = "account.enabled"
	AccountUnlocked Kind = "account.unlocked" // its phones may answer again after wrong numbers
	AccountRemoved  Kind = "account.removed"
	MoreTimeOn      Kind = "more_time.on" // the person wants requests to begin with the longest life
	MoreTimeOff     Kind = "more_time.off"
	AccountStopped  Kind = "account.stopped"  // too many wrong numbers in a row: its phones stop
	RecoveryMade    Kind = "recovery.made"    // a list of codes; Detail "set" is "first" or "new"
	RecoverySaved   Kind = "recovery.saved"   // the person has shown that the list was kept
	RecoveryUsed    Kind = "recovery.used"    // a code signed somebody in; Detail "left" says how many remain
	RecoveryWrong   Kind = "recovery.wrong"   // a code was tried and is none of the account's
	RecoveryOff     Kind = "recovery.off"     // too many wrong ones in a row: the codes are off
	RecoveryEnded   Kind = "recovery.ended"   // an alarm with the unlock has ended the codes; Device raised it
	AccountRenamed  Kind = "account.renamed"  // Detail "name" is the new one, "from" the old
	EmailChanged    Kind = "email.changed"    // of the account; neither address is in it
	PasswordChanged Kind = "password.changed" // Detail "by" is "operator" if it was
	// A count of wrong ones is used up, Detail "count", "until"; Account is empty if it is an address's, or nobody's.
	PasswordShut    Kind = "password.shut"
	PasswordRefused Kind = "password.refused" // the present one was wrong when it was to be changed
	AlarmRaised     Kind = "alarm.raised"     // "It wasn't me", about something that a phone was told
)

// Kinds of activations.
const (
	ActivationBegun     Kind = "activation.begun"
	ActivationLooked    Kind = "activation.looked"
	ActivationRedeemed  Kind = "activation.redeemed"
	ActivationChecking  Kind = "activation.checking"
	ActivationTried     Kind = "activation.tried" // a check code was typed
	ActivationDone      Kind = "activation.active"
	ActivationFailed    Kind = "activation.failed"
	ActivationCancelled Kind = "activation.cancelled"
	ActivationReplaced  Kind = "activation.replaced"
	ActivationExpired   Kind = "activation.expired"
	ActivationRefused   Kind = "activation.refused" // looking or redeeming failed; Detail "cause" has the truth
)

// Kinds of devices.
const (
	DeviceRemoved   Kind = "device.removed"
	DeviceSuspended Kind = "device.suspended"
	DeviceResumed   Kind = "device.resumed"
	DeviceRenamed   Kind = "device.renamed"
	PINTried        Kind = "pin.tried"
	PINWrong        Kind = "pin.wrong"
	PINLocked       Kind = "pin.locked"
	PINBegun        Kind = "pin.begun"    // a change has begun, for one account
	PINChanged      Kind = "pin.changed"  // written for each account of the phone
	UnlockRight     Kind = "unlock.right" // a PIN or a phone's own unlock, for anything but an answer
	UnlockWrong     Kind = "unlock.wrong"
	CloneSuspected  Kind = "clone.suspected"
	AnswerRefused   Kind = "answer.refused"
	// Its counter is smaller than others; Detail "sent" is "after" if it was asked for after those.
	AnswerLate Kind = "answer.late"
)

// Kinds of notifications.
const (
	PushRegistered Kind = "push.registered" // another subscription than before
	PushOff        Kind = "push.off"        // Detail "by": "portal" if it was switched off there
	PushOn         Kind = "push.on"
	PushLost       Kind = "push.lost"   // the push service doesn't know the phone any more
	PushSent       Kind = "push.sent"   // for a request; Detail "again": it was not the first
	PushPaused     Kind = "push.paused" // a request came during the pause; Detail "cause": "unanswered" or "reported"
)

// Kinds of requests.
const (
	RequestBegun     Kind = "request.begun"
	RequestProlonged Kind = "request.prolonged"
	RequestApproved  Kind = "request.approved"
	RequestDenied    Kind = "request.denied"
	RequestReported  Kind = "request.reported"
	RequestFailed    Kind = "request.failed"
	RequestCancelled Kind = "request.cancelled"
	RequestReplaced  Kind = "request.replaced"
	RequestExpired   Kind = "request.expired"
	RequestRedeemed  Kind = "request.redeemed"
	SignInReported   Kind = "sign_in.reported" // afterwards, in the portal; Subject is its request
	NumberTried      Kind = "number.tried"     // or a QR secret in its place
	NumberWrong      Kind = "number.wrong"
	QRMade           Kind = "qr.made"
	ChallengeMade    Kind = "challenge.made" // somebody asked for a challenge code
	ResponseTried    Kind = "response.tried"
	ResponseWrong    Kind = "response.wrong"
	OfflineOff       Kind = "offline.off" // too many wrong responses in a row: challenge codes are off for the account
)

// Kinds of sessions.
const (
	SignInRefused Kind = "sign_in.refused" // wrong password, unknown name, stopped account, no answer: Detail "cause"
	SessionBegun  Kind = "session.begun"
	SessionEnded  Kind = "session.ended"
	BrowserForgot Kind = "browser.forgotten" // by the person; Detail "which" is "this" or "all"
)

// Kinds of letters.
const (
	LetterClaimed Kind = "letter.claimed" // a node is about to send it
	LetterSent    Kind = "letter.sent"
	LetterFailed  Kind = "letter.failed" // tried for a day, and given up
)

// RecordForgotten says how much was removed because it was old; its details are numbers of rows.
const RecordForgotten Kind = "record.forgotten"

// An Event is one line of the record, and carries the time of the change that
// it tells of: the store takes both from here.
type Event struct {
	Kind      Kind
	At        time.Time         // by the server's clock; kept in Unix seconds
	Account   string            // "acc_…" whom it concerns; empty if none is known
	Actor     string            // who acted: see [Event.By]; empty: By says it
	Device    string            // "dev_…" that acted or is meant; may be empty
	Subject   string            // id of the activation, request or session; may be empty
	Reference string            // 8 symbols that a person was shown; empty if none was
	Detail    map[string]string // few short facts, such as "cause": "expired"; never a secret
}

// As returns the event with another kind.
func (e Event) As(k Kind) Event {
	e.Kind = k
	return e
}

// With returns the event with one more detail.
func (e Event) With(name, value string) Event {
	detail := make(map[string]string, len(e.Detail)+1)
	for k, v := range e.Detail {
		detail[k] = v
	}
	detail[name] = value
	e.Detail = detail
	return e
}

// A Failure is an error that was recorded under a reference. The person sees the
// reference, the record has the cause.
type Failure struct {
	Reference string
	Err       error
}

// Fail gives err a reference of its own, for an event that is about to be
// recorded: ev, f := audit.Fail(ev, err).
func Fail(ev Event, err error) (Event, *Failure) {
	ev.Reference = keyturn.NewReference()
	return ev, &Failure{Reference: ev.Reference, Err: err}
}

func (f *Failure) Error() string { return f.Err.Error() + " (reference " + f.Reference + ")" }

// Unwrap lets errors.Is see the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Package policy holds the rules that need no database: how long, how often, is a number
// needed, what has been proven, which acr is that, what tries are counted by. Every function
// here is pure; the numbers are defaults that an operator may change.
package policy

import "time"

// Limits are the times and counts of spec §17. [Defaults] has the values of a fresh
// installation; a zero field is an error in the wiring, not "no limit". A field with the name
// of a setting is the operator's, the others are constants of the protocol: what an operator
// is told of one stands at its setting, in package config.
type Limits struct {
	CodeLife     time.Duration `setting:"activation.life"`   // of an activation code, from its making
	CodeExtend   time.Duration `setting:"activation.extend"` // once, at the first look; 0 turns it off
	Grace        time.Duration `setting:"activation.grace"`  // a new account may sign in without a phone; 0: not at all
	FinishIn     time.Duration // redeem to finish
	CheckIn      time.Duration // finish to check code
	CheckTries   int           `setting:"limits.check_tries"` // wrong check codes that cancel
	Codes        Rate          `setting:"limits.codes"`       // activation codes per account
	Changes      Rate          `setting:"limits.changes"`     // security changes asked for, per account; renames; switches
	RequestLife  time.Duration `setting:"request.life"`       // of a request, and of each prolonging
	RequestMost  time.Duration // of a request with all its prolongings
	Requests     int           `setting:"limits.requests"` // waiting at once per account
	Asked        Rate          `setting:"limits.asked"`    // sign-ins asked for, per account; in known browsers apart
	EndedShown   time.Duration // an ended request stays in the phone's list
	NumberTries  int           `setting:"limits.number_tries"` // per request
	NumberRow    int           `setting:"limits.number_row"`   // wrong numbers in a row per account: its phones stop
	QRLeast      time.Duration // a request lives so long at least after a QR code was asked for
	QRs          int           `setting:"limits.qrs"` // QR secrets per request
	OfflineLife  time.Duration // least life of a request after a challenge code was asked for
	Responses    int           `setting:"limits.responses"`    // tries at the response code per request
	ResponseRow  int           `setting:"limits.response_row"` // wrong responses in a row per account: codes are off
	Agains       int           `setting:"limits.agains"`       // new requests without the password, after one with it
	RedeemIn     time.Duration `setting:"limits.redeem_in"`    // approval to redemption
	AgainIn      time.Duration `setting:"limits.again_in"`     // right password to a new request without it
	ApprovalUse  time.Duration `setting:"limits.approval_use"` // approval of a security change to that change
	PINTries     int           `setting:"limits.pin_tries"`    // wrong in a row per phone
	PINDay       Rate          `setting:"limits.pin_day"`      // wrong, per phone, whatever right ones come between
	Judged       time.Duration // a try that was taken and not yet judged may still be right for so long
	Unlocks      Rate          `setting:"limits.unlocks"` // refused WebAuthn proofs per device
	ProofKept    time.Duration // result of a judged PROOF text; longer than a nonce lives
	AnswersKept  int           // answers per device whose results can be repeated
	CounterJump  int64         // most by which an answer's counter may grow
	LateAnswers  int           // refused late answers that count as a second copy of the phone
	Passwords    Rate          `setting:"limits.passwords"`     // wrong, per account and address; of known browsers together
	PasswordsAll Rate          `setting:"limits.passwords_all"` // wrong, per account
	Recoveries   Rate          `setting:"limits.recoveries"`    // wrong recovery codes, per account
	RecoveryRow  int           `setting:"limits.recovery_row"`  // wrong recovery codes in a row per account: they are off
	SignIns      Rate          `setting:"limits.sign_ins"`      // wrong, per address
	Looks        Rate          `setting:"limits.looks"`         // wrong, per address
	Redeems      Rate          `setting:"limits.redeems"`       // wrong, per address
	Calls        Rate          `setting:"limits.calls"`         // wrong, per address
	Phones       int           `setting:"phones.max"`           // per account: active, suspended or pin_locked
	Probation    time.Duration `setting:"limits.probation"`
	ReportQuiet  time.Duration `setting:"limits.report_quiet"` // after a report or alarm
	PushApart    time.Duration `setting:"limits.push_apart"`   // between two pushes for requests of an account
	Pushes       Rate          `setting:"limits.pushes"`       // for requests, per account
	PushRow      int           `setting:"limits.push_row"`     // requests in a row without an approval: pushes pause
	PushPause    time.Duration `setting:"limits.push_pause"`   // from the end of the last of them
	PushAgain    int           `setting:"limits.push_again"`   // times that the person may send the push of a request again
	Browser      time.Duration `setting:"limits.browser"`      // a known browser stays known
	VisitLife    time.Duration // of a sign-in that an application asks for, whatever belongs to it
	SessionIdle  time.Duration `setting:"limits.session_idle"`
	SessionMost  time.Duration `setting:"limits.session_most"`
}

// A Rate is a number of tries within a time.
type Rate struct {
	Most int
	In   time.Duration
}

// LooksBack is how far any limit of tries looks back: what was tried before may be
// forgotten. Attack A110.
func (l Limits) LooksBack() time.Duration {
	longest := time.Duration(0)
	for _, r := range []Rate{l.Codes, l.Changes, l.Asked, l.PINDay, l.Unlocks, l.Passwords, l.PasswordsAll, l.Recoveries, l.SignIns,
		l.Looks, l.Redeems, l.Calls, l.Pushes} {
		longest = max(longest, r.In)
	}
	return max(longest, l.PushApart)
}

// Defaults are the limits of a fresh installation, spec §17.
func Defaults() Limits {
	return Limits{
		CodeLife:     10 * time.Minute, // NIST SP 800-63B-4 §4.1.2.2
		CodeExtend:   10 * time.Minute, // installing the app on an iPhone takes minutes
		FinishIn:     2 * time.Minute,
		CheckIn:      10 * time.Minute,
		CheckTries:   3,
		Codes:        Rate{5, 10 * time.Minute},
		Changes:      Rate{5, 10 * time.Minute},
		RequestLife:  2 * time.Minute,
		RequestMost:  10 * time.Minute, // NIST SP 800-63B-4 §3.1.3: out-of-band secrets end after 10 minutes
		Requests:     3,
		Asked:        Rate{100, 10 * time.Minute},
		EndedShown:   10 * time.Minute,
		NumberTries:  3,
		NumberRow:    20,
		QRLeast:      2 * time.Minute, // to find the phone and the camera
		QRs:          5,
		OfflineLife:  5 * time.Minute, // two codes of eight digits to type, and an unlock
		Responses:    5,
		ResponseRow:  10,
		Agains:       3,
		RedeemIn:     2 * time.Minute, // a browser tab on the phone itself may have slept
		AgainIn:      15 * time.Minute,
		ApprovalUse:  5 * time.Minute,
		PINTries:     5,
		PINDay:       Rate{20, 24 * time.Hour},
		Judged:       10 * time.Second,
		Unlocks:      Rate{20, time.Hour},
		ProofKept:    10 * time.Minute,
		AnswersKept:  32,
		CounterJump:  1000,
		LateAnswers:  3,
		Passwords:    Rate{5, 15 * time.Minute},
		PasswordsAll: Rate{100, time.Hour},
		Recoveries:   Rate{5, time.Hour},
		RecoveryRow:  100, // NIST SP 800-63B-4 §3.2.2
		SignIns:      Rate{30, time.Minute},
		Looks:        Rate{20, time.Minute},
		Redeems:      Rate{10, time.Minute},
		Calls:        Rate{60, time.Minute},
		Phones:       3,
		Probation:    24 * time.Hour,
		ReportQuiet:  30 * time.Minute,
		PushApart:    20 * time.Second,
		Pushes:       Rate{5, 10 * time.Minute},
		PushRow:      3, // prompts until a tired person gives in: attack A01
		PushPause:    30 * time.Minute,
		PushAgain:    3,
		Browser:      90 * 24 * time.Hour,
		VisitLife:    time.Hour, // a first phone may have to be set up in it
		SessionIdle:  time.Hour,
		SessionMost:  12 * time.Hour,
	}
}

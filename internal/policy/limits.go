// Package policy holds the rules that need no database: how long, how often, is a number
// needed, what has been proven, which acr is that, what tries are counted by. Every function
// here is pure; the numbers are defaults that an operator may change.
package policy

import "time"

// Limits are the times and counts of spec §17. [Defaults] has the values of a
// fresh installation; a zero field is an error in the wiring, not "no limit".
type Limits struct {
	CodeLife    time.Duration // of an activation code, from its making
	CodeExtend  time.Duration // once, at the first look; 0 turns it off
	Grace       time.Duration // a new account may sign in without a phone; 0: not at all
	FinishIn    time.Duration // redeem to finish
	CheckIn     time.Duration // finish to check code
	CheckTries  int           // wrong check codes that cancel
	CodesMade   Rate          // activation codes per account
	Changes     Rate          // security changes asked for, per account; phones renamed; each switch moved
	RequestLife time.Duration // of a request, and of each prolonging
	RequestMost time.Duration // of a request with all its prolongings
	Requests    int           // waiting at once per account
	Asked       Rate          // sign-ins asked for, per account; known browsers have so many for themselves
	EndedShown  time.Duration // an ended request stays in the phone's list
	NumberTries int           // per request
	NumberRow   int           // wrong numbers in a row per account: its phones stop
	QRLeast     time.Duration // a request lives so long at least after a QR code was asked for
	QRs         int           // QR secrets per request
	OfflineLife time.Duration // a request lives so long at least after a challenge code was asked for
	Responses   int           // tries at the response code per request
	ResponseRow int           // wrong responses in a row per account: challenge codes are off
	Agains      int           // new requests without the password, after one with it
	RedeemIn    time.Duration // approval to redemption
	AgainIn     time.Duration // right password to a new request without it
	ApprovalUse time.Duration // approval of a security change to that change
	PINTries    int           // wrong in a row per phone
	PINDay      Rate          // wrong, per phone, whatever right ones come between
	Judged      time.Duration // a try that was taken and not yet judged may still be right for so long
	Unlocks     Rate          // refused WebAuthn proofs per device
	ProofKept   time.Duration // result of a judged PROOF text; longer than a nonce lives
	AnswersKept int           // answers per device whose results can be repeated
	CounterJump int64         // most by which an answer's counter may grow
	LateAnswers int           // refused late answers that count as a second copy of the phone
	Passwords   Rate          // wrong, per account and address; also for all known browsers of an account together
	PasswordAll Rate          // wrong, per account
	Recoveries  Rate          // wrong recovery codes, per account
	RecoveryRow int           // wrong recovery codes in a row per account: they are off
	SignIns     Rate          // wrong, per address
	Looks       Rate          // wrong, per address
	Redeems     Rate          // wrong, per address
	Calls       Rate          // wrong, per address
	Phones      int           // per account: active, suspended or pin_locked
	Probation   time.Duration
	ReportQuiet time.Duration // after a report or alarm
	PushApart   time.Duration // between two pushes for requests of an account
	Pushes      Rate          // for requests, per account
	PushRow     int           // requests in a row without an approval: pushes pause
	PushPause   time.Duration // from the end of the last of them
	PushAgain   int           // times that the person may send the push of a request again
	Browser     time.Duration // a known browser stays known
	SessionIdle time.Duration
	SessionMost time.Duration
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
	for _, r := range []Rate{l.CodesMade, l.Changes, l.Asked, l.PINDay, l.Unlocks, l.Passwords, l.PasswordAll, l.Recoveries, l.SignIns,
		l.Looks, l.Redeems, l.Calls, l.Pushes} {
		longest = max(longest, r.In)
	}
	return max(longest, l.PushApart)
}

// Defaults are the limits of a fresh installation, spec §17.
func Defaults() Limits {
	return Limits{
		CodeLife:    10 * time.Minute, // NIST SP 800-63B-4 §4.1.2.2
		CodeExtend:  10 * time.Minute, // installing the app on an iPhone takes minutes
		FinishIn:    2 * time.Minute,
		CheckIn:     10 * time.Minute,
		CheckTries:  3,
		CodesMade:   Rate{5, 10 * time.Minute},
		Changes:     Rate{5, 10 * time.Minute},
		RequestLife: 2 * time.Minute,
		RequestMost: 10 * time.Minute, // NIST SP 800-63B-4 §3.1.3: out-of-band secrets end after 10 minutes
		Requests:    3,
		Asked:       Rate{100, 10 * time.Minute},
		EndedShown:  10 * time.Minute,
		NumberTries: 3,
		NumberRow:   20,
		QRLeast:     2 * time.Minute, // to find the phone and the camera
		QRs:         5,
		OfflineLife: 5 * time.Minute, // two codes of eight digits to type, and an unlock
		Responses:   5,
		ResponseRow: 10,
		Agains:      3,
		RedeemIn:    2 * time.Minute, // a browser tab on the phone itself may have slept
		AgainIn:     15 * time.Minute,
		ApprovalUse: 5 * time.Minute,
		PINTries:    5,
		PINDay:      Rate{20, 24 * time.Hour},
		Judged:      10 * time.Second,
		Unlocks:     Rate{20, time.Hour},
		ProofKept:   10 * time.Minute,
		AnswersKept: 32,
		CounterJump: 1000,
		LateAnswers: 3,
		Passwords:   Rate{5, 15 * time.Minute},
		PasswordAll: Rate{100, time.Hour},
		Recoveries:  Rate{5, time.Hour},
		RecoveryRow: 100, // NIST SP 800-63B-4 §3.2.2
		SignIns:     Rate{30, time.Minute},
		Looks:       Rate{20, time.Minute},
		Redeems:     Rate{10, time.Minute},
		Calls:       Rate{60, time.Minute},
		Phones:      3,
		Probation:   24 * time.Hour,
		ReportQuiet: 30 * time.Minute,
		PushApart:   20 * time.Second,
		Pushes:      Rate{5, 10 * time.Minute},
		PushRow:     3, // prompts until a tired person gives in: attack A01
		PushPause:   30 * time.Minute,
		PushAgain:   3,
		Browser:     90 * 24 * time.Hour,
		SessionIdle: time.Hour,
		SessionMost: 12 * time.Hour,
	}
}

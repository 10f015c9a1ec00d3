package audit

import "strings"

// Nobody is the actor of what is only written down now, whoever's act made somebody
// look: that a time is over.
const Nobody = "nobody"

// operatorPrefix stands before the user of an operator's command line.
const operatorPrefix = "cli:"

// Operator is the actor of everything that a command does: "cli:ada". user is the
// name that the operating system knows, at most 64 characters of it are kept.
func Operator(user string) string {
	user = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, user)
	if r := []rune(user); len(r) > 64 {
		user = string(r[:64])
	}
	return operatorPrefix + user
}

// By returns who acted: "acc_…", the account with whose password, session, code or
// phone it was done, which is not to say that it was the person; or "cli:…", see
// [Operator]. Empty is somebody who had shown none of these, or the server itself.
// It is Actor if that is set, else whoever the program acts for, if it acts for one,
// else what the kind says.
func (e Event) By(program string) string {
	switch {
	case e.Actor == Nobody:
		return ""
	case e.Actor != "":
		return e.Actor
	case program != "":
		return program
	case byPerson[e.Kind]:
		return e.Account
	}
	return ""
}

// byPerson says of each kind whether its account has acted, unless a command did.
// Time, limits and the server's own work are nobody's act.
var byPerson = map[Kind]bool{
	AccountAdded: false, AccountReset: false, AccountDisabled: false, AccountEnabled: false, AccountUnlocked: false,
	AccountRemoved: false, MoreTimeOn: true, MoreTimeOff: true, AccountStopped: false, RecoveryMade: true, RecoverySaved: true,
	RecoveryUsed: true, RecoveryWrong: true, RecoveryOff: false, RecoveryEnded: true, PasswordChanged: true,
	AccountRenamed: false, EmailChanged: false,
	PasswordRefused: true, PasswordShut: false, AlarmRaised: true,

	ActivationBegun: true, ActivationLooked: false, ActivationRedeemed: true, ActivationChecking: true, ActivationTried: true,
	ActivationDone: true, ActivationFailed: true, ActivationCancelled: true, ActivationReplaced: true,
	ActivationExpired: false, ActivationRefused: false,

	DeviceRemoved: true, DeviceSuspended: true, DeviceResumed: true, DeviceRenamed: true, PINTried: true, PINWrong: true,
	PINLocked: false, PINBegun: true, PINChanged: true, UnlockRight: true, UnlockWrong: true, CloneSuspected: false,
	AnswerRefused: true, AnswerLate: true,

	PushRegistered: true, PushOff: true, PushOn: true, PushLost: false, PushSent: false, PushPaused: false,

	RequestBegun: true, RequestProlonged: true, RequestApproved: true, RequestDenied: true, RequestReported: true,
	RequestFailed: false, RequestCancelled: true, RequestReplaced: true, RequestExpired: false, RequestRedeemed: true,
	SignInReported: true, NumberTried: true, NumberWrong: true, QRMade: true, ChallengeMade: true, ResponseTried: true,
	ResponseWrong: true, OfflineOff: false,

	SignInRefused: false, SessionBegun: true, SessionEnded: true, BrowserForgot: true,

	LetterClaimed: false, LetterSent: false, LetterFailed: false,

	RecordForgotten: false,
}

// addresses are the details that are network addresses.
var addresses = []string{"ip", "address", "before"}

// Split returns the details that may be kept as long as the event, and those that
// are network addresses, which are forgotten before.
func (e Event) Split() (facts, from map[string]string) {
	facts = map[string]string{}
	for name, value := range e.Detail {
		facts[name] = value
	}
	for _, name := range addresses {
		if value, ok := facts[name]; ok {
			if from == nil {
				from = map[string]string{}
			}
			from[name] = value
			delete(facts, name)
		}
	}
	return facts, from
}

// Package notice tells people what happened to their account: every other phone of
// the account by a card, and the account's address by a letter.
//
//	a change ── event ──▶ told ──┬──▶ notice, one for each device: new ─▶ seen · alarm
//	   └── one transaction ──────┴──▶ letter: due ─▶ claimed ─▶ sent, or given up after a day
//
// The store asks [Of] about every event that it writes, in the one place where it
// writes them, and keeps what people must hear of in the transaction of the change:
// a crash between a change and its letter loses nothing, and a change that is taken
// back told nobody. Whoever changes something therefore only writes its event.
package notice

import (
	"errors"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// A Kind is what people are told, as phones see it. Kinds are stable.
type Kind string

// Kinds, spec §12.5.
const (
	PhoneAdded      Kind = "phone_added"
	PhoneMoved      Kind = "phone_moved"
	PhoneRemoved    Kind = "phone_removed"
	PhonePaused     Kind = "phone_paused"
	PhoneLocked     Kind = "phone_locked"
	PhoneRenamed    Kind = "phone_renamed"
	PhoneMuted      Kind = "phone_muted"    // its notifications were switched off in the portal
	PhonesStopped   Kind = "phones_stopped" // too many wrong numbers in a row
	CloneSuspected  Kind = "clone_suspected"
	RecoveryUsed    Kind = "recovery_used"
	RecoveryFailed  Kind = "recovery_failed"
	RecoveryOff     Kind = "recovery_off"
	RecoveryNew     Kind = "recovery_new"
	AccountRenamed  Kind = "account_renamed"
	EmailChanged    Kind = "email_changed"
	PasswordChanged Kind = "password_changed"
	Reported        Kind = "reported"
	Alarm           Kind = "alarm"
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{PhoneAdded, PhoneMoved, PhoneRemoved, PhonePaused, PhoneLocked, PhoneRenamed, PhoneMuted, PhonesStopped, CloneSuspected,
		RecoveryUsed, RecoveryFailed, RecoveryOff, RecoveryNew, AccountRenamed, EmailChanged, PasswordChanged, Reported, Alarm}
}

// heard are the events that people must hear of. All others cost a look into this
// table.
var heard = map[audit.Kind]Kind{
	audit.ActivationDone:  PhoneAdded, // or moved: its activation says which
	audit.DeviceRemoved:   PhoneRemoved,
	audit.DeviceSuspended: PhonePaused,
	audit.PINLocked:       PhoneLocked,
	audit.DeviceRenamed:   PhoneRenamed,
	audit.PushOff:         PhoneMuted,
	audit.AccountStopped:  PhonesStopped,
	audit.CloneSuspected:  CloneSuspected,
	audit.RecoveryUsed:    RecoveryUsed,
	audit.RecoveryWrong:   RecoveryFailed,
	audit.RecoveryOff:     RecoveryOff,
	audit.RecoveryMade:    RecoveryNew,
	audit.AccountRenamed:  AccountRenamed,
	audit.EmailChanged:    EmailChanged,
	audit.PasswordChanged: PasswordChanged,
	audit.RequestReported: Reported,
	audit.SignInReported:  Reported,
	audit.AlarmRaised:     Alarm,
}

// toldElsewhere are reasons of ended and suspended devices that another event of
// the same transaction tells of.
var toldElsewhere = map[string]bool{
	device.ReasonMoved: true, device.ReasonLost: true, device.ReasonAlarm: true, device.ReasonClone: true, device.ReasonFailed: true,
}

// Of returns what people are told of an event; false: they hear nothing of it.
func Of(ev audit.Event) (Kind, bool) {
	kind, ok := heard[ev.Kind]
	if !ok || ev.Account == "" {
		return "", false
	}
	switch ev.Kind {
	case audit.DeviceRemoved, audit.DeviceSuspended:
		ok = !toldElsewhere[ev.Detail["reason"]]
	case audit.PushOff:
		ok = ev.Detail["by"] == "portal" // on the phone itself the person sees it
	case audit.RecoveryMade:
		ok = ev.Detail["set"] != "first" // of which the person has just been told on the page
	}
	return kind, ok
}

// Operator reports whether the operator hears of it too. Spec §8.6, §8.7, §12.5.
func (k Kind) Operator() bool { return k == Reported || k == Alarm || k == CloneSuspected }

// OperatorApart is the least time between two letters to the operator of one kind
// about one account.
const OperatorApart = time.Hour

// Rare is how long a kind is not told again, for one that somebody who knows the
// password can cause as often as they like; 0: it is told each time.
func (k Kind) Rare() time.Duration {
	if k == RecoveryFailed {
		return time.Hour
	}
	return 0
}

// Rings reports whether the other phones are woken: not when pushes are off.
func (k Kind) Rings() bool { return k != Reported && k != Alarm }

// Told is what people are told of one event.
type Told struct {
	Event     int64 // number of the event in the record
	Account   string
	Kind      Kind
	At        time.Time
	Device    string // that acted or is meant; may be empty
	Phone     string // its name, or the account's new one; may be empty
	From      string // name of the phone that was moved from, or that a renamed one had
	Place     string // where it was done; empty if not known
	Left      string // recovery codes that remain; empty if it isn't about them
	Reference string // 8 symbols
}

// Except is the device that need not hear of it: the one that did it, or that is gone.
// A phone hears too of what a session in the portal does to it. Attack A104.
func (t Told) Except() string {
	if t.Kind == PhoneRenamed || t.Kind == PhoneMuted {
		return ""
	}
	return t.Device
}

// Codes reports whether it is about recovery codes that somebody was given or has used:
// if it wasn't the person, somebody else has them.
func (k Kind) Codes() bool { return k == RecoveryUsed || k == RecoveryNew }

// Errors a caller can act on.
var ErrUnknown = errors.New("notice: no such notice of this device")

package notice

import (
	"context"
	"fmt"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/hint"
	"keyturn/internal/policy"
)

// Shown is how long a notice waits on a phone for the person.
const Shown = 30 * 24 * time.Hour

// A Service takes what phones say to their notices. Its fields are set once, before
// use; it is safe for concurrent use.
type Service struct {
	Origin  string
	Store   Store
	Devices Devices
	Bus     hint.Bus
	Limits  policy.Limits
	Now     func() time.Time
}

// A Store keeps notices. Each method is one atomic step with its events.
type Store interface {
	// Notice returns [ErrUnknown] if the device was not told.
	Notice(ctx context.Context, device string, number int64) (Told, error)

	// SeeNotice moves new to seen and returns the state that the notice has then.
	SeeNotice(ctx context.Context, device string, number int64) (state string, err error)

	// RaiseAlarm moves a notice of the device in ev to alarm, with the effect of a
	// report; a notice moves once. If the alarm was proven and the notice is about a
	// new phone on probation, that one is suspended (evPaused), whether or not the
	// notice was raised before, security changes stop until the operator decides, and
	// the recovery codes end. If it is about the recovery codes that the account has,
	// they end, and what another phone was set up with since is treated likewise.
	RaiseAlarm(ctx context.Context, a Raise, ev, evPaused audit.Event) error
}

// A Raise is an alarm.
type Raise struct {
	Number int64
	Proven bool      // with the unlock of the phone that raises it
	Quiet  time.Time // until then no push and no security change
}

// Devices checks what phones prove. Package device implements it.
type Devices interface {
	Prove(ctx context.Context, d device.Device, text string, p keyturn.Proof) error
}

// Answer takes what the person of a device says to a notice: seen, or "it wasn't me".
// It returns the state of the notice.
//
// Neither needs an unlock; suspended and locked devices may raise an alarm too. With a
// proof over this notice and the nonce of this very call, an alarm also pauses a phone
// in its first time: without it, whoever holds an unlocked phone could shut the others
// out (attack A89). The proof is judged before anything changes, and once (A81).
//
// The errors are [ErrUnknown], [*device.Gone], [device.ErrNew], [device.ErrLocked] for a
// proof by a locked phone, and those of [device.Service.Prove].
func (s *Service) Answer(
	ctx context.Context, d device.Device, number int64, r keyturn.NoticeReply, nonce string,
) (string, error) {
	switch d.State {
	case device.Removed:
		return "", &device.Gone{Reason: d.Reason, To: d.MovedTo, At: d.Ended}
	case device.New:
		return "", device.ErrNew
	}
	if _, err := s.Store.Notice(ctx, d.ID, number); err != nil {
		return "", fmt.Errorf("notice %d of %s: %w", number, d.ID, err)
	}
	if r.Action == "seen" {
		state, err := s.Store.SeeNotice(ctx, d.ID, number)
		s.Bus.Wake(d.Account)
		return state, err
	}
	if err := s.prove(ctx, d, number, r.Proof, nonce); err != nil {
		return "", fmt.Errorf("alarm by %s: %w", d.ID, err)
	}
	now := s.Now()
	ev := audit.Event{Kind: audit.AlarmRaised, At: now, Account: d.Account, Device: d.ID,
		Detail: map[string]string{"notice": fmt.Sprint(number)}}
	paused := audit.Event{Kind: audit.DeviceSuspended, At: now, Account: d.Account,
		Detail: map[string]string{"reason": device.ReasonAlarm, "by": d.ID}}
	a := Raise{Number: number, Proven: r.Proof != nil, Quiet: now.Add(s.Limits.ReportQuiet)}
	// What was proven takes effect, even if the phone hangs up.
	if err := s.Store.RaiseAlarm(context.WithoutCancel(ctx), a, ev, paused); err != nil {
		return "", fmt.Errorf("alarm by %s: %w", d.ID, err)
	}
	s.Bus.Wake(d.Account)
	return "alarm", nil
}

// prove judges the proof of an alarm, if it has one.
func (s *Service) prove(ctx context.Context, d device.Device, number int64, p *keyturn.Proof, nonce string) error {
	if p == nil {
		return nil
	}
	if d.State == device.PINLocked {
		return device.ErrLocked
	}
	text, err := keyturn.AlarmText(s.Origin, d.ID, number, nonce)
	if err != nil {
		return device.ErrProof
	}
	return s.Devices.Prove(ctx, d, text, *p)
}

// ForPhone is what a phone is told. pause: an alarm with a proof does more than one
// without: it pauses the phone that it is about, or ends the recovery codes.
func (t Told) ForPhone(pause bool) keyturn.Notice {
	detail := t.Phone
	if t.Left != "" {
		detail = t.Left
	}
	return keyturn.Notice{Notice: t.Event, Kind: string(t.Kind), Time: t.At.Unix(), Detail: detail,
		From: t.From, Place: t.Place, Reference: t.Reference, Pause: pause}
}

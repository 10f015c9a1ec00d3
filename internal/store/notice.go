package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/notice"
)

var noticeSQL struct {
	Append, Lately, PhoneName, Tell, ForEach, ToPerson, ToOperator query
	OfDevice, Notice, State, See, Alarm, Pause, First, Hold        query
	NewerCodes, FirstSince                                         query
}

func init() { load(&noticeSQL, "notice.sql") }

var (
	_ notice.Store     = (*DB)(nil)
	_ approval.Notices = (*DB)(nil)
)

// hear writes an event of which people must hear, a notice for each other device and
// the letters, all in the transaction of the change.
func (tx *Tx) hear(kind notice.Kind, ev audit.Event) error {
	if ev.Reference == "" {
		ev.Reference = keyturn.NewReference()
	}
	row, err := tx.row(ev)
	if err != nil {
		return err
	}
	seq, err := one(tx, value[int64], noticeSQL.Append, row...)
	if err != nil {
		return err
	}
	if rare, err := tx.toldLately(kind, ev); err != nil || rare {
		return err
	}
	t := notice.Told{Event: seq, Account: ev.Account, Kind: kind, At: ev.At, Device: ev.Device, Phone: cmp.Or(ev.Detail["phone"], ev.Detail["name"]),
		From: ev.Detail["from"], Place: ev.Detail["place"], Left: ev.Detail["left"], Reference: ev.Reference}
	if err := tx.describe(&t, ev); err != nil {
		return err
	}
	tx.heard = append(tx.heard, t)
	return tx.deliver(t, ev)
}

func (tx *Tx) toldLately(kind notice.Kind, ev audit.Event) (bool, error) {
	if kind.Rare() == 0 {
		return false, nil
	}
	n, err := one(tx, value[int], noticeSQL.Lately, ev.Account, ev.At.Add(-kind.Rare()), kind)
	return n > 0, err
}

// describe adds what the event itself need not say: names and places.
func (tx *Tx) describe(t *notice.Told, ev audit.Event) error {
	if ev.Kind == audit.ActivationDone {
		a, err := one(tx, activationFields, activationSQL.ByID, ev.Subject)
		if err != nil {
			return none(err, nil)
		}
		if t.Place = a.Place; a.Purpose == activation.Move {
			t.Kind = notice.PhoneMoved
			if t.From, err = tx.phoneName(a.Old); err != nil {
				return err
			}
		}
	}
	if t.Phone != "" {
		return nil
	}
	name, err := tx.phoneName(t.Device)
	t.Phone = name
	return err
}

// phoneName is the name of a device; "" if there is none.
func (tx *Tx) phoneName(device string) (string, error) {
	name, err := one(tx, value[string], noticeSQL.PhoneName, device)
	return name, none(err, nil)
}

func (tx *Tx) deliver(t notice.Told, ev audit.Event) error {
	err := tx.run(noticeSQL.Tell, t.Event, t.Account, t.Kind, t.At, t.Device, t.Phone, t.From, t.Place, t.Left, t.Reference)
	if err != nil {
		return err
	}
	approved := ev.Subject // by whom, its row knows
	if t.Kind == notice.Reported {
		approved = "" // who let that sign-in in hears of the report
	}
	if err := tx.run(noticeSQL.ForEach, t.Event, t.Account, t.Except(), approved); err != nil {
		return err
	}
	if tx.mail.People {
		if err := tx.run(noticeSQL.ToPerson, newLetterID(), t.Event); err != nil {
			return err
		}
	}
	return tx.tellOperator(t)
}

// tellOperator writes the operator a letter: of one kind and account once an hour, or
// whoever has an account could fill the mailbox.
func (tx *Tx) tellOperator(t notice.Told) error {
	if !t.Kind.Operator() || tx.mail.Operator == "" {
		return nil
	}
	lately, err := one(tx, value[int], noticeSQL.Lately, t.Account, t.At.Add(-notice.OperatorApart), t.Kind)
	if err != nil || lately > 1 { // this one is there already
		return err
	}
	return tx.run(noticeSQL.ToOperator, newLetterID(), t.Event, tx.mail.Operator)
}

func newLetterID() string { return keyturn.NewID("let_") }

func toldFieldsOf(t *notice.Told) []any {
	return []any{&t.Event, &t.Account, &t.Kind, &t.At, &t.Device, &t.Phone, &t.From, &t.Place, &t.Left, &t.Reference}
}

// shownNotice is what a device is told, and until when the phone that it is about is
// on probation.
type shownNotice struct {
	notice.Told
	probation time.Time
	newer     bool // list of recovery codes
}

// Notices implements [approval.Notices].
func (d *DB) Notices(ctx context.Context, device string, at time.Time) ([]keyturn.Notice, error) {
	rows, err := list(d.read(ctx), func(n *shownNotice) []any { return append(toldFieldsOf(&n.Told), &n.probation, &n.newer) },
		noticeSQL.OfDevice, device, at.Add(-notice.Shown))
	all := make([]keyturn.Notice, len(rows))
	for i, r := range rows {
		all[i] = r.Told.ForPhone(r.Kind == notice.PhoneAdded && r.probation.After(at) || r.Kind.Codes() && !r.newer)
	}
	return all, err
}

// SeeNotice implements [notice.Store].
func (d *DB) SeeNotice(ctx context.Context, device string, number int64) (state string, err error) {
	err = d.write(ctx, func(tx *Tx) error {
		if err := tx.run(noticeSQL.See, device, number); err != nil {
			return err
		}
		state, err = one(tx, value[string], noticeSQL.State, device, number)
		return none(err, notice.ErrUnknown)
	})
	return state, err
}

// Notice implements [notice.Store].
func (d *DB) Notice(ctx context.Context, device string, number int64) (notice.Told, error) {
	t, err := one(d.read(ctx), toldFieldsOf, noticeSQL.Notice, device, number)
	return t, none(err, notice.ErrUnknown)
}

// RaiseAlarm implements [notice.Store].
func (d *DB) RaiseAlarm(ctx context.Context, a notice.Raise, ev, evPaused audit.Event) error {
	return d.write(ctx, func(tx *Tx) error {
		if err := tx.lockAccount(ev.Account); err != nil {
			return err
		}
		t, err := one(tx, toldFieldsOf, noticeSQL.Notice, ev.Device, a.Number)
		if err != nil {
			return none(err, notice.ErrUnknown)
		}
		err = tx.step(ev, errLost, noticeSQL.Alarm, ev.Device, a.Number)
		if err == nil {
			err = tx.silence(ev.Account, a.Quiet, ev)
		}
		if err != nil && !errors.Is(err, errLost) { // raised before: its effect is there
			return err
		}
		switch {
		case a.Proven && t.Kind == notice.PhoneAdded:
			return tx.pause(t.Device, ev, evPaused)
		case a.Proven && t.Kind.Codes():
			return tx.takenCodes(t, ev, evPaused)
		}
		return nil
	})
}

// takenCodes ends the recovery codes that somebody else has, what they have opened, and
// stops the phones that came by them; not the one whose person says so. Of another
// list than the account has by now there is nothing to end. Attack A62.
func (tx *Tx) takenCodes(t notice.Told, ev, evPaused audit.Event) error {
	newer, err := one(tx, value[int], noticeSQL.NewerCodes, ev.Account, t.Event)
	if err != nil || newer > 0 {
		return err
	}
	came, err := list(tx, changedFields, noticeSQL.FirstSince, ev.Account, ev.Device, t.At, ev.At)
	if err != nil {
		return err
	}
	for _, c := range came {
		if err := tx.pause(c.id, ev, evPaused); err != nil {
			return err
		}
	}
	if err := tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndRecovered, ev.At, ev.Account); err != nil {
		return err
	}
	return tx.endCodes(ev)
}

// endCodes ends the account's recovery codes, if there are any.
func (tx *Tx) endCodes(ev audit.Event) error {
	return tx.maybe(audit.Event{Kind: audit.RecoveryEnded, At: ev.At, Account: ev.Account, Device: ev.Device}, codeSQL.DropCodes, ev.Account)
}

// pause stops a device in its first time, and with it all security changes until the
// operator decides. Whoever set it up may have got it locked, paused or removed by
// then, so that there is nothing to pause: all the rest holds. The recovery codes end,
// since it came by one. Attack A62.
func (tx *Tx) pause(id string, evAlarm, ev audit.Event) error {
	first, err := one(tx, value[int], noticeSQL.First, id, ev.Account, ev.At)
	if err != nil || first == 0 {
		return err
	}
	ev.Device = id
	if err := tx.maybe(ev, noticeSQL.Pause, ev.At, id, ev.Account); err != nil {
		return err
	}
	// One that it took the place of may be the right one.
	if err := tx.run(deviceSQL.KeepAll, ev.Account, ev.At); err != nil {
		return err
	}
	if err := tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndOfDevice, ev.At, ev.Account, id); err != nil {
		return err
	}
	if err := tx.endCodes(evAlarm); err != nil {
		return err
	}
	return tx.run(noticeSQL.Hold, ev.Account)
}

// silence is the effect of a report or an alarm, spec §8.7: no push and no security
// change for a while, known browsers forgotten, what waits cancelled, no further
// request without the password, and no phone by a recovery code that was used before.
func (tx *Tx) silence(account string, quiet time.Time, ev audit.Event) error {
	if err := tx.run(accountSQL.Quiet, quiet, account); err != nil {
		return err
	}
	if err := tx.tellEach(ev.As(audit.SessionEnded), sessionSQL.EndRecovered, ev.At, account); err != nil {
		return err
	}
	return tx.startAnew(account, ev)
}

// startAnew takes from browsers what a password gave them: nobody goes on without
// typing it again, also where a phone has approved already, and each browser is a
// new one. Attack A23.
func (tx *Tx) startAnew(account string, ev audit.Event) error {
	if err := tx.run(accountSQL.Refresh, ev.At, account); err != nil {
		return err
	}
	if err := tx.run(sessionSQL.ForgetAll, account); err != nil {
		return err
	}
	return tx.cancelRequests(account, false, ev)
}

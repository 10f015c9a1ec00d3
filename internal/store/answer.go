package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

var answerSQL struct {
	Advance, Insert, Keep, ByCounter, Judge    query
	Passed, From, AddLate, CountLate, DropLate query
	TakeProof, Proof, DropProofs, JudgeProof   query
	DropAnswersOf, DropLateOf, DropProofsOf    query
}

func init() { load(&answerSQL, "answer.sql") }

// judged is a text of a device and what became of it.
type judged struct {
	text   keyturn.Bytes
	result device.Result
}

func judgedFields(j *judged) []any {
	r := &j.result
	return []any{&j.text, &r.State, &r.Code, &r.Left, &r.Ended}
}

// answered is an answer that is known.
type answered struct {
	judged
	recent bool // its result is repeated
}

func answerFields(a *answered) []any { return append(judgedFields(&a.judged), &a.recent) }

// recorded returns the result of a known text.
func (j judged) recorded() (*device.Result, error) {
	if j.result.State == "" && j.result.Code == "" {
		return nil, device.ErrPending
	}
	return &j.result, nil
}

// errOvertaken says that other answers were counted since the device was read.
var errOvertaken = errors.New("store: an answer was overtaken")

// CountAnswer implements [device.Store]. A suspension and a piece of evidence are
// written although the answer is refused; evidence is counted under the account's
// lock, or of late answers at once each would miss the others.
func (d *DB) CountAnswer(
	ctx context.Context, c device.Count, ev, evClone audit.Event,
) (known *device.Result, err error) {
	known, err = d.countAnswer(ctx, c, c.Counter <= c.Device.Counter, ev, evClone)
	if errors.Is(err, errOvertaken) {
		known, err = d.countAnswer(ctx, c, true, ev, evClone)
	}
	return known, err
}

// countAnswer is CountAnswer with or without the account's lock, which a refusal needs.
func (d *DB) countAnswer(
	ctx context.Context, c device.Count, locked bool, ev, evClone audit.Event,
) (known *device.Result, err error) {
	var verdict error
	err = d.write(ctx, func(tx *Tx) (err error) {
		known, verdict = nil, nil
		if locked {
			if err := tx.run(deviceSQL.LockAccount, c.Device.ID); err != nil {
				return err
			}
		}
		if c.TryPIN {
			if err := tx.run(deviceSQL.LockPhone, c.Device.Phone); err != nil {
				return err
			}
		}
		n, err := tx.Exec(answerSQL.Advance, c.Counter, c.Device.ID, d.Limits.CounterJump, c.Device.Address)
		if err != nil {
			return err
		}
		if n == 0 && !locked {
			return errOvertaken
		}
		if n == 0 {
			known, verdict, err = d.refuse(tx, c, evClone)
			return err
		}
		if c.TryPIN {
			verdict, err = d.takePIN(tx, c.Device.Phone, ev)
			if err != nil || verdict != nil {
				return err
			}
		}
		return d.keepAnswer(tx, c)
	})
	if err == nil {
		err = verdict
	}
	return known, err
}

// keepAnswer stores an answer that is about to be judged.
func (d *DB) keepAnswer(tx *Tx, c device.Count) error {
	if err := tx.run(answerSQL.Insert, c.Device.ID, c.Counter, c.Text, c.At); err != nil {
		return err
	}
	if err := tx.run(answerSQL.DropLate, c.Device.ID); err != nil {
		return err
	}
	return tx.run(answerSQL.Keep, c.Device.ID, d.Limits.AnswersKept-1, c.At.Add(-keyturn.NonceLife))
}

// refuse says what an answer is whose counter isn't the next. The error that is
// kept besides what was written is the verdict.
func (d *DB) refuse(tx *Tx, c device.Count, evClone audit.Event) (known *device.Result, verdict, err error) {
	dev, err := one(tx, deviceFields, deviceSQL.ByID, c.Device.ID)
	if err != nil {
		return nil, nil, none(err, device.ErrUnknown)
	}
	if err := stateError(dev); err != nil {
		return nil, nil, err
	}
	if c.Counter > dev.Counter {
		return nil, device.ErrCounter, nil
	}
	had, err := one(tx, answerFields, answerSQL.ByCounter, c.Device.ID, c.Counter, d.Limits.AnswersKept-1)
	switch {
	case err == nil && bytes.Equal(had.text, c.Text) && !had.recent:
		return nil, device.ErrCounter, nil
	case err == nil && bytes.Equal(had.text, c.Text):
		known, verdict = had.recorded()
		return known, verdict, nil
	case err == nil:
		return nil, device.ErrClone, tx.suspendClone(dev, evClone)
	case !errors.Is(err, sql.ErrNoRows):
		return nil, nil, err
	}
	return d.late(tx, dev, c, evClone)
}

// late keeps an answer that is smaller than others and unknown: several of them
// are a second copy of the phone.
func (d *DB) late(
	tx *Tx, dev device.Device, c device.Count, evClone audit.Event,
) (known *device.Result, verdict, err error) {
	if err := tx.addLate(dev, c, evClone); err != nil {
		return nil, nil, err
	}
	n, err := one(tx, value[int], answerSQL.CountLate, dev.ID)
	if err != nil || n < d.Limits.LateAnswers {
		return nil, device.ErrCounter, err
	}
	return nil, device.ErrClone, tx.suspendClone(dev, evClone)
}

// addLate records a late answer with both addresses. It stays evidence if the phone sent
// it when it could have known better: its call has a nonce that the server gave after a
// larger counter was accepted. No network delays that. Attacks A80, A103.
func (tx *Tx) addLate(dev device.Device, c device.Count, evClone audit.Event) error {
	passed, err := one(tx, value[time.Time], answerSQL.Passed, dev.ID, c.Counter)
	if err != nil {
		return err
	}
	stays := !passed.IsZero() && c.Asked.After(passed)
	n, err := tx.Exec(answerSQL.AddLate, dev.ID, c.Text, c.Nonce, stays)
	if err != nil || n == 0 { // the same text, or in the same call
		return err
	}
	ev, err := tx.twoAddresses(dev, evClone.As(audit.AnswerLate))
	if err != nil {
		return err
	}
	if stays {
		ev = ev.With("sent", "after")
	}
	return tx.tell(ev)
}

func (tx *Tx) suspendClone(dev device.Device, evClone audit.Event) error {
	n, err := tx.Exec(deviceSQL.Suspend, device.ReasonClone, evClone.At, dev.ID)
	if err != nil || n == 0 { // another answer was first
		return err
	}
	if evClone, err = tx.twoAddresses(dev, evClone); err != nil {
		return err
	}
	if err := tx.tell(evClone); err != nil {
		return err
	}
	return tx.run(deviceSQL.Keep, dev.ID, evClone.At)
}

// twoAddresses adds where the newest answer came from: of the other copy, if there are two.
func (tx *Tx) twoAddresses(dev device.Device, ev audit.Event) (audit.Event, error) {
	from, err := one(tx, value[string], answerSQL.From, dev.ID)
	if err == nil && from != "" {
		ev = ev.With("before", from)
	}
	return ev, err
}

// takePIN takes a try of the phone's PIN. With none left it returns [device.ErrNoTry]
// as an error, since nothing may stay of the transaction; or, when the last try
// can't be right any more, it locks the phone and [device.ErrLocked] is the verdict.
func (d *DB) takePIN(tx *Tx, phone string, ev audit.Event) (verdict, err error) {
	n, err := tx.Exec(deviceSQL.TakePIN, ev.At, d.Limits.PINTries, phone)
	if err != nil {
		return nil, err
	}
	if n == 1 {
		return nil, tx.tell(ev)
	}
	last, err := one(tx, value[time.Time], deviceSQL.Tried, phone)
	if err != nil {
		return nil, none(err, device.ErrUnknown)
	}
	if ev.At.Before(last.Add(d.Limits.Judged)) {
		return nil, device.ErrNoTry
	}
	return device.ErrLocked, tx.lockPhone(phone, ev.As(audit.PINLocked))
}

// lockPhone locks the PIN-mode devices of a phone, and tells each account.
func (tx *Tx) lockPhone(phone string, ev audit.Event) error {
	locked, err := list(tx, changedFields, deviceSQL.Lock, ev.At, phone)
	if err != nil {
		return err
	}
	for _, c := range locked {
		if err := tx.tellDevice(ev, c); err != nil {
			return err
		}
		if err := tx.run(deviceSQL.Keep, c.id, ev.At); err != nil { // what a locked phone took the place of stays
			return err
		}
	}
	return nil
}

// TakeProof implements [device.Store].
func (d *DB) TakeProof(
	ctx context.Context, dev device.Device, text keyturn.Bytes, tryPIN bool, ev audit.Event,
) (known *device.Result, err error) {
	var verdict error
	err = d.write(ctx, func(tx *Tx) error {
		known, verdict = nil, nil
		if err := tx.run(deviceSQL.LockPhone, dev.Phone); err != nil {
			return err
		}
		had, err := one(tx, judgedFields, answerSQL.Proof, dev.ID, text)
		if err == nil {
			known, verdict = had.recorded()
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if tryPIN {
			verdict, err = d.takePIN(tx, dev.Phone, ev)
			if err != nil || verdict != nil {
				return err
			}
		}
		if err := tx.run(answerSQL.DropProofs, dev.ID, ev.At.Add(-d.Limits.ProofKept)); err != nil {
			return err
		}
		return tx.run(answerSQL.TakeProof, dev.ID, text, ev.At)
	})
	if err == nil {
		err = verdict
	}
	return known, err
}

// Judged implements [device.Store].
func (d *DB) Judged(ctx context.Context, v device.Verdict, ev, evLocked audit.Event) (left int, err error) {
	err = d.write(ctx, func(tx *Tx) (err error) {
		if err := tx.run(deviceSQL.LockPhone, v.Phone); err != nil {
			return err
		}
		left, err = d.verdict(tx, v, evLocked)
		if err != nil {
			return err
		}
		return tx.tell(ev)
	})
	return left, err
}

// verdict writes the end of a text's judging: its result, what it means for the
// phone's PIN, and the count of the phone's own unlock. It returns the tries that
// are left after a wrong PIN; at 0 the phone is locked.
func (d *DB) verdict(tx *Tx, v device.Verdict, evLocked audit.Event) (left int, err error) {
	switch v.PIN {
	case device.PINRight:
		err = tx.run(deviceSQL.RightPIN, v.Phone)
	case device.PINBack:
		err = tx.run(deviceSQL.PINBack, v.Phone)
	case device.PINWrong:
		left, err = d.wrongPIN(tx, v.Phone, evLocked)
		v.Result.Left = left
	}
	if err != nil {
		return left, err
	}
	if v.Sign != nil {
		if err := tx.run(deviceSQL.Signed, v.Sign.SignCount, v.Sign.BackedUp, v.Phone); err != nil {
			return left, err
		}
	}
	return left, tx.record(v)
}

// wrongPIN counts a PIN as wrong. The last try locks only when all of them were
// judged: one that is still being judged may be right.
func (d *DB) wrongPIN(tx *Tx, phone string, evLocked audit.Event) (left int, err error) {
	type counts struct{ taken, wrong int }
	n, err := one(tx, func(c *counts) []any { return []any{&c.taken, &c.wrong} }, deviceSQL.WrongPIN, phone)
	if err != nil {
		return 0, none(err, device.ErrUnknown)
	}
	today, err := tx.wrongSince(d.Limits.PINsOf(phone), evLocked.At)
	if err != nil {
		return 0, err
	}
	if n.wrong >= d.Limits.PINTries || today >= d.Limits.PINDay.Most {
		return 0, tx.lockPhone(phone, evLocked)
	}
	return max(1, min(d.Limits.PINTries-n.taken, d.Limits.PINDay.Most-today)), nil
}

// wrongSince adds to the wrong PINs of a phone that a right one doesn't take back, and
// counts them: whoever has a copy of the phone could guess a few between any two of its
// person's sign-ins. The phone's row is locked. Attack A52.
func (tx *Tx) wrongSince(c policy.Count, at time.Time) (int, error) {
	since := at.Add(-c.Rate.In)
	if err := tx.run(trySQL.ForgetOld, c.Key, since); err != nil {
		return 0, err
	}
	if err := tx.run(trySQL.Add, c.Key, at); err != nil {
		return 0, err
	}
	return one(tx, value[int], trySQL.Since, c.Key, since)
}

// record keeps the result of a text, if it has one to be repeated for.
func (tx *Tx) record(v device.Verdict) error {
	r := v.Result
	switch {
	case len(v.Text) == 0:
		return nil
	case v.Counter > 0:
		return tx.run(answerSQL.Judge, r.State, r.Code, r.Left, r.Ended, v.Device, v.Counter, v.Text)
	}
	return tx.run(answerSQL.JudgeProof, r.State, r.Code, r.Left, r.Ended, v.Device, v.Text)
}

// dropAnswers forgets what the devices of an account have sent.
func (tx *Tx) dropAnswers(account string) error {
	for _, q := range []query{answerSQL.DropAnswersOf, answerSQL.DropLateOf, answerSQL.DropProofsOf} {
		if err := tx.run(q, account); err != nil {
			return err
		}
	}
	return nil
}

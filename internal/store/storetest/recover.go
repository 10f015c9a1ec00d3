package storetest

import (
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

// recover makes an activation rest on a recovery code of an account, the first that
// is left.
func (w *world) recover(of, lost string) func(*activation.Begun) {
	w.Helper()
	g := grant()
	for _, h := range hashes {
		if _, err := w.db.UnusedCode(w.Context(), of, h.Index); err != nil {
			continue
		}
		r := w.ask(of)
		_, err := w.spend(r, g, func(s *account.Spent) { s.Index, s.Hash = h.Index, h.Hash })
		w.must(err)
		return func(b *activation.Begun) { b.Purpose, b.Session, b.Old = activation.Recover, g.Session, lost }
	}
	w.must(errNoCode)
	return nil
}

var recoveries = []contract{
	{"only a session that a code opened may set up a phone, one, and it names the lost one", func(w *world) {
		ada, ben := w.account(), w.account()
		old, foreign := w.phone(ada), w.phone(ben)
		w.codes(ada)
		begin := func(want error, spoil ...func(*activation.Begun)) {
			w.Helper()
			b := w.begun(ada, spoil...)
			w.want(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)), want)
		}
		ses, _ := w.session(ada) // by password
		begin(activation.ErrPurpose, func(b *activation.Begun) { b.Purpose, b.Session, b.Old = activation.Recover, ses, old.ID })
		good := w.recover(ada, old.ID)
		begin(activation.ErrLost, good, func(b *activation.Begun) { b.Old = "" })
		begin(activation.ErrLost, good, func(b *activation.Begun) { b.Old = foreign.ID })
		a, d := redeemed(w.code(ada, good), keyturn.UnlockPIN)
		w.through(a, d)
		begin(activation.ErrPurpose, good)
		begin(activation.ErrPurpose, good, func(b *activation.Begun) { b.Old = d.ID })
	}},
	{"the lost phone is paused when the new one is active, not before, and goes when probation ends", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.codes(ada)
		a, d := redeemed(w.code(ada, w.recover(ada, old.ID)), keyturn.UnlockPIN)
		a.PhoneName = "iPhone 17"
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		w.wantDevice(old.ID, device.Active, "")
		w.must(w.activate(a))
		w.wantDevice(old.ID, device.Suspended, device.ReasonLost)
		w.wantEvents(old.ID, audit.DeviceSuspended, 1)
		fresh, lost := w.device(d.ID), w.device(old.ID)
		day := now.Add(24 * time.Hour)
		if !fresh.Probation.Equal(day) || !lost.Leaves.Equal(day) || lost.MovedTo != "iPhone 17" {
			w.Errorf("new %+v, lost %+v", fresh, lost)
		}
		if lost.At(day.Add(-time.Second)).State != device.Suspended || lost.At(day).State != device.Removed {
			w.Error("it goes at another time")
		}
		ask := question(ada)
		w.must(w.db.BeginRequest(w.Context(), ask, nil, 3, audit.Event{Kind: audit.RequestBegun, At: day, Account: ada, Subject: ask.ID}))
		w.wantDevice(old.ID, device.Removed, device.ReasonLost) // written down now
		w.wantEvents(old.ID, audit.DeviceRemoved, 1)
		if gone := w.device(old.ID); !gone.Ended.Equal(day) || gone.Kk != nil {
			w.Errorf("%+v", gone)
		}
	}},
	{"a locked phone that is lost stays locked", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.codes(ada)
		w.lock(old)
		w.recovered(ada, old.ID)
		w.wantDevice(old.ID, device.PINLocked, "")
		if d := w.device(old.ID); d.Leaves.IsZero() || d.At(d.Leaves).State != device.Removed {
			w.Errorf("%+v", d)
		}
	}},
	{"nothing that is over can be named as lost, or resumed", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.codes(ada)
		w.recovered(ada, old.ID)
		ev := audit.Event{Kind: audit.DeviceResumed, At: now.Add(24 * time.Hour), Account: ada, Device: old.ID}
		if err := w.db.Resume(w.Context(), old.ID, ev); err == nil {
			w.Error("it came back after its end")
		}
		w.want(w.db.Rename(w.Context(), ada, old.ID, "x", ev.As(audit.DeviceRenamed)), device.ErrUnknown)
		ev.At = ev.At.Add(-time.Second)
		w.must(w.db.Resume(w.Context(), old.ID, ev))
		w.wantDevice(old.ID, device.Active, "")
		if d := w.device(old.ID); !d.Leaves.IsZero() {
			w.Errorf("%+v", d)
		}
	}},
	{"a clone is never resumed, and nothing beyond the number of phones", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.must(w.db.Suspend(w.Context(), phone.ID, device.ReasonClone, audit.Event{At: now}))
		ev := audit.Event{Kind: audit.DeviceResumed, At: now}
		w.want(w.db.Resume(w.Context(), phone.ID, ev), device.ErrClone)
		w.wantDevice(phone.ID, device.Suspended, device.ReasonClone)

		ben := w.account()
		old := w.phone(ben)
		w.codes(ben)
		fresh := w.recovered(ben, old.ID)
		third := w.another(w.pastProbation(fresh), ben, "")
		w.another(third, ben, "")
		w.want(w.db.Resume(w.Context(), old.ID, ev), device.ErrPhones)
		w.must(w.db.Remove(w.Context(), third.ID, device.ReasonRemoved, gone(third)))
		if won := race(func(int) error { return w.db.Resume(w.Context(), old.ID, ev) }); won == 0 {
			w.Error("nobody could")
		}
		w.wantEvents(old.ID, audit.DeviceResumed, 0) // events carry the device that the caller names: none here
		w.wantDevice(old.ID, device.Active, "")
	}},
	{"when the new phone is stopped or goes, the lost one stays", func(w *world) {
		for _, stop := range []func(device.Device){
			func(d device.Device) {
				w.must(w.db.Suspend(w.Context(), d.ID, device.ReasonOperator, audit.Event{At: now}))
			},
			func(d device.Device) { w.must(w.db.Remove(w.Context(), d.ID, device.ReasonOperator, gone(d))) },
			func(d device.Device) { // there are two of it
				_, err := w.count(counted(d, 1))
				w.must(err)
				_, err = w.count(counted(d, 1))
				w.want(err, device.ErrClone)
			},
		} {
			ada := w.account()
			old := w.phone(ada)
			w.codes(ada)
			stop(w.recovered(ada, old.ID))
			w.wantDevice(old.ID, device.Suspended, device.ReasonLost)
			if d := w.device(old.ID); !d.Leaves.IsZero() {
				w.Error("it will go all the same")
			}
		}
	}},
	{"probation keeps a phone from allowing changes, and nothing else", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.codes(ada)
		fresh := w.recovered(ada, old.ID)
		for _, action := range []keyturn.Action{keyturn.AddPhone, keyturn.RemovePhone, keyturn.MovePhone, keyturn.RecoveryCodes, keyturn.ChangePassword} {
			r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session, r.Target = action, "ses_any", fresh.ID })
			err := w.db.Decide(w.Context(), decision(r, fresh, approval.Approved), about(r, audit.RequestApproved))
			w.wantGone(err, approval.Waiting)
			w.decide(r, fresh, approval.Denied)
		}
		w.decide(w.ask(ada), fresh, approval.Approved)
		late := about(w.ask(ada), audit.RequestApproved)
		late.At = now.Add(24 * time.Hour)
		r := w.ask(ada, func(r *approval.Request) {
			r.Action, r.Session, r.Expires = keyturn.RecoveryCodes, "ses_any", late.At.Add(time.Minute)
		})
		w.must(w.db.Decide(w.Context(), decision(r, fresh, approval.Approved), late))
	}},
	{"no approval counts that a session asked for which a code has opened", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		second := w.another(old, ada, "")
		w.codes(ada)
		g := grant()
		_, err := w.spend(w.ask(ada), g)
		w.must(err)
		r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session = keyturn.AddPhone, g.Session })
		w.decide(r, second, approval.Approved)
		_, err = w.db.Redeem(w.Context(), r.ID, r.Pending, policy.Grant{}, about(r, audit.RequestRedeemed))
		w.must(err)
		b := w.begun(ada, func(b *activation.Begun) { b.Purpose, b.Session, b.Approval = activation.Add, g.Session, r.ID })
		w.want(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)), activation.ErrApproval)
	}},
	{"a move that another phone approved is none", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		second := w.another(old, ada, "")
		r := w.ask(ada, func(r *approval.Request) { r.Action, r.Session, r.Target = keyturn.MovePhone, "ses_any", old.ID })
		err := w.db.Decide(w.Context(), decision(r, second, approval.Approved), about(r, audit.RequestApproved))
		w.wantGone(err, approval.Waiting)
		w.decide(r, old, approval.Approved)
	}},
	{"of a second recovery and what it interrupts one phone becomes active", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.codes(ada)
		a, d := redeemed(w.code(ada, w.recover(ada, old.ID)), keyturn.UnlockPIN)
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		other := w.begun(ada, w.recover(ada, old.ID))
		won := race(func(i int) error {
			if i%2 == 0 {
				return w.activate(a)
			}
			return w.db.BeginActivation(w.Context(), other, w.activation(other.ID, audit.ActivationBegun))
		})
		if won < 1 || won > 2 {
			w.Errorf("%d won", won)
		}
		state := w.device(d.ID).State
		lost := w.device(old.ID).State
		if active := state == device.Active; active != (lost == device.Suspended) {
			w.Errorf("new phone %s, lost one %s", state, lost)
		}
	}},
}

// lock is what five wrong PINs do.
func (w *world) lock(d device.Device) {
	w.sql("UPDATE device SET state = 'pin_locked', ended = $1 WHERE id = $2", now.Unix(), d.ID)
}

// pastProbation is a device as it is a day later.
func (w *world) pastProbation(d device.Device) device.Device {
	w.sql("UPDATE device SET probation = NULL WHERE id = $1", d.ID)
	return w.device(d.ID)
}

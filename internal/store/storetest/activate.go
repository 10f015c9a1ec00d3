package storetest

import (
	"bytes"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var ends = []contract{
	{"of many finishes one is written, by the device itself and in time", func(w *world) {
		a, d := redeemed(w.code(w.account()), keyturn.UnlockPIN)
		w.redeem(a, d)
		a, d = finished(a, d)
		ev := w.activation(a.ID, audit.ActivationChecking)
		stranger, late := d, ev
		stranger.ID, late.At = "dev_other", now.Add(2*time.Minute)
		w.want(w.db.FinishActivation(w.Context(), a, stranger, nil, ev), activation.ErrClosed)
		w.want(w.db.FinishActivation(w.Context(), a, d, nil, late), activation.ErrClosed)
		won := race(func(int) error { return w.db.FinishActivation(w.Context(), a, d, nil, ev) })
		if won != 1 {
			w.Errorf("%d finishes", won)
		}
		w.wantEvents(a.ID, audit.ActivationChecking, 1)
		got := w.wantActivation(a.ID, activation.Checking, "")
		if got.Private != nil || got.Text != nil || !bytes.Equal(got.Check, a.Check) || !bytes.Equal(got.PhoneNonce, a.PhoneNonce) ||
			!got.Expires.Equal(a.Expires) || got.ServerKey == nil {
			w.Errorf("%+v", got)
		}
		if kept := w.device(d.ID); !bytes.Equal(kept.Kp, d.Kp) || !bytes.Equal(kept.Kk, d.Kk) || kept.State != device.New {
			w.Errorf("%+v", kept)
		}
	}},
	{"of many check codes typed at once no more are compared than may", func(w *world) {
		a, d := redeemed(w.code(w.account()), keyturn.UnlockPIN)
		w.redeem(a, d)
		ev := w.activation(a.ID, audit.ActivationTried)
		_, err := w.db.TryCheck(w.Context(), a.ID, 3, ev)
		w.want(err, activation.ErrClosed) // not yet
		w.finish(a, d, nil)
		var sum atomic.Int64
		taken := race(func(int) error {
			left, err := w.db.TryCheck(w.Context(), a.ID, 3, ev)
			sum.Add(int64(left))
			return err
		})
		if taken != 3 || sum.Load() != 2+1+0 {
			w.Errorf("%d tries of 3, the tries left add up to %d", taken, sum.Load())
		}
		if got, err := w.db.Activation(w.Context(), a.ID); err != nil || !got.Expires.Equal(now.Add(10*time.Second)) || got.Wrong != 0 {
			w.Errorf("the last can be judged until %s, and %d were wrong, %v", got.Expires, got.Wrong, err)
		}
		w.wantEvents(a.ID, audit.ActivationTried, 3)
	}},
	{"a check code after its time isn't compared", func(w *world) {
		a, d := redeemed(w.code(w.account()), keyturn.UnlockPIN)
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		ev := w.activation(a.ID, audit.ActivationTried)
		ev.At = a.Expires
		_, err := w.db.TryCheck(w.Context(), a.ID, 3, ev)
		w.want(err, activation.ErrClosed)
		w.want(w.db.Activate(w.Context(), a, most, ev), activation.ErrClosed)
	}},
	{"of many who activate one does, and the account has its phone", func(w *world) {
		ada := w.account()
		a, d := redeemed(w.code(ada), keyturn.UnlockPIN)
		w.redeem(a, d)
		w.want(w.activate(a), activation.ErrClosed) // not yet
		a = w.finish(a, d, nil)
		if won := race(func(int) error { return w.activate(a) }); won != 1 {
			w.Errorf("activated %d times", won)
		}
		w.wantEvents(a.ID, audit.ActivationDone, 1)
		w.wantDevice(d.ID, device.Active, "")
		if got := w.wantActivation(a.ID, activation.Active, ""); got.Check != nil {
			w.Error("the check code is left")
		}
		if acc, _ := w.db.Account(w.Context(), ada); acc.First {
			w.Error("the next phone is a first one again")
		}
	}},
	{"an approval makes one phone", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		add := w.approvedFor(phone, keyturn.AddPhone, "")
		a, d := redeemed(w.code(ada, add), keyturn.UnlockPIN)
		w.through(a, d)
		b := w.begun(ada, add)
		w.want(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)), activation.ErrApproval)
	}},
	{"an approving device that was stopped since makes none", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		a, d := redeemed(w.code(ada, w.approvedFor(phone, keyturn.AddPhone, "")), keyturn.UnlockPIN)
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		w.must(w.db.Suspend(w.Context(), phone.ID, device.ReasonClone, audit.Event{At: now}))
		w.want(w.activate(a), activation.ErrApproval)
		w.wantActivation(a.ID, activation.Checking, "")
		w.wantDevice(d.ID, device.New, "")
		w.wantEvents(a.ID, audit.ActivationDone, 0)
	}},
	{"an account has no more phones than it may, suspended and locked ones count", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		second := w.another(phone, ada, "")
		w.another(phone, ada, "")
		w.must(w.db.Suspend(w.Context(), second.ID, device.ReasonLost, audit.Event{At: now}))
		a, d := redeemed(w.code(ada, w.approvedFor(phone, keyturn.AddPhone, "")), keyturn.UnlockPIN)
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		w.want(w.activate(a), activation.ErrPhones)
		w.wantActivation(a.ID, activation.Checking, "")
		w.wantDevice(d.ID, device.New, "")
		w.must(w.db.Remove(w.Context(), second.ID, device.ReasonLeft, gone(second)))
		w.must(w.activate(a)) // the approval isn't used up by the failure
	}},
	{"a move ends the old phone in the same step", func(w *world) {
		ada := w.account()
		old := w.phone(ada)
		w.another(old, ada, "")
		w.another(old, ada, "") // as many as may be
		a, d := redeemed(w.code(ada, w.approvedFor(old, keyturn.MovePhone, old.ID)), keyturn.UnlockPIN)
		a.PhoneName = "iPhone 17"
		w.redeem(a, d)
		w.must(w.activate(w.finish(a, d, nil)))
		w.wantDevice(d.ID, device.Active, "")
		w.wantDevice(old.ID, device.Removed, device.ReasonMoved)
		if to := w.device(old.ID).MovedTo; to != "iPhone 17" {
			w.Errorf("moved to %q", to)
		}
		w.wantEvents(old.ID, audit.DeviceRemoved, 1)
	}},
	{"each end leaves from where it may, once, and ends the device", func(w *world) {
		waiting, redeem, check := 0, 1, 2
		for _, tt := range []struct {
			at    int
			to    activation.State
			cause string
			after time.Duration
			want  error
		}{
			{waiting, activation.Failed, activation.CauseProof, 0, activation.ErrClosed},
			{waiting, activation.Cancelled, activation.CausePerson, 0, nil},
			{waiting, activation.Expired, activation.CauseTime, 0, activation.ErrClosed},
			{waiting, activation.Expired, activation.CauseTime, 10 * time.Minute, nil},
			{redeem, activation.Failed, activation.CauseProof, 0, nil},
			{redeem, activation.Cancelled, activation.CausePerson, 0, nil},
			{redeem, activation.Expired, activation.CauseTime, 2*time.Minute - time.Second, activation.ErrClosed},
			{redeem, activation.Expired, activation.CauseTime, 2 * time.Minute, nil},
			{check, activation.Failed, activation.CauseProof, 0, activation.ErrClosed},
			{check, activation.Cancelled, activation.CauseDigits, 0, nil},
			{check, activation.Expired, activation.CauseTime, 10 * time.Minute, nil},
		} {
			a := w.code(w.account())
			var d device.Device
			if tt.at >= redeem {
				a, d = redeemed(a, keyturn.UnlockPIN)
				w.redeem(a, d)
			}
			if tt.at >= check {
				w.finish(a, d, nil)
			}
			ev := w.activation(a.ID, audit.ActivationCancelled)
			ev.At = now.Add(tt.after)
			won := 0
			if tt.want == nil {
				won = 1
			}
			if got := race(func(int) error { return w.db.EndActivation(w.Context(), a.ID, tt.to, tt.cause, ev) }); got != won {
				w.Errorf("%+v: ended %d times", tt, got)
			}
			w.wantEvents(a.ID, audit.ActivationCancelled, won)
			w.want(w.db.EndActivation(w.Context(), a.ID, activation.Failed, "", ev), afterEnd(tt.want, tt.at))
			if tt.want != nil {
				continue
			}
			after := w.wantActivation(a.ID, tt.to, tt.cause)
			if after.Code != nil || after.Private != nil || after.Check != nil || after.Text != nil {
				w.Errorf("%+v: secrets are left", tt)
			}
			if d.ID != "" {
				w.wantDevice(d.ID, device.Removed, device.ReasonFailed)
			}
		}
	}},
	{"a refused code is found again by its account", func(w *world) {
		ada := w.account()
		a := w.code(ada)
		refusal := func(subject, cause string, at time.Time) audit.Event {
			ev := audit.Event{Kind: audit.ActivationRefused, At: at, Account: ada, Subject: subject, Reference: "7K3M9QXA"}
			return ev.With("cause", cause)
		}
		w.must(w.db.Refused(w.Context(), refusal(a.ID, "used", now)))
		w.must(w.db.Refused(w.Context(), refusal(a.ID, "expired", now)))
		w.must(w.db.Refused(w.Context(), refusal("", "unknown", now)))
		ev, ok, err := w.db.RefusedSince(w.Context(), ada, now)
		if err != nil || !ok || ev.Detail["cause"] != "expired" || ev.Subject != a.ID || ev.Reference != "7K3M9QXA" || !ev.At.Equal(now) {
			w.Errorf("%+v %t %v", ev, ok, err)
		}
		if _, ok, err := w.db.RefusedSince(w.Context(), ada, now.Add(time.Second)); ok || err != nil {
			w.Error("one from before is found", err)
		}
	}},
}

// afterEnd is what another end gets: closed, unless the one before failed and the
// activation is still where it may fail.
func afterEnd(before error, at int) error {
	if before != nil && at == 1 {
		return nil
	}
	return activation.ErrClosed
}

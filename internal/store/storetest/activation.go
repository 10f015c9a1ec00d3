package storetest

import (
	"bytes"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var activations = []contract{
	{"what was begun is found by id, session and code", func(w *world) {
		ada := w.account()
		ses := keyturn.NewID(keyturn.SessionID)
		of := func(b *activation.Begun) { b.Session = ses }
		older := w.code(ada, of)
		a := w.code(ada, of)
		byID, err1 := w.db.Activation(w.Context(), a.ID)
		bySession, err2 := w.db.ActivationOf(w.Context(), ses)
		byCode, err3 := w.db.ActivationWith(w.Context(), a.CodeHash)
		w.must(errors.Join(err1, err2, err3))
		for _, got := range []activation.Activation{byID, bySession, byCode} {
			if got.ID != a.ID || got.Account != ada || got.Session != ses || got.Purpose != activation.First || got.State != activation.Waiting ||
				!got.Made.Equal(a.Made) || !got.Expires.Equal(a.Expires) || got.Browser != a.Browser || got.IP != a.IP ||
				got.Place != a.Place || !bytes.Equal(got.Code, a.Code) || !bytes.Equal(got.CodeHash, a.CodeHash) || got.Extended {
				w.Errorf("%+v", got)
			}
		}
		if got, err := w.db.ActivationWith(w.Context(), older.CodeHash); err != nil || got.State != activation.Replaced {
			w.Error("an ended one isn't found", err)
		}
		_, err1 = w.db.Activation(w.Context(), "act_none")
		_, err2 = w.db.ActivationOf(w.Context(), "ses_none")
		_, err3 = w.db.ActivationWith(w.Context(), random())
		for _, err := range []error{err1, err2, err3} {
			w.want(err, activation.ErrUnknown)
		}
	}},
	{"of many codes begun at once one is left, and the sealed codes of the others are gone", func(w *world) {
		ada := w.account()
		won := race(func(int) error {
			b := w.begun(ada)
			return w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun))
		})
		if won != racers {
			w.Errorf("%d of %d begun", won, racers)
		}
		a, err := w.db.ActivationOf(w.Context(), "ses_first")
		w.must(err)
		last := w.code(ada)
		a = w.wantActivation(a.ID, activation.Replaced, activation.CauseNewer)
		if a.Code != nil || !a.Ended.Equal(now) {
			w.Error("the sealed code is left, or when it ended isn't said")
		}
		w.wantActivation(last.ID, activation.Waiting, "")
		w.wantEvents(a.ID, audit.ActivationReplaced, 1)
	}},
	{"a newer code ends a device that is under way", func(w *world) {
		ada := w.account()
		a, d := redeemed(w.code(ada), keyturn.UnlockPIN)
		w.redeem(a, d)
		w.finish(a, d, nil)
		w.code(ada)
		after := w.wantActivation(a.ID, activation.Replaced, activation.CauseNewer)
		w.wantDevice(d.ID, device.Removed, device.ReasonFailed)
		if after.Check != nil || after.Private != nil || w.device(d.ID).Kk != nil {
			w.Error("secrets are left")
		}
	}},
	{"a purpose that doesn't hold is refused, and the older code lives on", func(w *world) {
		ada, ben := w.account(), w.account()
		phone := w.phone(ada)
		first := w.code(ben)
		moved := w.another(phone, ada, "")
		r := w.approved(phone, keyturn.AddPhone, "")
		add := func(b *activation.Begun) { b.Purpose, b.Session, b.Approval = activation.Add, r.Session, r.ID }
		move := w.approvedFor(moved, keyturn.MovePhone, moved.ID)
		open := w.ask(ada, func(q *approval.Request) { q.Action, q.Session = keyturn.AddPhone, "ses_1" })
		w.decide(open, phone, approval.Approved)
		for _, tt := range []struct {
			name    string
			account string
			spoil   []func(*activation.Begun)
			want    error
		}{
			{"a first phone where there is one", ada, nil, activation.ErrPurpose},
			{"recovery without a code", ben, []func(*activation.Begun){func(b *activation.Begun) { b.Purpose = activation.Recover }}, activation.ErrPurpose},
			{"an account that isn't there", "acc_none", nil, activation.ErrPurpose},
			{"no approval", ada, []func(*activation.Begun){add, func(b *activation.Begun) { b.Approval = "req_none" }}, activation.ErrApproval},
			{"another session's", ada, []func(*activation.Begun){add, func(b *activation.Begun) { b.Session = "ses_other" }}, activation.ErrApproval},
			{"another account's", ben, []func(*activation.Begun){add}, activation.ErrApproval},
			{"an approval of another action", ada, []func(*activation.Begun){add, func(b *activation.Begun) { b.Purpose = activation.Move }}, activation.ErrApproval},
			{"one that is too old", ada, []func(*activation.Begun){add, func(b *activation.Begun) { b.Oldest = now.Add(time.Second) }}, activation.ErrApproval},
			{"approved and not redeemed", ada, []func(*activation.Begun){add, func(b *activation.Begun) { b.Approval, b.Session = open.ID, open.Session }}, activation.ErrApproval},
			{"another phone than was approved", ada, []func(*activation.Begun){move, func(b *activation.Begun) { b.Old = phone.ID }}, activation.ErrApproval},
		} {
			b := w.begun(tt.account, tt.spoil...)
			if err := w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)); !errors.Is(err, tt.want) {
				w.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
			w.wantEvents(b.ID, audit.ActivationBegun, 0)
		}
		w.wantActivation(first.ID, activation.Waiting, "")
		w.code(ada, add)
		w.code(ada, move)
		w.must(w.db.Suspend(w.Context(), phone.ID, device.ReasonClone, audit.Event{At: now}))
		b := w.begun(ada, add)
		w.want(w.db.BeginActivation(w.Context(), b, w.activation(b.ID, audit.ActivationBegun)), activation.ErrApproval)
	}},
	{"after a report no phones are changed", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		add := w.approvedFor(phone, keyturn.AddPhone, "")
		a, d := redeemed(w.code(ada, add), keyturn.UnlockPIN)
		w.redeem(a, d)
		a = w.finish(a, d, nil)
		w.decide(w.ask(ada), phone, approval.Reported)
		w.want(w.activate(a), activation.ErrPurpose)
		w.want(w.db.BeginActivation(w.Context(), w.begun(ada, add), audit.Event{At: now}), activation.ErrPurpose)
		w.wantActivation(a.ID, activation.Checking, "")
	}},
	{"the first look adds time, once", func(w *world) {
		a := w.code(w.account())
		race(func(int) error {
			return w.db.LookedAt(w.Context(), a.ID, 10*time.Minute, w.activation(a.ID, audit.ActivationLooked))
		})
		got := w.wantActivation(a.ID, activation.Waiting, "")
		if !got.Expires.Equal(a.Expires.Add(10*time.Minute)) || !got.Extended || !got.Looked.Equal(now) || got.Code == nil {
			w.Errorf("%+v", got)
		}
		w.wantEvents(a.ID, audit.ActivationLooked, 1)
		late := w.activation(a.ID, audit.ActivationLooked)
		late.At = got.Expires
		w.want(w.db.LookedAt(w.Context(), a.ID, time.Minute, late), activation.ErrCode)
		w.want(w.db.LookedAt(w.Context(), "act_none", time.Minute, late), activation.ErrCode)
	}},
	{"of many phones with one code one redeems it", func(w *world) {
		a := w.code(w.account())
		won := race(func(int) error {
			r, d := redeemed(a, keyturn.UnlockPIN)
			err := w.db.RedeemActivation(w.Context(), r, d, w.activation(a.ID, audit.ActivationRedeemed))
			if _, unknown := w.db.Device(w.Context(), d.ID); (err == nil) != (unknown == nil) {
				w.Errorf("redeemed %v, device %v", err, unknown)
			}
			if used, _ := w.db.KeyUsed(w.Context(), d.Key); used != (err == nil) {
				w.Error("a key that lost is used up")
			}
			return err
		})
		if won != 1 {
			w.Errorf("%d phones redeemed one code", won)
		}
		w.wantEvents(a.ID, audit.ActivationRedeemed, 1)
		got := w.wantActivation(a.ID, activation.Redeemed, "")
		w.wantDevice(got.Device, device.New, "")
		if got.Code != nil || len(got.Private) == 0 || !got.Expires.Equal(now.Add(2*time.Minute)) || got.PhoneName != "Pixel 9" {
			w.Errorf("%+v", got)
		}
	}},
	{"a code whose time is over can't be redeemed", func(w *world) {
		a := w.code(w.account())
		r, d := redeemed(a, keyturn.UnlockPIN)
		late := w.activation(a.ID, audit.ActivationRedeemed)
		late.At = a.Expires
		w.want(w.db.RedeemActivation(w.Context(), r, d, late), activation.ErrCode)
		r.CodeHash = random()
		w.want(w.db.RedeemActivation(w.Context(), r, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrCode)
		w.wantActivation(a.ID, activation.Waiting, "")
		w.wantEvents(a.ID, audit.ActivationRedeemed, 0)
	}},
	{"a key that was ever a device's leaves the code alone", func(w *world) {
		old := w.phone(w.account())
		w.must(w.db.Remove(w.Context(), old.ID, device.ReasonLeft, gone(old)))
		a := w.code(w.account())
		r, d := redeemed(a, keyturn.UnlockPIN)
		d.Key, r.DeviceKey = old.Key, old.Key
		w.want(w.db.RedeemActivation(w.Context(), r, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrKey)
		if got := w.wantActivation(a.ID, activation.Waiting, ""); got.Code == nil || got.Device != "" {
			w.Errorf("%+v", got)
		}
		w.wantEvents(a.ID, audit.ActivationRedeemed, 0)
	}},
	{"a device that vouches shares its phone, if it still may", func(w *world) {
		ada, ben := w.account(), w.account()
		via := w.phone(ada)
		d := w.another(via, ben, via.ID)
		if d.Phone != via.Phone {
			w.Error("another phone")
		}
		a := w.code(w.account())
		r, d := redeemed(a, keyturn.UnlockPlatform) // of another kind
		r.Via, r.ViaEpoch = via.ID, via.Epoch
		w.want(w.db.RedeemActivation(w.Context(), r, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrCode)
		r, d = redeemed(a, keyturn.UnlockPIN)
		r.Via, r.ViaEpoch = via.ID, via.Epoch-1 // the PIN was changed since it vouched
		w.want(w.db.RedeemActivation(w.Context(), r, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrCode)
		w.must(w.db.Suspend(w.Context(), via.ID, device.ReasonClone, audit.Event{At: now}))
		r, d = redeemed(a, keyturn.UnlockPIN)
		r.Via, r.ViaEpoch = via.ID, via.Epoch
		w.want(w.db.RedeemActivation(w.Context(), r, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrCode)
		w.wantActivation(a.ID, activation.Waiting, "")
	}},
}

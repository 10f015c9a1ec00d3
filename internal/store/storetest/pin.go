package storetest

import (
	"bytes"
	"sync"
	"time"

	"keyturn"
	"keyturn/internal/activation"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

// change begins a PIN change of a device.
func (w *world) change(d device.Device) device.Change {
	w.Helper()
	c := changeOf(d)
	w.must(w.begin(c, d))
	return c
}

func (w *world) begin(c device.Change, d device.Device) error {
	return w.db.BeginChange(w.Context(), d.Phone, c, audit.Event{Kind: audit.PINBegun, At: now, Account: d.Account, Device: d.ID})
}

func changeOf(d device.Device) device.Change {
	return device.Change{Device: d.ID, Epoch: d.Epoch + 1, AgreeKey: random(), Private: random(), ServerKey: random(),
		Nonce: random(), Expires: now.Add(2 * time.Minute)}
}

// finishChange finishes changes at a time; new is what each key becomes.
func (w *world) finishChange(at time.Time, new []byte, phone string, all ...device.Change) error {
	var changed []device.Changed
	for _, c := range all {
		changed = append(changed, device.Changed{Change: c, Kk: new})
	}
	v := device.Verdict{Device: all[0].Device, Phone: phone, Text: random(), Result: right, PIN: device.PINRight, At: at}
	return w.db.FinishChange(w.Context(), changed, v, audit.Event{Kind: audit.PINChanged, At: at})
}

// wantPIN fails the test unless a device has that epoch and key.
func (w *world) wantPIN(id string, epoch int64, kk []byte) {
	w.Helper()
	if d := w.device(id); d.Epoch != epoch || !bytes.Equal(d.Kk, kk) {
		w.Errorf("%s: epoch %d, key %x, want %d, %x", id, d.Epoch, d.Kk, epoch, kk)
	}
}

// pair is two accounts on one phone.
func (w *world) pair() (first, second device.Device) {
	w.Helper()
	first = w.phone(w.account())
	return first, w.another(first, w.account(), first.ID)
}

var pins = []contract{
	{"a phone's devices are found together, removed ones not", func(w *world) {
		first, second := w.pair()
		third := w.another(first, w.account(), first.ID)
		w.must(w.db.Remove(w.Context(), third.ID, device.ReasonLeft, gone(third)))
		all, err := w.db.OnPhone(w.Context(), first.Phone)
		w.must(err)
		if len(all) != 2 || all[0].ID != min(first.ID, second.ID) || all[1].ID != max(first.ID, second.ID) {
			w.Errorf("%+v", all)
		}
	}},
	{"a newer change ends an older one, and so does one that may not begin", func(w *world) {
		d := w.phone(w.account())
		_, err := w.db.Change(w.Context(), d.ID)
		w.want(err, device.ErrChangeGone)
		old, c := w.change(d), w.change(d)
		got, err := w.db.Change(w.Context(), d.ID)
		if err != nil || !bytes.Equal(got.Nonce, c.Nonce) || !bytes.Equal(got.Private, c.Private) || !bytes.Equal(got.AgreeKey, c.AgreeKey) ||
			!bytes.Equal(got.ServerKey, c.ServerKey) || got.Epoch != 2 || !got.Expires.Equal(c.Expires) {
			w.Errorf("%+v %v", got, err)
		}
		w.want(w.finishChange(now, random(), d.Phone, old), device.ErrChangeGone)
		late := changeOf(d)
		late.Epoch++
		w.want(w.begin(late, d), device.ErrChangeGone)
		w.want(w.finishChange(now, random(), d.Phone, c), device.ErrChangeGone)
		w.wantPIN(d.ID, 1, d.Kk)
	}},
	{"all devices change, or none; the right PIN sets the count back", func(w *world) {
		first, second := w.pair()
		count := counted(first, 1, withPIN)
		_, err := w.count(count)
		w.must(err)
		w.judge(count, wrong, device.PINWrong)
		a, b, kk := w.change(first), w.change(second), random()
		w.want(w.finishChange(now, kk, first.Phone, a), device.ErrChangeGone)
		w.want(w.finishChange(now, kk, second.Phone, b), device.ErrChangeGone)
		w.wantPIN(first.ID, 1, first.Kk)
		w.wantPIN(second.ID, 1, second.Kk)
		w.want(w.finishChange(now.Add(2*time.Minute), kk, first.Phone, a, b), device.ErrChangeGone)
		w.wantEvents(first.ID, audit.PINChanged, 0)
		w.must(w.finishChange(now.Add(2*time.Minute-time.Second), kk, first.Phone, a, b))
		w.wantPIN(first.ID, 2, kk)
		w.wantPIN(second.ID, 2, kk)
		if n := w.device(first.ID).WrongPINs; n != 0 {
			w.Errorf("%d wrong PINs", n)
		}
		w.wantEvents(first.ID, audit.PINChanged, 1)
		w.wantEvents(second.ID, audit.PINChanged, 1)
		w.want(w.finishChange(now, random(), first.Phone, a, b), device.ErrChangeGone)
	}},
	{"a paused device keeps its PIN and holds nobody up", func(w *world) {
		first, second := w.pair()
		a, b := w.change(first), w.change(second)
		w.must(w.db.Suspend(w.Context(), second.ID, device.ReasonLost, audit.Event{At: now}))
		kk := random()
		w.want(w.finishChange(now, kk, first.Phone, a, b), device.ErrChangeGone)
		w.wantPIN(first.ID, 1, first.Kk)
		w.must(w.finishChange(now, kk, first.Phone, a))
		w.wantPIN(first.ID, 2, kk)
		w.wantPIN(second.ID, 1, second.Kk)
		w.want(w.begin(changeOf(second), second), device.ErrChangeGone)
	}},
	{"nothing changes while an account is being set up on the phone", func(w *world) {
		first := w.phone(w.account())
		c := w.change(first)
		a, d := redeemed(w.code(w.account()), keyturn.UnlockPIN)
		a.Via, a.ViaEpoch = first.ID, first.Epoch
		w.redeem(a, d)
		w.want(w.finishChange(now, random(), first.Phone, c), device.ErrChangeGone)
		w.want(w.begin(changeOf(first), first), device.ErrChangeGone)
		_, err := w.db.Change(w.Context(), first.ID)
		w.want(err, device.ErrChangeGone) // the older one is over all the same
		w.wantPIN(first.ID, 1, first.Kk)
	}},
	{"of fifty finishes one wins", func(w *world) {
		first, second := w.pair()
		a, b := w.change(first), w.change(second)
		keys := make([]keyturn.Bytes, racers)
		for i := range keys {
			keys[i] = random()
		}
		won := race(func(i int) error { return w.finishChange(now, keys[i], first.Phone, a, b) })
		one, two := w.device(first.ID), w.device(second.ID)
		if won != 1 || one.Epoch != 2 || two.Epoch != 2 || !bytes.Equal(one.Kk, two.Kk) {
			w.Errorf("%d won, epochs %d and %d, one key %v", won, one.Epoch, two.Epoch, bytes.Equal(one.Kk, two.Kk))
		}
		w.wantEvents(first.ID, audit.PINChanged, 1)
	}},
	{"A56 a change and an account that joins the phone: never both", func(w *world) {
		first := w.phone(w.account())
		c, kk := w.change(first), random()
		a, d := redeemed(w.code(w.account()), keyturn.UnlockPIN)
		a.Via, a.ViaEpoch = first.ID, first.Epoch
		var joined, finished error
		var wg sync.WaitGroup
		wg.Go(func() {
			joined = w.db.RedeemActivation(w.Context(), a, d, w.activation(a.ID, audit.ActivationRedeemed))
		})
		wg.Go(func() { finished = w.finishChange(now, kk, first.Phone, c) })
		wg.Wait()
		if (joined == nil) == (finished == nil) {
			w.Errorf("joined: %v, changed: %v", joined, finished)
		}
		if joined != nil {
			w.want(joined, activation.ErrCode)
			w.wantActivation(a.ID, activation.Waiting, "")
		} else {
			w.want(finished, device.ErrChangeGone)
		}
	}},
	{"tidying forgets changes that are over", func(w *world) {
		d := w.phone(w.account())
		c := w.change(d)
		w.must(w.tidy(c.Expires.Add(-time.Second)))
		_, err := w.db.Change(w.Context(), d.ID)
		w.must(err)
		w.must(w.tidy(c.Expires))
		_, err = w.db.Change(w.Context(), d.ID)
		w.want(err, device.ErrChangeGone)
	}},
}

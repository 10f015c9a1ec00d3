package storetest

import (
	"bytes"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
)

var devices = []contract{
	{"it is found with what a call needs to know", func(w *world) {
		ada := w.account()
		d := w.phone(ada)
		if d.Account != ada || d.AccountName != "Ada "+ada || !d.AccountActive || d.Stopped || d.State != device.Active ||
			d.Name != "Pixel 9" || d.Platform != keyturn.Android || d.Unlock != keyturn.UnlockPIN || d.Epoch != 1 || d.Counter != 0 ||
			len(d.Key) != 32 || len(d.Kp) != 32 || len(d.Kk) != 32 || !d.Added.Equal(now) || !d.Probation.IsZero() || !d.Ended.IsZero() {
			w.Errorf("%+v", d)
		}
		_, err1 := w.db.Device(w.Context(), "dev_none")
		_, err2 := w.db.Phone(w.Context(), "pho_none")
		w.want(err1, device.ErrUnknown)
		w.want(err2, device.ErrUnknown)
	}},
	{"an account's are those that were ever active, newest first", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		second := w.another(first, ada, "")
		a, new := redeemed(w.code(ada, w.approvedFor(first, keyturn.AddPhone, "")), keyturn.UnlockPIN)
		w.redeem(a, new)
		w.must(w.db.Remove(w.Context(), first.ID, device.ReasonLeft, gone(first)))
		all, err := w.db.Devices(w.Context(), ada)
		if err != nil || len(all) != 2 || all[0].ID != second.ID || all[1].ID != first.ID || all[1].State != device.Removed {
			w.Errorf("%+v %v", all, err)
		}
	}},
	{"a request can be answered by active ones, if they aren't stopped", func(w *world) {
		ada, bob := w.account(), w.account()
		w.wantAnswerable(ada, "", false)
		first := w.phone(ada)
		second := w.another(first, ada, "")
		w.phone(bob)
		w.wantAnswerable(ada, "", true)
		w.wantAnswerable(ada, second.ID, true)
		w.wantAnswerable(bob, second.ID, false)
		w.wantAnswerable(ada, "dev_none", false)

		w.must(w.db.Suspend(w.Context(), second.ID, device.ReasonLost, audit.Event{At: now}))
		w.wantAnswerable(ada, second.ID, false)
		w.wantAnswerable(ada, "", true)
		w.stop(ada, first)
		w.wantAnswerable(ada, "", false)
		w.must(w.db.UnlockAccount(w.Context(), ada, audit.Event{Kind: audit.AccountUnlocked, At: now, Account: ada}))
		w.wantAnswerable(ada, first.ID, true)
		w.must(w.db.Remove(w.Context(), first.ID, device.ReasonLeft, gone(first)))
		w.wantAnswerable(ada, "", false)
		w.wantAnswerable(bob, "", true)
	}},
	{"suspending happens once", func(w *world) {
		d := w.phone(w.account())
		ev := audit.Event{Kind: audit.DeviceSuspended, At: now, Device: d.ID}
		won := race(func(int) error { return w.db.Suspend(w.Context(), d.ID, device.ReasonLost, ev) })
		if won != 1 {
			w.Errorf("suspended %d times", won)
		}
		w.wantEvents(d.ID, audit.DeviceSuspended, 1)
		w.wantDevice(d.ID, device.Suspended, device.ReasonLost)
		w.want(w.db.Suspend(w.Context(), d.ID, device.ReasonLost, ev), device.ErrSuspended)
		w.want(w.db.Suspend(w.Context(), "dev_none", device.ReasonLost, ev), device.ErrUnknown)
	}},
	{"removing happens once, and takes what was shared with the phone", func(w *world) {
		d := w.phone(w.account())
		won := race(func(int) error { return w.db.Remove(w.Context(), d.ID, device.ReasonLeft, gone(d)) })
		if won != 1 {
			w.Errorf("removed %d times", won)
		}
		w.wantEvents(d.ID, audit.DeviceRemoved, 1)
		w.wantDevice(d.ID, device.Removed, device.ReasonLeft)
		if after := w.device(d.ID); after.Kp != nil || after.Kk != nil || !bytes.Equal(after.Key, d.Key) {
			w.Error("keys shared with the phone are left, or its own is gone")
		}
		var g *device.Gone
		if err := w.db.Remove(w.Context(), d.ID, device.ReasonLeft, gone(d)); !errors.As(err, &g) || g.Reason != device.ReasonLeft || !g.At.Equal(now) {
			w.Error(err)
		}
		if err := w.db.Suspend(w.Context(), d.ID, device.ReasonLost, audit.Event{At: now}); !errors.As(err, &g) {
			w.Error(err)
		}
		w.want(w.db.Remove(w.Context(), "dev_none", device.ReasonLeft, audit.Event{At: now}), device.ErrUnknown)
	}},
	{"a suspended one can be removed, one whose activation is under way can't", func(w *world) {
		ada := w.account()
		d := w.phone(ada)
		w.must(w.db.Suspend(w.Context(), d.ID, device.ReasonClone, audit.Event{At: now}))
		w.must(w.db.Remove(w.Context(), d.ID, device.ReasonOperator, gone(d)))
		a, new := redeemed(w.code(w.account()), keyturn.UnlockPIN)
		w.redeem(a, new)
		w.want(w.db.Remove(w.Context(), new.ID, device.ReasonOperator, gone(new)), device.ErrNew)
		w.wantDevice(new.ID, device.New, "")
	}},
	{"with the last phone the known browsers are forgotten", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		second := w.another(first, ada, "")
		browser := w.known(ada, first)
		for _, tt := range []struct {
			d     device.Device
			known bool
		}{{first, true}, {second, false}} {
			w.must(w.db.Remove(w.Context(), tt.d.ID, device.ReasonLeft, gone(tt.d)))
			if known, _ := w.db.KnownBrowser(w.Context(), ada, browser, now); known != tt.known {
				w.Errorf("known: %t, want %t", known, tt.known)
			}
		}
	}},
	{"an approval removes the phone that it names, once", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		second := w.another(first, ada, "")
		r, add := w.approved(first, keyturn.RemovePhone, second.ID), w.approved(first, keyturn.AddPhone, second.ID)
		open := w.ask(ada, func(q *approval.Request) {
			q.Action, q.Target, q.Session = keyturn.RemovePhone, second.ID, "ses_1"
		})
		w.decide(open, first, approval.Approved)
		ev := audit.Event{Kind: audit.DeviceRemoved, At: now, Subject: r.ID}
		for _, tt := range []struct {
			name, request, session string
			oldest                 time.Time
		}{
			{"another session", r.ID, "ses_other", now},
			{"too old", r.ID, r.Session, now.Add(time.Second)},
			{"no such request", "req_none", r.Session, now},
			{"another action", add.ID, add.Session, now},
			{"approved and not redeemed", open.ID, open.Session, now},
		} {
			if _, err := w.db.RemoveApproved(w.Context(), tt.request, tt.session, tt.oldest, ev); !errors.Is(err, device.ErrUnknown) {
				w.Errorf("%s: %v", tt.name, err)
			}
		}
		w.wantDevice(second.ID, device.Active, "")
		won := race(func(int) error {
			d, err := w.db.RemoveApproved(w.Context(), r.ID, r.Session, now, ev)
			if err == nil && (d.ID != second.ID || d.State != device.Removed) {
				w.Errorf("%+v", d)
			}
			return err
		})
		if won != 1 {
			w.Errorf("one approval removed %d times", won)
		}
		w.wantDevice(second.ID, device.Removed, device.ReasonRemoved)
		w.wantDevice(first.ID, device.Active, "")
		events := w.events(second.ID, audit.DeviceRemoved)
		if len(events) != 1 || events[0].Account != ada || events[0].Subject != r.ID {
			w.Errorf("events %+v", events)
		}
	}},
	{"an approval by a device that was stopped since removes nothing", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		second := w.another(first, ada, "")
		r := w.approved(first, keyturn.RemovePhone, second.ID)
		w.must(w.db.Suspend(w.Context(), first.ID, device.ReasonClone, audit.Event{At: now}))
		_, err := w.db.RemoveApproved(w.Context(), r.ID, r.Session, now, gone(second))
		w.want(err, device.ErrUnknown)
		w.wantDevice(second.ID, device.Active, "")
	}},
	{"after a report an approval removes nothing until the account may change its phones again", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		second := w.another(first, ada, "")
		r := w.approved(first, keyturn.RemovePhone, second.ID)
		w.decide(w.ask(ada), second, approval.Reported)
		ev := gone(second)
		_, err := w.db.RemoveApproved(w.Context(), r.ID, r.Session, now, ev)
		w.want(err, device.ErrUnknown)
		w.wantDevice(second.ID, device.Active, "")
		ev.At = now.Add(30 * time.Minute)
		_, err = w.db.RemoveApproved(w.Context(), r.ID, r.Session, now, ev)
		w.must(err)
	}},
	{"only the account's own is renamed", func(w *world) {
		ada, ben := w.account(), w.account()
		d := w.phone(ada)
		ev := audit.Event{Kind: audit.DeviceRenamed, At: now, Device: d.ID}
		w.want(w.db.Rename(w.Context(), ben, d.ID, "Ben's", ev), device.ErrUnknown)
		w.must(w.db.Rename(w.Context(), ada, d.ID, "旧手机 📱", ev))
		if name := w.device(d.ID).Name; name != "旧手机 📱" {
			w.Error(name)
		}
		w.wantEvents(d.ID, audit.DeviceRenamed, 1)
	}},
	{"a phone's own unlock is kept, and its count never goes back", func(w *world) {
		ada, ben := w.account(), w.account()
		c := &device.Credential{ID: random(), Key: random(), SignCount: 7, Backup: true}
		a, d := redeemed(w.code(ada), keyturn.UnlockPlatform)
		w.redeem(a, d)
		w.must(w.activate(w.finish(a, d, c)))
		for _, tt := range []struct{ count, want uint32 }{{9, 9}, {8, 9}, {10, 10}} {
			v := device.Verdict{Device: d.ID, Phone: d.Phone, Sign: &device.Credential{SignCount: tt.count, BackedUp: true}}
			_, err := w.db.Judged(w.Context(), v, audit.Event{At: now}, audit.Event{})
			w.must(err)
			p, err := w.db.Phone(w.Context(), d.Phone)
			if err != nil || p.Credential == nil || p.Credential.SignCount != tt.want || !p.Credential.BackedUp ||
				!p.Credential.Backup || !bytes.Equal(p.Credential.ID, c.ID) || !bytes.Equal(p.Credential.Key, c.Key) {
				w.Errorf("after %d: %+v %v", tt.count, p.Credential, err)
			}
		}
		// A second account on the phone can't put another credential in its place.
		a, d = redeemed(w.code(ben), keyturn.UnlockPlatform)
		a.Via, a.ViaEpoch = w.only(ada).ID, 1
		w.redeem(a, d)
		a, d = finished(a, d)
		w.want(w.db.FinishActivation(w.Context(), a, d, c, audit.Event{At: now}), errUnlock)
	}},
}

// only returns the one device of an account.
func (w *world) wantAnswerable(account, only string, want bool) {
	w.Helper()
	if can, err := w.db.Answerable(w.Context(), account, only); err != nil || can != want {
		w.Errorf("answerable by %q: %t, %v, want %t", only, can, err, want)
	}
}

func (w *world) only(account string) device.Device {
	w.Helper()
	all, err := w.db.Devices(w.Context(), account)
	w.must(err)
	if len(all) != 1 {
		w.Fatalf("%d devices", len(all))
	}
	return all[0]
}

func gone(d device.Device) audit.Event {
	return audit.Event{Kind: audit.DeviceRemoved, At: now, Account: d.Account, Device: d.ID}
}

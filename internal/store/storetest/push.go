package storetest

import (
	"bytes"
	"errors"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
)

var subscriptions = []contract{
	{"a device has one, and a new one is written down", func(w *world) {
		d := w.phone(w.account())
		if d.Push != device.PushOff || d.PushSwitchedOff {
			w.Errorf("at first: %s", d.Push)
		}
		first, second := subscription(d), subscription(d)
		for _, s := range []device.Subscription{first, first, second, second, first} {
			w.subscribe(s)
			got, err := w.db.Subscription(w.Context(), d.ID)
			if err != nil || got.Device != d.ID || got.Account != d.Account || got.Endpoint != s.Endpoint || !bytes.Equal(got.P256DH, s.P256DH) ||
				!bytes.Equal(got.Auth, s.Auth) || !got.Sent.IsZero() {
				w.Errorf("%+v, %v", got, err)
			}
		}
		w.wantEvents(d.ID, audit.PushRegistered, 3)
		w.wantPush(d, device.PushOK)
	}},
	{"one speaks the phone's language, else its account's; another language is no new one", func(w *world) {
		d := w.phone(w.account())
		s := subscription(d)
		for _, lang := range []string{"", "en", "zh-Hans", "zh-Hans", ""} {
			s.Language = lang
			w.subscribe(s)
			one, err := w.db.Subscription(w.Context(), d.ID)
			all, errAll := w.db.SubscriptionsOf(w.Context(), d.Account, true)
			if err != nil || errAll != nil || len(all) != 1 || one.Language != lang || all[0].Language != lang {
				w.Errorf("in %q: %+v, %+v, %v, %v", lang, one, all, err, errAll)
			}
		}
		w.wantEvents(d.ID, audit.PushRegistered, 1)
		w.must(w.db.Unsubscribe(w.Context(), d.ID, pushed(d, audit.PushOff)))
		s.Language = "en"
		w.subscribe(s)
		if one, err := w.db.Subscription(w.Context(), d.ID); err != nil || one.Language != "en" {
			w.Errorf("at once: %+v, %v", one, err)
		}

		mei := account.Account{ID: keyturn.NewID(keyturn.AccountID), Name: "Mei", Language: "zh-Hans", State: account.Active, Password: "$argon2id$"}
		w.must(w.db.AddAccount(w.Context(), mei, "mei"+mei.ID, audit.Event{Kind: audit.AccountAdded, At: now, Account: mei.ID}))
		s = subscription(w.phone(mei.ID))
		for said, want := range map[string]string{"": "zh-Hans", "en": "en"} {
			s.Language = said
			w.subscribe(s)
			if all, err := w.db.SubscriptionsOf(w.Context(), mei.ID, false); err != nil || len(all) != 1 || all[0].Language != want {
				w.Errorf("of an account that speaks Chinese, after %q: %+v, %v", said, all, err)
			}
		}
	}},
	{"only an active device subscribes, and a removed one leaves nothing behind", func(w *world) {
		ada := w.account()
		d := w.phone(ada)
		w.subscribe(subscription(d))
		w.must(w.db.Suspend(w.Context(), d.ID, device.ReasonLost, audit.Event{At: now}))
		w.want(w.db.Subscribe(w.Context(), subscription(d), pushed(d, audit.PushRegistered)), device.ErrSuspended)
		w.must(w.db.Remove(w.Context(), d.ID, device.ReasonLost, gone(d)))
		var g *device.Gone
		if err := w.db.Subscribe(w.Context(), subscription(d), pushed(d, audit.PushRegistered)); !errors.As(err, &g) {
			w.Error(err)
		}
		w.wantPush(d, device.PushOff)
		_, err := w.db.Subscription(w.Context(), d.ID)
		w.want(err, device.ErrPush)
		none := device.Subscription{Device: "dev_none", Endpoint: "https://fcm.googleapis.com/x"}
		w.want(w.db.Subscribe(w.Context(), none, audit.Event{At: now}), device.ErrUnknown)
		d = w.phone(w.account())
		w.subscribe(subscription(d))
		w.must(w.db.RemoveAccount(w.Context(), d.Account, audit.Event{Kind: audit.AccountRemoved, At: now, Account: d.Account}))
	}},
	{"the person's switch outlives a new one, and goes with it", func(w *world) {
		ada, ben := w.account(), w.account()
		d := w.phone(ada)
		w.want(w.db.SwitchPush(w.Context(), ada, d.ID, false, pushed(d, audit.PushOff)), device.ErrUnknown)
		w.subscribe(subscription(d))
		w.want(w.db.SwitchPush(w.Context(), ben, d.ID, false, pushed(d, audit.PushOff)), device.ErrUnknown)
		for range 2 {
			w.must(w.db.SwitchPush(w.Context(), ada, d.ID, false, pushed(d, audit.PushOff)))
		}
		w.subscribe(subscription(d))
		if d = w.device(d.ID); d.Push != device.PushOff || !d.PushSwitchedOff {
			w.Errorf("%s, switched off: %t", d.Push, d.PushSwitchedOff)
		}
		w.wantSubscribed(ada)
		w.must(w.db.SwitchPush(w.Context(), ada, d.ID, true, pushed(d, audit.PushOn)))
		w.wantPush(d, device.PushOK)
		w.must(w.db.SwitchPush(w.Context(), ada, d.ID, false, pushed(d, audit.PushOff)))
		for range 2 {
			w.must(w.db.Unsubscribe(w.Context(), d.ID, pushed(d, audit.PushOff)))
		}
		w.subscribe(subscription(d))
		w.wantPush(d, device.PushOK)
		w.wantEvents(d.ID, audit.PushOff, 3)
		w.wantEvents(d.ID, audit.PushOn, 1)
	}},
	{"A73: one that is lost is lost once, and a newer one isn't", func(w *world) {
		d := w.phone(w.account())
		old, s := subscription(d), subscription(d)
		w.subscribe(old)
		w.subscribe(s)
		if lost, err := w.db.LosePush(w.Context(), d.ID, old.Endpoint, pushed(d, audit.PushLost)); lost || err != nil {
			w.Errorf("the newer one is lost: %v", err)
		}
		w.must(w.db.PushTaken(w.Context(), d.ID, old.Endpoint, now.Add(time.Hour)))
		w.must(w.db.PushTaken(w.Context(), d.ID, s.Endpoint, now))
		w.must(w.db.PushTaken(w.Context(), d.ID, s.Endpoint, now.Add(-time.Hour)))
		if at := w.device(d.ID).Pushed; !at.Equal(now) {
			w.Errorf("taken at %s", at)
		}
		won := race(func(int) error {
			lost, err := w.db.LosePush(w.Context(), d.ID, s.Endpoint, pushed(d, audit.PushLost))
			if err == nil && !lost {
				return errLater
			}
			return err
		})
		if won != 1 {
			w.Errorf("lost %d times", won)
		}
		w.wantEvents(d.ID, audit.PushLost, 1)
		w.wantPush(d, device.PushLost)
		w.wantSubscribed(d.Account)
		w.subscribe(s)
		w.wantPush(d, device.PushOK)
	}},
	{"a request is for those that can answer, a notice also for suspended and locked ones", func(w *world) {
		ada := w.account()
		first := w.phone(ada)
		second := w.another(first, ada, "")
		w.subscribe(subscription(first))
		w.subscribe(subscription(second))
		w.wantSubscribed(ada, first.ID, second.ID)
		w.must(w.db.Suspend(w.Context(), second.ID, device.ReasonLost, audit.Event{At: now}))
		all, err := w.db.SubscriptionsOf(w.Context(), ada, false)
		if err != nil || len(all) != 2 {
			w.Errorf("for a notice: %+v %v", all, err)
		}
		w.wantSubscribed(ada, first.ID)
	}},
}

var pushes = []contract{
	{"A01: of any number of requests at once one is pushed in 20 s, and 5 in 10 minutes", func(w *world) {
		ada := w.account()
		w.phone(ada)
		r := w.ask(ada, func(r *approval.Request) { r.Expires = now.Add(time.Hour) })
		times := []time.Duration{0, 19 * time.Second, 20 * time.Second, 21 * time.Second, 40 * time.Second, 60 * time.Second, 80 * time.Second,
			100 * time.Second, 599 * time.Second, 600 * time.Second, 619 * time.Second}
		wanted := []int{1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0}
		for i, after := range times {
			if i == 4 || i == 6 { // each request has 4 at most
				r = w.ask(ada, func(r *approval.Request) { r.Expires = now.Add(time.Hour) })
			}
			won := race(func(int) error { return w.push(r, now.Add(after)) })
			if won != wanted[i] {
				w.Errorf("%d pushes after %s, want %d", won, after, wanted[i])
			}
		}
		if n := len(w.events(ada, audit.PushSent)); n != 6 {
			w.Errorf("%d events", n)
		}
	}},
	{"a request is pushed 4 times, while it waits", func(w *world) {
		ada := w.account()
		d := w.phone(ada)
		r := w.ask(ada, func(r *approval.Request) { r.Expires = now.Add(time.Hour) })
		for i := range 6 {
			at := now.Add(time.Duration(i) * 10 * time.Minute)
			if won := race(func(int) error { return w.push(r, at) }); won > 1 || (won == 1) != (i < 4) {
				w.Errorf("push %d: %d", i+1, won)
			}
		}
		record, err := w.db.PushRecord(w.Context(), ada, r.ID, now)
		if err != nil || record.Times != 4 || !record.Last.Equal(now.Add(30*time.Minute)) || record.Row != 0 {
			w.Errorf("%+v %v", record, err)
		}
		other := w.ask(ada)
		w.decide(other, d, approval.Denied)
		w.wantGone(w.push(other, now.Add(2*time.Hour)), approval.Denied)
		late := w.ask(w.account())
		w.wantGone(w.push(late, late.Expires), approval.Expired)
	}},
	{"A01: three in a row that nobody approved, and pushes pause", func(w *world) {
		ada := w.account()
		d := w.phone(ada)
		at := now
		once := func(end func(r approval.Request)) error {
			at = at.Add(time.Minute)
			r := w.ask(ada, func(r *approval.Request) { r.Made, r.Expires = at, at.Add(10*time.Second) })
			err := w.push(r, at)
			end(r)
			return err
		}
		expire := func(r approval.Request) {
			w.must(w.db.EndRequest(w.Context(), r.ID, approval.Expired, w.at(r, audit.RequestExpired, at.Add(10*time.Second))))
		}
		as := func(to approval.State) func(approval.Request) {
			return func(r approval.Request) {
				w.must(w.db.Decide(w.Context(), decision(r, d, to), w.at(r, audit.RequestDenied, at)))
			}
		}
		cancel := func(r approval.Request) {
			w.must(w.db.EndRequest(w.Context(), r.ID, approval.Cancelled, w.at(r, audit.RequestCancelled, at)))
		}
		for i, end := range []func(approval.Request){expire, as(approval.Denied), as(approval.Approved), cancel, expire, as(approval.Denied)} {
			// The sixth is one too many in ten minutes, and denied all the same.
			if err := once(end); err != nil && i != 5 {
				w.Errorf("request %d: %v", i+1, err)
			}
		}
		begun := at
		for range 3 {
			w.want(once(expire), errPaused)
		}
		events := w.events(ada, audit.PushPaused)
		if len(events) != 3 || events[0].Detail["cause"] != string(policy.PausedByRow) {
			w.Errorf("%+v", events)
		}
		at = begun.Add(29 * time.Minute) // what was not pushed prolongs nothing
		w.must(once(expire))
		w.want(once(as(approval.Approved)), errPaused) // the row goes on, until an approval
		w.must(once(expire))
	}},
	{"after a report there are none", func(w *world) {
		ada := w.account()
		d := w.phone(ada)
		w.decide(w.ask(ada), d, approval.Reported)
		r := w.ask(ada, func(r *approval.Request) { r.Expires = now.Add(time.Hour) })
		w.want(w.push(r, now), errPaused)
		w.want(w.push(r, now.Add(30*time.Minute-time.Second)), errPaused)
		if events := w.events(ada, audit.PushPaused); len(events) != 2 || events[0].Detail["cause"] != string(policy.PausedByReport) {
			w.Errorf("%+v", events)
		}
		w.must(w.push(r, now.Add(30*time.Minute)))
	}},
}

// Why a push was not taken.
var (
	errPaused = errors.New("storetest: pushes pause")
	errLater  = errors.New("storetest: not now")
)

// push takes a push for a request.
func (w *world) push(r approval.Request, at time.Time) error {
	p, err := w.db.TakePush(w.Context(), r, at, about(r, audit.PushSent), about(r, audit.PushPaused))
	switch {
	case err != nil:
		return err
	case !p.Paused.IsZero():
		return errPaused
	case !p.May():
		return errLater
	}
	return nil
}

func (w *world) at(r approval.Request, kind audit.Kind, at time.Time) audit.Event {
	ev := about(r, kind)
	ev.At = at
	return ev
}

// subscription is a new one of a device.
func subscription(d device.Device) device.Subscription {
	return device.Subscription{Device: d.ID, Account: d.Account, Endpoint: "https://fcm.googleapis.com/" + random().String(),
		P256DH: random(), Auth: random()[:16]}
}

func (w *world) subscribe(s device.Subscription) {
	w.Helper()
	w.must(w.db.Subscribe(w.Context(), s, audit.Event{Kind: audit.PushRegistered, At: now, Account: s.Account, Device: s.Device}))
}

func pushed(d device.Device, kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, At: now, Account: d.Account, Device: d.ID}
}

// wantPush fails the test unless a device's pushes are in a state.
func (w *world) wantPush(d device.Device, state device.PushState) {
	w.Helper()
	if got := w.device(d.ID).Push; got != state {
		w.Errorf("pushes are %s, want %s", got, state)
	}
}

// wantSubscribed fails the test unless a request of the account is pushed to these.
func (w *world) wantSubscribed(account string, devices ...string) {
	w.Helper()
	all, err := w.db.SubscriptionsOf(w.Context(), account, true)
	w.must(err)
	got := map[string]bool{}
	for _, s := range all {
		got[s.Device] = true
	}
	for _, d := range devices {
		if !got[d] {
			w.Errorf("%s is not pushed to", d)
		}
	}
	if len(all) != len(devices) {
		w.Errorf("%d are pushed to, want %d", len(all), len(devices))
	}
}

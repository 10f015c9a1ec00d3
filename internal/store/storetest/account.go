package storetest

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/activation"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/notice"
	"keyturn/internal/policy"
	"keyturn/internal/session"
)

var accounts = []contract{
	{"what was added is found by id and by name", func(w *world) {
		want := account.Account{ID: keyturn.NewID(keyturn.AccountID), Name: "Ada\nLovelace 🔑 עדה", Email: "ada@example.org",
			Language: "zh-Hans", State: account.Active, First: true, New: true, Added: now, Password: "$argon2id$v=19$", Revision: 1}
		key := "key " + want.ID
		w.must(w.db.AddAccount(w.Context(), want, key, audit.Event{Kind: audit.AccountAdded, At: now, Account: want.ID}))
		byID, err1 := w.db.Account(w.Context(), want.ID)
		byName, err2 := w.db.AccountNamed(w.Context(), "another", key)
		all, err3 := w.db.Accounts(w.Context(), key[:len(key)-1], 1)
		w.must(errors.Join(err1, err2, err3))
		if byID != want || byName != want || !slices.Equal(all, []account.Listed{{Account: want, Key: key}}) {
			w.Errorf("got %+v and %+v, want %+v", byID, byName, want)
		}
		w.wantEvents(want.ID, audit.AccountAdded, 1)
	}},
	{"A107 of two names that fold alike since, each is found as it is spelt", func(w *world) {
		weiss, weiß := w.account(), w.account()
		w.sql("UPDATE account SET folded = 'weiss' || id WHERE id = $1", weiss)
		w.sql("UPDATE account SET folded = 'weiß' || $1 WHERE id = $2", weiss, weiß)
		for spelt, want := range map[string]string{"weiss": weiss, "weiß": weiß, "weiẞ": weiss} {
			a, err := w.db.AccountNamed(w.Context(), spelt+weiss, "weiss"+weiss)
			if err != nil || a.ID != want {
				w.Errorf("%s: %s, %v, want %s", spelt, a.ID, err, want)
			}
		}
	}},
	{"A112 an address or a name is changed with its event, to what it isn't yet", func(w *world) {
		w.db.Mail.People = true
		defer func() { w.db.Mail.People = false; w.sql("DELETE FROM letter") }() // others look at what is left
		ada := w.account()
		email := func(to string) error {
			return w.db.SetEmail(w.Context(), ada, to, audit.Event{Kind: audit.EmailChanged, At: now, Account: ada})
		}
		rename := func(id, to string) error {
			return w.db.RenameAccount(w.Context(), id, to, "key "+to, audit.Event{Kind: audit.AccountRenamed, At: now, Account: id}.With("name", to))
		}
		w.must(errors.Join(email("ada@example.org"), email("ada@example.org"), rename(ada, "new "+ada), rename(ada, "new "+ada)))
		a, err := w.db.AccountNamed(w.Context(), "none", "key new "+ada)
		if err != nil || a.Email != "ada@example.org" || a.Name != "new "+ada {
			w.Errorf("%+v, %v", a, err)
		}
		w.wantEvents(ada, audit.EmailChanged, 1)
		w.wantEvents(ada, audit.AccountRenamed, 1)
		l, err := w.db.ClaimLetter(w.Context(), now.Add(time.Minute), audit.Event{Kind: audit.LetterClaimed, At: now})
		if w.must(err); l.Account != ada || l.Kind != notice.AccountRenamed {
			w.Errorf("letter %+v", l)
		}
		w.must(w.db.EndLetter(w.Context(), l, audit.Event{Kind: audit.LetterSent, At: now, Account: ada}))
		ben := w.account()
		w.want(rename(ben, "new "+ada), account.ErrExists)
		w.wantEvents(ben, audit.AccountRenamed, 0)
		w.want(w.db.SetEmail(w.Context(), "acc_none", "x@example.org", audit.Event{Kind: audit.EmailChanged, At: now, Account: "acc_none"}), account.ErrUnknown)
		w.want(rename("acc_none", "x"), account.ErrUnknown)
	}},
	{"A112 of many who are to get one name one gets it", func(w *world) {
		name := keyturn.NewReference()
		ids := make([]string, racers)
		for i := range ids {
			ids[i] = w.account()
		}
		var other atomic.Int32
		won := race(func(i int) error {
			err := w.db.RenameAccount(w.Context(), ids[i], name, name, audit.Event{Kind: audit.AccountRenamed, At: now, Account: ids[i]}.With("name", name))
			if err != nil && !errors.Is(err, account.ErrExists) {
				other.Add(1)
			}
			return err
		})
		told := 0
		for _, id := range ids {
			told += len(w.events(id, audit.AccountRenamed))
		}
		if won != 1 || told != 1 || other.Load() != 0 {
			w.Errorf("%d accounts have one name, %d events, %d other errors", won, told, other.Load())
		}
	}},
	{"pages of accounts are in the order of the bytes of their keys, and none is left out or comes twice", func(w *world) {
		mark := "page " + keyturn.NewReference()
		want := []string{mark + "-z", mark + "B", mark + "a", mark + "é", mark + "里"}
		for _, key := range []string{want[3], want[0], want[4], want[2], want[1]} {
			id := keyturn.NewID(keyturn.AccountID)
			w.must(w.db.AddAccount(w.Context(), account.Account{ID: id, Name: key, State: account.Active, Password: "x"}, key,
				audit.Event{Kind: audit.AccountAdded, At: now, Account: id}))
			if key == want[1] {
				w.phone(id)
			}
		}
		var got []string
		for after := mark; len(got) < len(want); after = got[len(got)-1] {
			page, err := w.db.Accounts(w.Context(), after, 2)
			w.must(err)
			for _, a := range page {
				if got = append(got, a.Key); a.Phones != map[bool]int{true: 1}[a.Key == want[1]] {
					w.Errorf("%s has %d phones", a.Key, a.Phones)
				}
			}
			if len(page) == 0 {
				break
			}
		}
		if !slices.Equal(got[:min(len(got), len(want))], want) {
			w.Errorf("%q, want %q", got, want)
		}
	}},
	{"of many who want a name one gets it", func(w *world) {
		key := keyturn.NewReference()
		ids := make([]string, racers)
		won := race(func(i int) error {
			ids[i] = keyturn.NewID(keyturn.AccountID)
			return w.db.AddAccount(w.Context(), account.Account{ID: ids[i], Name: key, State: account.Active, Password: "x"}, key,
				audit.Event{Kind: audit.AccountAdded, At: now, Account: ids[i]})
		})
		if won != 1 {
			w.Errorf("%d accounts have one name", won)
		}
		told := 0
		for _, id := range ids {
			told += len(w.events(id, audit.AccountAdded))
		}
		if told != 1 {
			w.Errorf("%d events for one account", told)
		}
		w.want(w.db.AddAccount(w.Context(), account.Account{ID: "acc_x", Name: key, State: account.Active, Password: "x"}, key,
			audit.Event{Kind: audit.AccountAdded, At: now}), account.ErrExists)
	}},
	{"one that isn't there is unknown", func(w *world) {
		ctx, id, ev := w.Context(), "acc_none", audit.Event{Kind: audit.AccountReset, At: now, Account: "acc_none"}
		_, err1 := w.db.Account(ctx, id)
		_, err2 := w.db.AccountNamed(ctx, id, id)
		_, err3 := w.db.RecoveryCodes(ctx, id)
		for _, err := range []error{err1, err2, err3, w.db.SetAccountState(ctx, id, account.Disabled, ev), w.db.ResetAccount(ctx, id, ev),
			w.db.UnlockAccount(ctx, id, ev), w.db.RemoveAccount(ctx, id, ev), w.db.SetRecoveryCodes(ctx, account.Maker{Account: id, Session: "ses_x"}, nil, ev)} {
			w.want(err, account.ErrUnknown)
		}
		w.wantEvents(id, audit.AccountReset, 0)
	}},
	{"disabling ends sessions and cancels requests, once", func(w *world) {
		ada, ben := w.account(), w.account()
		phone := w.phone(ada)
		ses, cookie := w.session(ada)
		_, other := w.session(ben)
		before, ended := w.session(ada)
		w.must(w.db.EndSession(w.Context(), ended, audit.Event{Kind: audit.SessionEnded, At: now}))
		waiting, approved := w.ask(ada), w.ask(ada)
		w.decide(approved, phone, approval.Approved)
		ev := audit.Event{Kind: audit.AccountDisabled, At: now, Account: ada}
		w.must(w.db.SetAccountState(w.Context(), ada, account.Disabled, ev))
		w.must(w.db.SetAccountState(w.Context(), ada, account.Disabled, ev))
		w.wantEvents(ada, audit.AccountDisabled, 1)
		w.wantRequest(waiting.ID, approval.Cancelled)
		w.wantEvents(waiting.ID, audit.RequestCancelled, 1)
		w.wantEvents(ses, audit.SessionEnded, 1)
		w.wantEvents(before, audit.SessionEnded, 1)
		w.noSession(cookie)
		w.aSession(other)
		w.want(w.db.BeginRequest(w.Context(), question(ada), nil, 3, audit.Event{At: now}), approval.ErrUnknown)
		w.want(w.db.BeginActivation(w.Context(), w.begun(ada), audit.Event{At: now}), activation.ErrPurpose)
		if d := w.device(phone.ID); d.AccountActive {
			w.Error("its device is told that it may")
		}
		w.must(w.db.SetAccountState(w.Context(), ada, account.Active, ev.As(audit.AccountEnabled)))
		w.noSession(cookie)
	}},
	{"A110 what was stopped or reset has no further request without the password, when it is back too", func(w *world) {
		for name, stop := range map[string]func(id string) error{
			"stopped": func(id string) error {
				ev := audit.Event{Kind: audit.AccountDisabled, At: now.Add(time.Minute), Account: id}
				return errors.Join(w.db.SetAccountState(w.Context(), id, account.Disabled, ev), w.db.SetAccountState(w.Context(), id, account.Active, ev.As(audit.AccountEnabled)))
			},
			"reset": func(id string) error {
				return w.db.ResetAccount(w.Context(), id, audit.Event{Kind: audit.AccountReset, At: now.Add(time.Minute), Account: id})
			},
		} {
			ada := w.account()
			ended := w.ask(ada)
			w.must(w.db.EndRequest(w.Context(), ended.ID, approval.Cancelled, about(ended, audit.RequestCancelled)))
			w.must(stop(ada))
			again := question(ada, func(r *approval.Request) { r.Again = true })
			if err := w.db.BeginRequest(w.Context(), again, nil, 3, about(again, audit.RequestBegun)); !errors.Is(err, approval.ErrTooLate) {
				w.Errorf("%s: %v", name, err)
			}
			typed := question(ada, func(r *approval.Request) { r.Again, r.Password = true, now.Add(2*time.Minute) })
			w.must(w.db.BeginRequest(w.Context(), typed, nil, 3, about(typed, audit.RequestBegun)))
		}
	}},
	{"A110 a code of a stopped account is over, when it is back too", func(w *world) {
		ada := w.account()
		a, d := redeemed(w.code(ada), keyturn.UnlockPIN)
		ev := audit.Event{Kind: audit.AccountDisabled, At: now, Account: ada}
		w.must(w.db.SetAccountState(w.Context(), ada, account.Disabled, ev))
		w.must(w.db.SetAccountState(w.Context(), ada, account.Active, ev.As(audit.AccountEnabled)))
		w.want(w.db.RedeemActivation(w.Context(), a, d, w.activation(a.ID, audit.ActivationRedeemed)), activation.ErrCode)
	}},
	{"more time is told once", func(w *world) {
		ada, ben := w.account(), w.account()
		on, off := audit.Event{Kind: audit.MoreTimeOn, At: now, Account: ada}, audit.Event{Kind: audit.MoreTimeOff, At: now, Account: ada}
		w.must(w.db.SetMoreTime(w.Context(), ada, false, off))
		w.must(w.db.SetMoreTime(w.Context(), ada, true, on))
		w.must(w.db.SetMoreTime(w.Context(), ada, true, on))
		w.wantEvents(ada, audit.MoreTimeOn, 1)
		w.wantEvents(ada, audit.MoreTimeOff, 0)
		a, err1 := w.db.Account(w.Context(), ada)
		b, err2 := w.db.Account(w.Context(), ben)
		w.must(errors.Join(err1, err2))
		if !a.MoreTime || b.MoreTime {
			w.Errorf("more time: %v, and somebody else %v", a.MoreTime, b.MoreTime)
		}
		w.want(w.db.SetMoreTime(w.Context(), "acc_x", true, on), account.ErrUnknown)
	}},
	{"a reset ends everything and makes the next phone a first one", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.codes(ada)
		_, cookie := w.session(ada)
		browser := w.known(ada, phone)
		pending, new := redeemed(w.code(ada, w.approvedFor(phone, keyturn.AddPhone, "")), keyturn.UnlockPIN)
		w.redeem(pending, new)
		waiting := w.ask(ada)

		w.must(w.db.ResetAccount(w.Context(), ada, audit.Event{Kind: audit.AccountReset, At: now, Account: ada}))
		w.wantDevice(phone.ID, device.Removed, device.ReasonOperator)
		w.wantEvents(phone.ID, audit.DeviceRemoved, 1)
		w.wantDevice(new.ID, device.Removed, device.ReasonFailed)
		w.wantActivation(pending.ID, activation.Replaced, activation.CauseNewer)
		w.wantEvents(pending.ID, audit.ActivationReplaced, 1)
		w.wantRequest(waiting.ID, approval.Cancelled)
		w.noSession(cookie)
		if known, err := w.db.KnownBrowser(w.Context(), ada, browser, now); known || err != nil {
			w.Error("its browsers are known", err)
		}
		if l, err := w.db.RecoveryCodes(w.Context(), ada); l != (account.CodeList{}) || err != nil {
			w.Error("its recovery codes are left", l, err)
		}
		if a, _ := w.db.Account(w.Context(), ada); !a.First || a.New {
			w.Errorf("its next phone is a first one: %v; it never had one: %v", a.First, a.New)
		}
		w.phone(ada)
	}},
	{"unlocking lets stopped phones answer", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		w.stop(ada, phone)
		if d := w.device(phone.ID); !d.Stopped {
			w.Fatal("not stopped")
		}
		w.must(w.db.UnlockAccount(w.Context(), ada, audit.Event{Kind: audit.AccountUnlocked, At: now, Account: ada}))
		a, _ := w.db.Account(w.Context(), ada)
		if d := w.device(phone.ID); d.Stopped || a.Numbers != 0 {
			w.Error("still stopped")
		}
	}},
	{"removing leaves the record and the keys", func(w *world) {
		ada := w.account()
		phone := w.phone(ada)
		_, cookie := w.session(ada)
		request := w.ask(ada)
		_, err := w.db.CountAnswer(w.Context(), counted(phone, 1), audit.Event{}, audit.Event{})
		w.must(err)
		w.must(w.db.RemoveAccount(w.Context(), ada, audit.Event{Kind: audit.AccountRemoved, At: now, Account: ada}))
		_, err1 := w.db.Account(w.Context(), ada)
		_, err2 := w.db.Device(w.Context(), phone.ID)
		_, err3 := w.db.Request(w.Context(), request.ID)
		w.want(err1, account.ErrUnknown)
		w.want(err2, device.ErrUnknown)
		w.want(err3, approval.ErrUnknown)
		w.noSession(cookie)
		w.wantEvents(ada, audit.AccountAdded, 1)
		if used, err := w.db.KeyUsed(w.Context(), phone.Key); !used || err != nil {
			w.Error("its phone's key would be accepted again", err)
		}
	}},
}

// hourly is a count of so many tries in an hour.
func hourly(key string, most int) policy.Count {
	return policy.Count{Key: key, Rate: policy.Rate{Most: most, In: time.Hour}}
}

// take takes a try, or says how long there is none.
func (w *world) take(c policy.Count, at time.Time) (wait time.Duration, err error) {
	err = w.db.Take(w.Context(), c, at)
	if many, ok := errors.AsType[*policy.TooMany](err); ok {
		return many.Wait, nil
	}
	return 0, err
}

var tries = []contract{
	{"of many at once no more are taken than there are", func(w *world) {
		key := keyturn.NewReference()
		won := race(func(int) error {
			return w.db.Take(w.Context(), hourly(key, 5), now)
		})
		if won != 5 {
			w.Errorf("%d tries of 5", won)
		}
	}},
	{"a try is forgotten when its time is over, not before", func(w *world) {
		key := keyturn.NewReference()
		for _, tt := range []struct{ at, wait time.Duration }{
			{0, 0}, {10 * time.Minute, 0}, {20 * time.Minute, 40 * time.Minute}, {59 * time.Minute, time.Minute},
			{time.Hour, 0}, {time.Hour, 10 * time.Minute}, {70 * time.Minute, 0}, {200 * time.Minute, 0},
		} {
			if wait, err := w.take(hourly(key, 2), now.Add(tt.at)); wait != tt.wait || err != nil {
				w.Errorf("at %v: wait %v %v, want %v", tt.at, wait, err, tt.wait)
			}
		}
	}},
	{"a try that was given back can be taken again", func(w *world) {
		key := keyturn.NewReference()
		take := func() time.Duration {
			wait, err := w.take(hourly(key, 1), now)
			w.must(err)
			return wait
		}
		first := take()
		second := take()
		w.must(w.db.GiveBack(w.Context(), hourly(key, 1)))
		w.must(w.db.GiveBack(w.Context(), hourly(key, 1)))
		third := take()
		fourth := take()
		if first != 0 || second == 0 || third != 0 || fourth == 0 {
			w.Error(first, second, third, fourth)
		}
	}},
	{"keys don't share tries, and none of none is none", func(w *world) {
		a, b := keyturn.NewReference(), keyturn.NewReference()
		wait1, _ := w.take(hourly(a, 1), now)
		wait2, _ := w.take(hourly(b, 1), now)
		wait3, err := w.take(hourly(keyturn.NewReference(), 0), now)
		if wait1 != 0 || wait2 != 0 || wait3 == 0 || err != nil {
			w.Error(wait1, wait2, wait3, err)
		}
	}},
}

// aSession fails the test unless a cookie has a session.
func (w *world) aSession(cookie keyturn.Bytes) session.Session {
	w.Helper()
	s, err := w.db.Session(w.Context(), cookie, time.Hour, now)
	w.must(err)
	return s
}

// noSession fails the test if a cookie has a session.
func (w *world) noSession(cookie keyturn.Bytes) {
	w.Helper()
	_, err := w.db.Session(w.Context(), cookie, time.Hour, now)
	w.want(err, session.ErrNone)
}

package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/notice"
)

// family is an account with an address and three phones, the first of which approved
// the others.
func (w *world) family() (ada string, phones [3]device.Device) {
	w.Helper()
	ada = keyturn.NewID(keyturn.AccountID)
	a := account.Account{ID: ada, Name: "Ada", Email: "ada@example.org", Language: "en", State: account.Active, Password: "$argon2id$"}
	w.must(w.db.AddAccount(w.Context(), a, "ada "+ada, audit.Event{Kind: audit.AccountAdded, At: now, Account: ada}))
	phones[0] = w.phone(ada)
	phones[1] = w.another(phones[0], ada, "")
	phones[2] = w.another(phones[0], ada, "")
	return ada, phones
}

// told is what a device is told, newest first, without numbers and references.
func (w *world) told(d device.Device, at time.Time) (kinds []string) {
	w.Helper()
	all, err := w.db.Notices(w.Context(), d.ID, at)
	w.must(err)
	for _, n := range all {
		kinds = append(kinds, n.Kind)
		if n.Notice < 1 || len(n.Reference) != 8 {
			w.Errorf("notice %+v", n)
		}
	}
	return kinds
}

func (w *world) wantTold(d device.Device, want ...string) {
	w.Helper()
	if got := w.told(d, now); fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s is told %v, want %v", d.Name, got, want)
	}
}

// inPortal is an event about a device of an account, caused in the portal.
func inPortal(d device.Device, kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, At: now, Account: d.Account, Device: d.ID}
}

// toldBefore is what a device was told before the newest.
func (w *world) toldBefore(d device.Device) []string {
	w.Helper()
	if all := w.told(d, now); len(all) > 0 {
		return all[1:]
	}
	return nil
}

// tell writes an event as a change does.
func (w *world) tell(ev audit.Event) {
	w.Helper()
	ev.At = now
	w.must(w.db.Refused(w.Context(), ev))
}

var notices = []contract{
	{"every phone hears but the one that did it", func(w *world) {
		ada, p := w.family()
		_, q := w.family()
		w.tell(audit.Event{Kind: audit.CloneSuspected, Account: ada, Device: p[0].ID})
		w.wantTold(p[0])
		w.wantTold(p[1], "clone_suspected")
		w.wantTold(p[2], "clone_suspected")
		w.wantTold(q[0])
		all, err := w.db.Notices(w.Context(), p[1].ID, now)
		w.must(err)
		if n := all[0]; n.Detail != "Pixel 9" || n.Time != now.Unix() || n.Pause {
			w.Errorf("notice %+v", n)
		}
	}},
	{"A104 a new name is told to every phone, the renamed one too, with the old name; the same name isn't", func(w *world) {
		ada, p := w.family()
		for range 2 {
			w.must(w.db.Rename(w.Context(), ada, p[2].ID, "Old one", inPortal(p[2], audit.DeviceRenamed)))
		}
		for _, d := range p {
			w.wantTold(d, append([]string{"phone_renamed"}, w.toldBefore(d)...)...)
		}
		all, err := w.db.Notices(w.Context(), p[2].ID, now)
		w.must(err)
		if n := all[0]; n.Detail != "Old one" || n.From != "Pixel 9" || n.Pause {
			w.Errorf("notice %+v", n)
		}
		w.wantEvents(p[2].ID, audit.DeviceRenamed, 1)
	}},
	{"A104 of many new names at once each is told with the one before it", func(w *world) {
		ada, p := w.family()
		race(func(i int) error {
			return w.db.Rename(w.Context(), ada, p[2].ID, fmt.Sprint("name ", i), inPortal(p[2], audit.DeviceRenamed))
		})
		name := "Pixel 9"
		for _, ev := range w.events(p[2].ID, audit.DeviceRenamed) {
			if ev.Detail["from"] != name {
				w.Fatalf("from %q, and the name was %q", ev.Detail["from"], name)
			}
			name = ev.Detail["phone"]
		}
		if got := w.device(p[2].ID).Name; got != name {
			w.Errorf("it is called %q, and the last of the record %q", got, name)
		}
	}},
	{"A104 a phone that the portal makes silent is told, the silent one too; on the phone itself it isn't", func(w *world) {
		ada, p := w.family()
		w.subscribe(subscription(p[2]))
		for range 2 {
			w.must(w.db.SwitchPush(w.Context(), ada, p[2].ID, false, inPortal(p[2], audit.PushOff).With("by", "portal")))
		}
		w.must(w.db.SwitchPush(w.Context(), ada, p[2].ID, true, inPortal(p[2], audit.PushOn)))
		w.must(w.db.Unsubscribe(w.Context(), p[2].ID, inPortal(p[2], audit.PushOff)))
		for _, d := range p {
			w.wantTold(d, append([]string{"phone_muted"}, w.toldBefore(d)...)...)
		}
	}},
	{"who approved a change isn't told of it, and who is locked or paused is", func(w *world) {
		ada, p := w.family()
		r := w.approved(p[0], keyturn.ChangePassword, "")
		w.must(w.db.Suspend(w.Context(), p[1].ID, device.ReasonLost, audit.Event{Kind: audit.DeviceSuspended, At: now, Account: ada,
			Device: p[1].ID, Detail: map[string]string{"reason": device.ReasonLost}}))
		w.tell(audit.Event{Kind: audit.PasswordChanged, Account: ada, Subject: r.ID})
		w.wantTold(p[0])
		w.wantTold(p[1], "password_changed")
		w.wantTold(p[2], "password_changed")
	}},
	{"events that nobody hears of tell nobody", func(w *world) {
		ada, p := w.family()
		for _, ev := range []audit.Event{
			{Kind: audit.RequestDenied, Account: ada}, {Kind: audit.PINWrong, Account: ada}, {Kind: audit.CloneSuspected},
			{Kind: audit.DeviceRemoved, Account: ada, Device: p[0].ID, Detail: map[string]string{"reason": device.ReasonMoved}},
			{Kind: audit.RecoveryMade, Account: ada, Detail: map[string]string{"set": "first"}},
		} {
			w.tell(ev)
		}
		for _, d := range p {
			w.wantTold(d)
		}
	}},
	{"what can be caused often is told once an hour", func(w *world) {
		ada, p := w.family()
		for range 5 {
			w.tell(audit.Event{Kind: audit.RecoveryWrong, Account: ada})
		}
		w.wantTold(p[1], "recovery_failed")
		w.must(w.db.Refused(w.Context(), audit.Event{Kind: audit.RecoveryWrong, Account: ada, At: now.Add(time.Hour)}))
		w.wantTold(p[1], "recovery_failed", "recovery_failed")
	}},
	{"a step that lost its race tells nobody", func(w *world) {
		ada, p := w.family()
		w.must(w.db.Remove(w.Context(), p[2].ID, device.ReasonRemoved, audit.Event{Kind: audit.DeviceRemoved, At: now, Account: ada, Device: p[2].ID}))
		if err := w.db.Remove(w.Context(), p[2].ID, device.ReasonRemoved, audit.Event{Kind: audit.DeviceRemoved, At: now, Account: ada, Device: p[2].ID}); err == nil {
			w.Error("removed twice")
		}
		w.wantTold(p[0], "phone_removed")
		w.wantTold(p[1], "phone_removed")
	}},
	{"a seen notice is over, also when it is seen twice, and nobody sees another's", func(w *world) {
		ada, p := w.family()
		w.tell(audit.Event{Kind: audit.CloneSuspected, Account: ada, Device: p[0].ID})
		n := w.newest(p[1])
		for range 2 {
			state, err := w.db.SeeNotice(w.Context(), p[1].ID, n)
			if w.must(err); state != "seen" {
				w.Errorf("state %s", state)
			}
		}
		w.wantTold(p[1])
		w.wantTold(p[2], "clone_suspected")
		_, err := w.db.SeeNotice(w.Context(), p[0].ID, n)
		w.want(err, notice.ErrUnknown)
		_, err = w.db.Notice(w.Context(), p[0].ID, n)
		w.want(err, notice.ErrUnknown)
	}},
	{"an alarm has the effect of a report, once", func(w *world) {
		ada, p := w.family()
		r := w.ask(ada)
		w.tell(audit.Event{Kind: audit.CloneSuspected, Account: ada, Device: p[0].ID})
		n := w.newest(p[1])
		won := race(func(int) error { return w.alarm(p[1], n, false) })
		if won != racers {
			w.Errorf("%d of %d were answered", won, racers)
		}
		w.wantEvents(ada, audit.AlarmRaised, 1)
		w.wantRequest(r.ID, approval.Cancelled)
		w.wantTold(p[1])
		w.wantTold(p[2], "alarm", "clone_suspected")
		a, err := w.db.Account(w.Context(), ada)
		if w.must(err); !a.Quiet.Equal(now.Add(30*time.Minute)) || a.Held {
			w.Errorf("quiet until %v, held %t", a.Quiet, a.Held)
		}
	}},
	{"only a proven alarm pauses the new phone, and only on probation", func(w *world) {
		ada, p := w.family()
		w.tell(audit.Event{Kind: audit.ActivationDone, Account: ada, Device: p[2].ID, Subject: "act_none"})
		n := w.newest(p[1])
		w.must(w.alarm(p[1], n, true)) // not on probation
		w.wantDevice(p[2].ID, device.Active, "")
		w.sql("UPDATE device SET probation = $1 WHERE id = $2", now.Unix()+1, p[2].ID)
		w.must(w.alarm(p[1], n, false))
		w.wantDevice(p[2].ID, device.Active, "")
		if won := race(func(int) error { return w.alarm(p[1], n, true) }); won != racers {
			w.Errorf("%d of %d were answered", won, racers)
		}
		w.wantDevice(p[2].ID, device.Suspended, device.ReasonAlarm)
		w.wantEvents(p[2].ID, audit.DeviceSuspended, 1)
		w.wantEvents(ada, audit.AlarmRaised, 1)
		a, err := w.db.Account(w.Context(), ada)
		if w.must(err); !a.Held {
			w.Error("security changes go on")
		}
	}},
	{"after an alarm no request is made again without the password", func(w *world) {
		ada, p := w.family()
		w.tell(audit.Event{Kind: audit.CloneSuspected, Account: ada, Device: p[0].ID})
		w.must(w.alarm(p[1], w.newest(p[1]), false))
		again := question(ada, func(r *approval.Request) { r.Again, r.Made, r.Password = true, now.Add(time.Minute), now })
		w.want(w.db.BeginRequest(w.Context(), again, nil, 3, about(again, audit.RequestBegun)), approval.ErrTooLate)
		again.Again, again.Password = false, again.Made
		w.must(w.db.BeginRequest(w.Context(), again, nil, 3, about(again, audit.RequestBegun)))
	}},
}

var letters = []contract{
	{"of fifty nodes one claims a letter, and a claim that is over is somebody else's", func(w *world) {
		w.db.Mail.People = true
		defer func() { w.db.Mail.People = false }()
		ada, _ := w.family()
		w.tell(audit.Event{Kind: audit.PasswordChanged, Account: ada})
		claim := func(at time.Time) (notice.Letter, error) {
			return w.db.ClaimLetter(w.Context(), at.Add(time.Minute), audit.Event{Kind: audit.LetterClaimed, At: at})
		}
		var mine notice.Letter
		var mu sync.Mutex
		won := race(func(int) error {
			l, err := claim(now)
			if err == nil {
				mu.Lock()
				mine = l
				mu.Unlock()
			}
			return err
		})
		if won != 1 || mine.Address != "ada@example.org" || mine.Kind != notice.PasswordChanged || mine.Tries != 1 || mine.Name != "Ada" {
			w.Fatalf("%d nodes have the letter: %+v", won, mine)
		}
		theirs, err := claim(now.Add(time.Minute))
		w.must(err)
		ev := audit.Event{Kind: audit.LetterSent, At: now, Account: ada, Subject: mine.ID}
		w.want(w.db.EndLetter(w.Context(), mine, ev), notice.ErrClaimed)
		w.want(w.db.DelayLetter(w.Context(), mine, now), notice.ErrClaimed)
		w.must(w.db.DelayLetter(w.Context(), theirs, now.Add(time.Hour)))
		_, err = claim(now.Add(time.Hour - time.Second))
		w.want(err, notice.ErrNoLetter)
		last, err := claim(now.Add(time.Hour))
		w.must(err)
		w.must(w.db.EndLetter(w.Context(), last, ev))
		w.wantEvents(ada, audit.LetterSent, 1)
		due, err := w.db.LetterDue(w.Context(), now.Add(24*time.Hour))
		if w.must(err); due {
			w.Error("a letter is left")
		}
	}},
	{"the operator is told of one kind and account once an hour", func(w *world) {
		w.db.Mail.Operator = "operator@example.org"
		defer func() { w.db.Mail.Operator = "" }()
		ada, _ := w.family()
		ben, _ := w.family()
		for _, account := range []string{ada, ada, ben, ada} {
			w.tell(audit.Event{Kind: audit.RequestReported, Account: account})
		}
		about := map[string]int{}
		for range 2 {
			l, err := w.db.ClaimLetter(w.Context(), now.Add(time.Hour), audit.Event{Kind: audit.LetterClaimed, At: now})
			if w.must(err); l.Address != "operator@example.org" {
				w.Errorf("letter %+v", l)
			}
			about[l.Account]++
		}
		if about[ada] != 1 || about[ben] != 1 {
			w.Errorf("letters about %v", about)
		}
		_, err := w.db.ClaimLetter(w.Context(), now.Add(time.Hour), audit.Event{Kind: audit.LetterClaimed, At: now})
		w.want(err, notice.ErrNoLetter)
	}},
	{"what happened in one second stands in its order, page by page", func(w *world) {
		ada := w.account()
		var want []string // newest first, what was told before what was asked
		for range 6 {
			want = append([]string{w.ask(ada).ID}, want...)
		}
		for i := range 6 {
			ev := audit.Event{Kind: audit.PasswordChanged, Account: ada, Reference: fmt.Sprint("REF", i)}
			w.tell(ev)
			want = append([]string{ev.Reference}, want...)
		}
		var got []string
		for skip := 0; skip < 15; skip += 5 {
			lines, err := w.db.Activity(w.Context(), notice.Query{Account: ada, Show: notice.ShowAll, At: now, Since: now, Skip: skip, Most: 5})
			w.must(err)
			for _, l := range lines {
				got = append(got, cmp.Or(l.ID, l.Reference))
			}
		}
		if !slices.Equal(got, want) {
			w.Errorf("got %v, want %v", got, want)
		}
	}},
	{"no address, no letter; the account's removal takes none away", func(w *world) {
		w.db.Mail.People = true
		defer func() { w.db.Mail.People = false }()
		w.tell(audit.Event{Kind: audit.PasswordChanged, Account: w.account()})
		ada, _ := w.family()
		w.tell(audit.Event{Kind: audit.PasswordChanged, Account: ada})
		w.must(w.db.RemoveAccount(w.Context(), ada, audit.Event{Kind: audit.AccountRemoved, At: now, Account: ada}))
		l, err := w.db.ClaimLetter(w.Context(), now.Add(time.Minute), audit.Event{Kind: audit.LetterClaimed, At: now})
		if w.must(err); l.Account != ada {
			w.Errorf("letter %+v", l)
		}
		w.must(w.db.EndLetter(w.Context(), l, audit.Event{Kind: audit.LetterSent, At: now}))
		_, err = w.db.ClaimLetter(w.Context(), now.Add(time.Minute), audit.Event{Kind: audit.LetterClaimed, At: now})
		w.want(err, notice.ErrNoLetter)
	}},
}

func (w *world) newest(d device.Device) int64 {
	w.Helper()
	all, err := w.db.Notices(w.Context(), d.ID, now)
	w.must(err)
	if len(all) == 0 {
		w.Fatal("nothing is told")
	}
	return all[0].Notice
}

func (w *world) alarm(by device.Device, n int64, proven bool) error {
	ev := audit.Event{Kind: audit.AlarmRaised, At: now, Account: by.Account, Device: by.ID}
	paused := ev.As(audit.DeviceSuspended).With("reason", device.ReasonAlarm)
	return w.db.RaiseAlarm(w.Context(), notice.Raise{Number: n, Proven: proven, Quiet: now.Add(30 * time.Minute)}, ev, paused)
}

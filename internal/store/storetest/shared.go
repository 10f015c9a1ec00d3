package storetest

import (
	"bytes"
	"reflect"
	"slices"
	"sync"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/store"
)

var secrets = []contract{
	{"of nodes that start at once one keeps its secret, and all get that one", func(w *world) {
		_, err := w.db.Secret(w.Context(), "race")
		w.want(err, store.ErrNoSecret)
		kept := make([][]byte, racers)
		var mu sync.Mutex
		race(func(i int) error {
			got, err := w.db.KeepSecret(w.Context(), "race", random(), now)
			mu.Lock()
			defer mu.Unlock()
			kept[i] = got
			return err
		})
		first, err := w.db.Secret(w.Context(), "race")
		w.must(err)
		for i, k := range kept {
			if !bytes.Equal(k, first) || len(first) != 32 {
				w.Errorf("node %d got %x, want %x", i, k, first)
			}
		}
	}},
	{"a secret is replaced only if that is meant", func(w *world) {
		old, fresh := random(), random()
		_, err := w.db.KeepSecret(w.Context(), "name", old, now)
		w.must(err)
		w.must(w.db.ReplaceSecret(w.Context(), "name", fresh, now.Add(time.Minute)))
		got, err := w.db.Secret(w.Context(), "name")
		if !bytes.Equal(got, fresh) {
			w.Errorf("got %x, %v, want the new one", got, err)
		}
		_, err = w.db.Secret(w.Context(), "another")
		w.want(err, store.ErrNoSecret)
	}},
}

var records = []contract{
	{"what happened is told in its order, a part at a time", func(w *world) {
		ada, bob := w.account(), w.account()
		last, err := w.db.LastEvent(w.Context())
		w.must(err)
		for _, ev := range []audit.Event{{Account: ada, Subject: "req_1"}, {Account: bob, Subject: "act_1"}, {Account: ada}} {
			ev.Kind, ev.At = audit.SignInRefused, now
			w.must(w.db.Refused(w.Context(), ev))
		}
		var got []store.Told
		for after := last; ; after = got[len(got)-1].Seq {
			some, err := w.db.EventsSince(w.Context(), after, 2)
			w.must(err)
			if len(some) == 0 {
				break
			}
			got = append(got, some...)
		}
		// Other tests write into the same record.
		got = slices.DeleteFunc(got, func(e store.Told) bool { return e.Account != ada && e.Account != bob })
		if len(got) != 3 || got[0].Subject != "req_1" || got[1].Account != bob || got[2].Subject != "" || got[1].Seq <= got[0].Seq {
			w.Errorf("told %+v", got)
		}
		if now, err := w.db.LastEvent(w.Context()); err != nil || now < got[2].Seq {
			w.Errorf("the newest event is %d, %v, want %d", now, err, got[2].Seq)
		}
	}},
	{"an event is found by its account, its device, its subject and its reference, and says who acted", func(w *world) {
		ada, bob := w.account(), w.account()
		ref := keyturn.NewReference()
		ev := audit.Event{Kind: audit.DeviceRemoved, At: now, Account: ada, Device: "dev_" + ada, Subject: "req_" + ada, Reference: ref,
			Actor: bob, Detail: map[string]string{"reason": "lost", "ip": "2001:db8::7"}}
		w.must(w.db.Refused(w.Context(), ev))
		for _, id := range []string{ada, ev.Device, ev.Subject, ref} {
			all, err := w.db.About(w.Context(), id)
			if err != nil || len(all) == 0 || !reflect.DeepEqual(all[len(all)-1], ev) {
				w.Errorf("by %s: %+v, %v, want %+v", id, all, err, ev)
			}
		}
		if all := w.events(bob, ev.Kind); len(all) != 0 {
			w.Errorf("what was done to another is told of who did it: %+v", all)
		}
	}},
	{"what names nobody isn't found by an empty name", func(w *world) {
		w.must(w.db.Refused(w.Context(), audit.Event{Kind: audit.SignInRefused, At: now}))
		if all, err := w.db.About(w.Context(), ""); len(all) != 0 || err != nil {
			w.Errorf("%d events, %v", len(all), err)
		}
	}},
	{"an operator sees the browsers that are known and the newest request", func(w *world) {
		ada := w.account()
		if n, err := w.db.KnownBrowsers(w.Context(), ada, now); n != 0 || err != nil {
			w.Errorf("%d browsers are known, %v, want 0", n, err)
		}
		_, ok, err := w.db.LastRequest(w.Context(), ada)
		if ok || err != nil {
			w.Errorf("a request that nobody made: %v, %v", ok, err)
		}
		w.known(ada, w.phone(ada))
		w.ask(ada)
		newest := w.ask(ada)
		if n, err := w.db.KnownBrowsers(w.Context(), ada, now); n != 1 || err != nil {
			w.Errorf("%d browsers are known, %v, want 1", n, err)
		}
		last, ok, err := w.db.LastRequest(w.Context(), ada)
		if want := (store.Glance{State: newest.State, App: newest.App, Place: newest.Place, IP: newest.IP, Made: newest.Made}); !ok || err != nil || last != want {
			w.Errorf("got %+v, %v, want %+v", last, err, want)
		}
	}},
}

package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// The present of these tests.
var present = time.Unix(1893456000, 0)

func daysAgo(n int) time.Time { return present.Add(-time.Duration(n) * 24 * time.Hour) }

// tidy is a round of a node that has run for a year.
func tidy(t *testing.T, db *store.DB, at time.Time) {
	t.Helper()
	node := &node{db: db, seen: present.Add(-time.Hour)}
	node.tidy(t, at, 365*24*time.Hour)
}

// A node forgets what is old.
type node struct {
	db   *store.DB
	seen time.Time
}

// tidy is a round of it, after it ran for so long.
func (n *node) tidy(t *testing.T, at time.Time, ran time.Duration) {
	t.Helper()
	var err error
	if n.seen, err = n.db.Tidy(t.Context(), store.Tidy{At: at, Keep: policy.KeepDefaults(), Seen: n.seen, Ran: ran}); err != nil {
		t.Fatal(err)
	}
}

// Each part of the record goes after its own time, addresses before it, and the record
// says how much went.
func TestRecordIsForgotten(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		id := keyturn.NewID(keyturn.AccountID)
		kinds := []audit.Kind{audit.MoreTimeOn, audit.SignInRefused, audit.ActivationBegun, audit.LetterSent}
		for _, age := range []int{1100, 1000, 200, 100, 40, 1} {
			for _, kind := range kinds {
				refused(t, db, audit.Event{Kind: kind, At: daysAgo(age), Account: id,
					Detail: map[string]string{"age": fmt.Sprint(age), "ip": "192.0.2.7"}})
			}
		}
		tidy(t, db, present)
		want := map[audit.Kind][]string{
			audit.MoreTimeOn:      {"1000", "200", "100", "40 192.0.2.7", "1 192.0.2.7"},
			audit.SignInRefused:   {"100", "40 192.0.2.7", "1 192.0.2.7"},
			audit.ActivationBegun: {"1 192.0.2.7"},
			audit.LetterSent:      {"1 192.0.2.7"},
		}
		wantRecord(t, db, id, want)
		tidy(t, db, present)
		wantRecord(t, db, id, want)
		wantForgotten(t, db, 14)

		tidy(t, db, present.Add(100*24*time.Hour))
		wantRecord(t, db, id, map[audit.Kind][]string{
			audit.MoreTimeOn:    {"200", "100", "40", "1"},
			audit.SignInRefused: {"40", "1"},
		})
	})
}

func refused(t *testing.T, db *store.DB, ev audit.Event) {
	t.Helper()
	if err := db.Refused(t.Context(), ev); err != nil {
		t.Fatal(err)
	}
}

// wantRecord compares what the record says of an account: by kind, the ages and addresses.
func wantRecord(t *testing.T, db *store.DB, id string, want map[audit.Kind][]string) {
	t.Helper()
	all, err := db.About(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got := map[audit.Kind][]string{}
	for _, ev := range all {
		line := ev.Detail["age"]
		if ip := ev.Detail["ip"]; ip != "" {
			line += " " + ip
		}
		got[ev.Kind] = append(got[ev.Kind], line)
	}
	for _, kind := range []audit.Kind{audit.MoreTimeOn, audit.SignInRefused, audit.ActivationBegun, audit.LetterSent} {
		if !slices.Equal(got[kind], want[kind]) {
			t.Errorf("%s: %q, want %q", kind, got[kind], want[kind])
		}
	}
}

// wantForgotten checks that the record says once how many events went.
func wantForgotten(t *testing.T, db *store.DB, events int) {
	t.Helper()
	n := count(t, db, "SELECT COUNT(*) FROM event WHERE kind = 'record.forgotten'")
	same := count(t, db, "SELECT COUNT(*) FROM event WHERE kind = 'record.forgotten' AND detail = $1", fmt.Sprintf(`{"events":"%d"}`, events))
	if n != 1 || same != 1 {
		t.Errorf("the record says %d times that something went, %d times the right number, want 1 and 1", n, same)
	}
}

// Addresses that events of before migration 11 have among their details go when addresses
// go, and until then the event says what it said.
func TestAddressesOfBefore(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		ada := keyturn.NewID(keyturn.AccountID)
		before := func(age int, detail string) {
			write(t, db, `INSERT INTO event (kind, at, account, device, subject, reference, detail) VALUES ('sign_in.refused', $1, $2, '', '', '', $3)`,
				daysAgo(age), ada, detail)
		}
		const words = `{"browser":"\"ip\":\u0000","cause":"password"}`
		for range 1200 { // more than are read at once
			before(100, `{"cause":"password","ip":"192.0.2.7","address":"192.0.2.8","before":"192.0.2.9"}`)
		}
		before(100, words)
		before(100, `"ip": nothing of ours`)
		before(40, `{"ip":"2001:db8::7"}`)
		tidy(t, db, present) // which has read past them
		if err := errors.Join(db.Apart(t.Context()), db.Apart(t.Context())); err != nil {
			t.Fatal(err)
		}
		all, err := db.About(t.Context(), ada)
		if err != nil || len(all) != 1203 || all[1199].Detail["before"] != "192.0.2.9" || all[1199].Detail["cause"] != "password" ||
			all[1200].Detail["browser"] != "\"ip\":\x00" || all[1202].Detail["ip"] != "2001:db8::7" {
			t.Errorf("%d events say %+v, %v", len(all), all[max(0, len(all)-4):], err)
		}
		tidy(t, db, present)
		for what, want := range map[string]int64{
			"SELECT COUNT(*) FROM event WHERE detail || addresses LIKE '%192.0.2.%'":    0,
			`SELECT COUNT(*) FROM event WHERE detail = '{"cause":"password"}'`:          1200,
			`SELECT COUNT(*) FROM event WHERE detail LIKE '%"browser"%'`:                1,
			"SELECT COUNT(*) FROM event WHERE detail || addresses LIKE '%2001:db8::7%'": 1,
			"SELECT COUNT(*) FROM event WHERE detail || addresses LIKE '%nothing of%'":  1,
		} {
			if n := count(t, db, what); n != want {
				t.Errorf("%s: %d, want %d", what, n, want)
			}
		}
	})
}

// SQLite gives the number of a row away again that was the last one: notices and who reads
// the record know events by it.
func TestNewestEventStays(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		for range 2 {
			refused(t, db, audit.Event{Kind: audit.SignInRefused, At: daysAgo(500)})
		}
		last := count(t, db, "SELECT MAX(seq) FROM event")
		tidy(t, db, present)
		// The second says that the other went.
		if n := count(t, db, "SELECT COUNT(*) FROM event WHERE seq >= $1", last); n != 2 {
			t.Errorf("%d events from the newest on, want 2", n)
		}
	})
}

// Requests and activations go after their time, in parts that let everybody else write in
// between; addresses go before.
func TestHistoryIsForgotten(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		url := engine(t)
		db := storetest.Open(t, url)
		ada := person(t, db)
		for i, age := range []int{200, 100, 0} {
			h := storetest.History{Account: ada, Requests: 1000, Events: 10, Ends: daysAgo(age), First: 1 + i*1000}
			if err := h.Write(t.Context(), url); err != nil {
				t.Fatal(err)
			}
		}
		begun(t, db, ada)
		left := count(t, db, "SELECT COUNT(*) FROM request")
		rests := 0
		rest := func(time.Duration) error {
			rests++
			refused(t, db, audit.Event{Kind: audit.SignInRefused, At: present})
			n := count(t, db, "SELECT COUNT(*) FROM request")
			if left-n > 250 {
				t.Errorf("%d requests went at once", left-n)
			}
			left = n
			return nil
		}
		if _, err := db.Tidy(t.Context(), store.Tidy{At: present, Keep: policy.KeepDefaults(), Rest: rest}); err != nil {
			t.Fatal(err)
		}
		if rests < 8 {
			t.Errorf("%d rests", rests)
		}
		for what, want := range map[string]int64{
			"SELECT COUNT(*) FROM request":                         2000,
			"SELECT COUNT(*) FROM request WHERE ip <> ''":          1000,
			"SELECT COUNT(*) FROM activation":                      100,
			"SELECT COUNT(*) FROM told":                            100,
			"SELECT COUNT(*) FROM session WHERE ended IS NOT NULL": 50, // of today
			"SELECT COUNT(*) FROM try":                             100,
			"SELECT COUNT(*) FROM device WHERE added IS NULL":      0,
			"SELECT COUNT(*) FROM phone WHERE id = 'pho_begun'":    0,
			// That were ever active: their phones may come back.
			"SELECT COUNT(*) FROM device":                                300,
			"SELECT COUNT(*) FROM event WHERE kind = 'record.forgotten'": 1,
			"SELECT COUNT(*) FROM device WHERE answered_from <> ''":      0,
		} {
			if n := count(t, db, what); n != want {
				t.Errorf("%s: %d, want %d", what, n, want)
			}
		}
	}
}

// person adds an account.
func person(t *testing.T, db *store.DB) string {
	t.Helper()
	id := keyturn.NewID(keyturn.AccountID)
	a := account.Account{ID: id, Name: id, State: account.Active, Added: present}
	if err := db.AddAccount(t.Context(), a, id, audit.Event{Kind: audit.AccountAdded, At: present, Account: id}); err != nil {
		t.Fatal(err)
	}
	return id
}

// begun is an old activation that a phone began and nobody finished, and a phone that has
// not been used for long.
func begun(t *testing.T, db *store.DB, of string) {
	statement(t, db, "INSERT INTO phone (id, taken, wrong, sign_count, backup, backed_up) VALUES ('pho_begun', 0, 0, 0, FALSE, FALSE)")
	statement(t, db, `INSERT INTO device (id, account, phone, name, platform, unlock, state, reason, moved_to, public_key, epoch, counter)
	  VALUES ('dev_begun', '`+of+`', 'pho_begun', '', 'android', 'pin', 'removed', 'failed', '', '', 1, 0)`)
	statement(t, db, "UPDATE activation SET device = 'dev_begun' WHERE seq = (SELECT MIN(seq) FROM activation)")
	statement(t, db, "UPDATE device SET answered_from = '192.0.2.7' WHERE seq = (SELECT MIN(seq) FROM device)")
}

// An account with a long history is removed without keeping everybody waiting.
func TestRemovedHistory(t *testing.T) {
	for _, engine := range []func(testing.TB) string{storetest.SQLite, storetest.Postgres} {
		url := engine(t)
		db := storetest.Open(t, url)
		ada := person(t, db)
		h := storetest.History{Account: ada, Requests: 1000, Ends: daysAgo(1)}
		if err := h.Write(t.Context(), url); err != nil {
			t.Fatal(err)
		}
		writes := 0
		db.Around = func([]audit.Kind, bool) { writes++ }
		if err := db.RemoveAccount(t.Context(), ada, audit.Event{Kind: audit.AccountRemoved, At: present, Account: ada}); err != nil {
			t.Fatal(err)
		}
		if writes < 8 { // each is counted when its work is done and when it is durable
			t.Errorf("%d parts", writes/2)
		}
		for _, table := range []string{"request", "device", "phone", "activation", "session", "told"} {
			if n := count(t, db, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("%d of %s are left", n, table)
			}
		}
	}
}

// A110: a limit of five in thirty days is one, also when the server tidies up each hour.
func TestA110TriesAreKept(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		db.Limits.Recoveries = policy.Rate{Most: 5, In: 720 * time.Hour}
		take := func(at time.Time) time.Duration {
			err := db.Take(t.Context(), db.Limits.RecoveriesOf("acc_1"), at)
			many, ok := errors.AsType[*policy.TooMany](err)
			if ok {
				return many.Wait
			}
			if err != nil {
				t.Fatal(err)
			}
			return 0
		}
		for i := range 5 {
			if wait := take(present.Add(time.Duration(i) * time.Minute)); wait > 0 {
				t.Fatalf("try %d waits for %v", i+1, wait)
			}
		}
		tidy(t, db, present.Add(25*time.Hour))
		if wait := take(present.Add(25 * time.Hour)); wait == 0 {
			t.Error("the sixth is taken a day later")
		}
		tidy(t, db, present.Add(721*time.Hour))
		if wait := take(present.Add(721 * time.Hour)); wait > 0 {
			t.Errorf("after thirty days it waits for %v", wait)
		}
	})
}

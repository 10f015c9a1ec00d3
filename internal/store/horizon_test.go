package store_test

import (
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// kept are the rows that a test of the horizon looks at: of each age one event, one request
// whose address is there, one session and one try.
type kept struct{ events, requests, addresses, sessions, tries int64 }

func whatIsKept(t *testing.T, db *store.DB) kept {
	t.Helper()
	return kept{
		events:    count(t, db, "SELECT COUNT(*) FROM event WHERE kind = 'sign_in.refused'"),
		requests:  count(t, db, "SELECT COUNT(*) FROM request"),
		addresses: count(t, db, "SELECT COUNT(*) FROM request WHERE ip <> ''"),
		sessions:  count(t, db, "SELECT COUNT(*) FROM session"),
		tries:     count(t, db, "SELECT COUNT(*) FROM try"),
	}
}

// lived fills the database of a server that has been in use for a hundred days.
func lived(t *testing.T, url string, db *store.DB) kept {
	t.Helper()
	ada := person(t, db)
	for i, age := range []int{100, 60, 0} {
		h := storetest.History{Account: ada, Requests: 20, Events: 10, Ends: daysAgo(age), First: 1 + i*20}
		if err := h.Write(t.Context(), url); err != nil {
			t.Fatal(err)
		}
		refused(t, db, audit.Event{Kind: audit.SignInRefused, At: daysAgo(age), Account: ada})
	}
	if err := db.Take(t.Context(), policy.Count{Key: "password acc_1", Rate: policy.Rate{Most: 5, In: time.Hour}}, present); err != nil {
		t.Fatal(err)
	}
	(&node{db: db}).tidy(t, present, 0)
	return whatIsKept(t, db)
}

// both runs a test with the address of a database on each engine that several may open.
func both(t *testing.T, test func(t *testing.T, url string)) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { test(t, url(t)) })
	}
}

const decade = 3653 * 24 * time.Hour

// A113: a server that starts ten years ahead of its time takes nothing, neither at once nor
// after what it has written itself, and little for as long as nobody sets its clock.
func TestA113ClockFarAhead(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		want := lived(t, url, db)
		ahead := &node{db: db}
		for i := range 10 { // it begins anew each time, as a service that fails does
			ahead.seen = time.Time{}
			refused(t, db, audit.Event{Kind: audit.SignInRefused, At: present.Add(decade), Account: "acc_1"})
			want.events++
			ahead.tidy(t, present.Add(decade+time.Duration(i)*time.Minute), 0)
			if got := whatIsKept(t, db); got != want {
				t.Fatalf("at start %d %+v is kept, want %+v", i+1, got, want)
			}
		}
		for i := range 24 { // four days' worth, of which the youngest of the kept is far
			ahead.tidy(t, present.Add(decade+time.Duration(i+1)*time.Hour), time.Hour)
		}
		if got := whatIsKept(t, db); got.requests != want.requests || got.addresses != want.addresses || got.events != want.events {
			t.Errorf("after a day %+v is kept, want the record of %+v", got, want)
		}
		wantHorizon(t, db, present.Add(4*24*time.Hour+36*time.Minute)) // nine minutes passed between the starts

		right := &node{db: db} // the clock is set
		right.tidy(t, present.Add(25*time.Hour), 0)
		if got := whatIsKept(t, db); got.requests != want.requests || got.events != want.events {
			t.Errorf("with the clock set %+v is kept, want the record of %+v", got, want)
		}
	})
}

// A113: a node whose clock is far ahead takes nothing as long as another one goes its rounds.
// Where that one misses two of them, the horizon is led past its clock, and waits there.
func TestA113OneNodeAhead(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		right, ahead := &node{db: storetest.Open(t, url)}, &node{db: storetest.Open(t, url)}
		want := lived(t, url, right.db)
		right.tidy(t, present, 0)
		for i := range 48 {
			hour := time.Duration(i+1) * time.Hour
			right.tidy(t, present.Add(hour), time.Hour)
			ahead.tidy(t, present.Add(decade+hour), time.Hour)
			wantHorizon(t, right.db, present.Add(hour))
		}
		for i := range time.Duration(2) {
			ahead.tidy(t, present.Add(decade+(49+i)*time.Hour), 61*time.Minute)
		}
		for hour := 51 * time.Hour; hour < 72*time.Hour; hour += time.Hour {
			right.tidy(t, present.Add(hour), time.Hour)
			ahead.tidy(t, present.Add(decade+hour), time.Hour)
			wantHorizon(t, right.db, present.Add(max(hour, 48*time.Hour+2*4*61*time.Minute)))
		}
		if got := whatIsKept(t, right.db); got.requests != want.requests || got.addresses != want.addresses || got.events != want.events {
			t.Errorf("%+v is kept, want the record of %+v", got, want)
		}
	})
}

// A service that was off for a holiday forgets what it should have by then, a little later.
func TestHorizonCatchesUp(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		lived(t, url, db)
		back := &node{db: db}
		at, ran := present.Add(120*24*time.Hour), time.Duration(0)
		back.tidy(t, at, ran)
		wantHorizon(t, db, present)
		hours := 0
		for ; back.seen.Before(at); hours++ {
			at = at.Add(time.Hour)
			back.tidy(t, at, time.Hour)
			if hours > 1000 {
				t.Fatal("it never does")
			}
		}
		if hours != 960 { // 120 days are 2880 hours, and each hour catches up with three
			t.Errorf("after %d hours, want 960", hours)
		}
		if n := count(t, db, "SELECT COUNT(*) FROM request"); n != 20 { // those of 60 days before are past their 180
			t.Errorf("%d requests are kept, want 20", n)
		}
	})
}

// wantHorizon compares the time by which things are old.
func wantHorizon(t *testing.T, db *store.DB, want time.Time) {
	t.Helper()
	if got := count(t, db, "SELECT upto FROM forgotten WHERE what = 'horizon'"); got != want.Unix() {
		t.Fatalf("the horizon is %s from now, want %s", time.Unix(got, 0).Sub(present), want.Sub(present))
	}
}

// So does one that is on for an hour a day, and starts anew each time.
func TestHorizonOfAnHourADay(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		lived(t, url, db)
		at, days := present.Add(30*24*time.Hour), 0
		for ; ; days++ {
			n := &node{db: db}
			if n.tidy(t, at, 0); n.seen.Equal(at) {
				break
			}
			n.tidy(t, at.Add(time.Hour), time.Hour)
			at = at.Add(24 * time.Hour)
			if days > 100 {
				t.Fatal("it never catches up")
			}
		}
		if days != 9 { // 30 days behind, three fewer after each; the last week is believed at once
			t.Errorf("after %d days, want 9", days)
		}
	})
}

package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/store/storetest"
)

// Whoever pauses a device takes its account first, as everyone does who changes more
// than one row of it: so two of them queue up. On PostgreSQL the other order would be
// a deadlock, found after a second and run again.
func TestAccountIsLockedFirst(t *testing.T) {
	at := time.Unix(1893456000, 0)
	db := storetest.Open(t, storetest.Postgres(t))
	ada := keyturn.NewID(keyturn.AccountID)
	a := account.Account{ID: ada, Name: "Ada", State: account.Active, Password: "x"}
	if err := db.AddAccount(t.Context(), a, "ada", audit.Event{Kind: audit.AccountAdded, At: at, Account: ada}); err != nil {
		t.Fatal(err)
	}
	write(t, db, "INSERT INTO phone (id, taken, wrong, sign_count, backup, backed_up) VALUES ('p', 0, 0, 0, FALSE, FALSE)")
	for _, id := range []string{"dev_1", "dev_2"} {
		write(t, db, `INSERT INTO device (id, account, phone, name, platform, unlock, state, reason, moved_to, public_key, epoch, counter)
			VALUES ($1, $2, 'p', 'Pixel 9', 'android', 'pin', 'active', '', '', $3, 1, 1)`, id, ada, []byte(id))
	}
	write(t, db, "INSERT INTO answer (device, counter, text, state, code, tries_left, ended) VALUES ('dev_2', 1, $1, '', '', 0, '')", []byte("text"))

	for name, pause := range map[string]func() error{
		"paused": func() error {
			return db.Suspend(t.Context(), "dev_1", device.ReasonLost, audit.Event{Kind: audit.DeviceSuspended, At: at, Account: ada, Device: "dev_1"})
		},
		"a clone": func() error {
			ev := audit.Event{Kind: audit.CloneSuspected, At: at, Account: ada, Device: "dev_2"}
			c := device.Count{Device: device.Device{ID: "dev_2", Account: ada, Phone: "p", Counter: 1}, Counter: 1, Text: []byte("another"), TryPIN: true}
			if _, err := db.CountAnswer(t.Context(), c, ev, ev); !errors.Is(err, device.ErrClone) {
				return err
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan error, 1)
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if err := run("SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE", ada)(tx); err != nil {
					return err
				}
				go func() { done <- pause() }()
				for count(t, db, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0 {
					if len(done) > 0 {
						t.Error("it doesn't wait for the account")
						return nil
					}
				}
				return run("SELECT d.id FROM device d, phone p WHERE d.phone = p.id FOR UPDATE NOWAIT")(tx)
			})
			if err != nil {
				t.Errorf("it waits, and has locked something already: %v", err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// held keeps the count "flooded" locked for a test. Who waits for it in the group that it
// returns is let in, and waited for, when the test ends.
func held(t *testing.T, ctx context.Context, url string) (flood *sync.WaitGroup) {
	t.Helper()
	other, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	flood = &sync.WaitGroup{}
	t.Cleanup(func() {
		_ = other.Close(context.Background()) // lets them in
		flood.Wait()
	})
	if _, err := other.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended('flooded', 0))"); err != nil {
		t.Fatal(err)
	}
	return flood
}

// A121: guesses at one account that wait for each other take one connection of the
// database, not all: whoever signs in elsewhere gets one.
func TestA121FloodLeavesConnections(t *testing.T) {
	url := storetest.Postgres(t)
	db := storetest.Open(t, url)
	guess := func(key string) account.Guess {
		return account.Guess{ID: rand.Text(), At: time.Unix(1893456000, 0),
			Counts: []account.Count{{Of: account.OfStrange, Count: policy.Count{Key: key, Rate: policy.Rate{Most: 1000, In: time.Hour}}}}}
	}
	ctx, end := context.WithTimeout(t.Context(), time.Minute) // only if it fails
	defer end()
	flood := held(t, ctx, url)
	for i := range 64 {
		flood.Go(func() { _, _ = db.BeginGuess(ctx, guess("flooded")) }) // how long it may wait isn't asked here
		if _, err := db.BeginGuess(ctx, guess(fmt.Sprint("person ", i))); err != nil {
			t.Fatalf("person %d: %v", i, err)
		}
	}
}

// A121: what became of a guess is recorded, however many stand in line: a flood hides no
// wrong password and no lock.
func TestA121FloodHidesNothing(t *testing.T) {
	url, at := storetest.Postgres(t), time.Unix(1893456000, 0)
	db := storetest.Open(t, url)
	guess := func() account.Guess {
		return account.Guess{ID: rand.Text(), At: at, Counts: []account.Count{{Of: account.OfStrange, Count: policy.Count{Key: "flooded", Rate: policy.Rate{Most: 1, In: time.Hour}}}}}
	}
	wrong := guess()
	if _, err := db.BeginGuess(t.Context(), wrong); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(t.Context(), time.Minute) // only if it fails
	defer end()
	flood := held(t, ctx, url)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for full := false; !full && ctx.Err() == nil; {
		flood.Go(func() { _, _ = db.BeginGuess(ctx, guess()) })
		_, err := db.BeginGuess(gone, guess())
		full = errors.Is(err, account.ErrBusy)
	}
	refused, shut := audit.Event{Kind: audit.SignInRefused, At: at}, audit.Event{Kind: audit.PasswordShut, At: at}
	for name, ends := range map[string]func() error{
		"a wrong password":         func() error { return db.WrongGuess(gone, wrong, refused, shut) },
		"a try that is given back": func() error { return db.GiveBack(gone, policy.Count{Key: "flooded"}) },
	} {
		if err := ends(); !errors.Is(err, context.Canceled) { // it waits for its turn
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
	}
}

// A121: a try is of the time when its turn has come. Else one that waited for long would count
// as a wrong one before it was compared, and would be forgotten too early.
func TestA121CountedAtItsTurn(t *testing.T) {
	at, waited := time.Unix(1893456000, 0), 20*time.Second // longer than one is judged
	db := storetest.Open(t, "sqlite::memory:")
	guess := func(at time.Time) account.Guess {
		return account.Guess{ID: rand.Text(), At: at, Counts: []account.Count{{Of: account.OfStrange, Count: policy.Count{Key: "guess", Rate: policy.Rate{Most: 1, In: time.Hour}}}}}
	}
	db.Behind(waited)
	if _, err := db.BeginGuess(t.Context(), guess(at)); err != nil {
		t.Fatal(err)
	}
	code := policy.Count{Key: "code", Rate: policy.Rate{Most: 1, In: time.Hour}}
	if err := db.Take(t.Context(), code, at); err != nil {
		t.Fatal(err)
	}
	db.Behind(0)
	if judging, err := db.BeginGuess(t.Context(), guess(at.Add(waited))); err != nil || judging != "guess" {
		t.Errorf("beside one that is being compared: %q, %v", judging, err)
	}
	err := db.Take(t.Context(), code, at.Add(time.Hour+waited/2))
	if many, ok := errors.AsType[*policy.TooMany](err); !ok || many.Wait != waited/2 {
		t.Errorf("within an hour of the one before: %v, want to wait %s", err, waited/2)
	}
}

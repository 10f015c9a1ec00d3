package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"keyturn"
	"keyturn/internal/account"
	"keyturn/internal/audit"
	"keyturn/internal/policy"
)

var guessSQL struct {
	Taken, Take, Oldest, GiveBack, Keep   query
	Shut, Reference, Locks, Lift, Forgive query
	Familiar, Remember, Few, Strange      query
}

func init() { load(&guessSQL, "guess.sql") }

var _ account.Guesses = (*DB)(nil)

// BeginGuess implements [account.Guesses].
func (d *DB) BeginGuess(ctx context.Context, g account.Guess) (judging string, err error) {
	err = d.count(ctx, keysOf(g), func(tx *Tx, waited time.Duration) error {
		judging = ""
		at := g.At.Add(waited)
		counts, err := tx.lockCounts(g)
		if err != nil {
			return err
		}
		for _, c := range counts {
			switch busy, err := tx.room(c, at, d.Limits.Judged); {
			case err != nil:
				return err
			case busy:
				judging = c.Key
			}
		}
		if judging != "" {
			return nil
		}
		for _, c := range counts {
			if err := tx.run(guessSQL.Take, c.Key, at, g.Account, g.ID); err != nil {
				return err
			}
			if err := tx.run(trySQL.ForgetOld, c.Key, at.Add(-c.Rate.In)); err != nil {
				return err
			}
		}
		return nil
	})
	return judging, err
}

// lockCounts makes others who take tries of these counts wait, in one order for all,
// so that no two of them wait for each other.
func (tx *Tx) lockCounts(g account.Guess) ([]account.Count, error) {
	counts := slices.SortedFunc(slices.Values(g.Counts), func(a, b account.Count) int { return cmp.Compare(a.Key, b.Key) })
	return counts, tx.run(trySQL.Lock, strings.Join(keysOf(account.Guess{Counts: counts}), "\n"))
}

// keysOf are what a guess is counted by, in its order.
func keysOf(g account.Guess) (keys []string) {
	for _, c := range g.Counts {
		keys = append(keys, c.Key)
	}
	return keys
}

// tally are the tries of a count within its time.
type tally struct{ all, judged int }

func tallyFields(t *tally) []any { return []any{&t.all, &t.judged} }

// room returns [*policy.TooMany] if a count is used up; busy says that it is until
// those are judged that are being compared.
func (tx *Tx) room(c account.Count, at time.Time, judged time.Duration) (busy bool, err error) {
	since, over := at.Add(-c.Rate.In), at.Add(-judged)
	n, err := one(tx, tallyFields, guessSQL.Taken, c.Key, since, over)
	if err != nil || n.judged < c.Rate.Most {
		return n.all >= c.Rate.Most, err
	}
	ends, err := tx.ends(c, at, over)
	if err != nil {
		return false, err
	}
	many := &policy.TooMany{Wait: max(ends.Sub(at), time.Second)}
	reference, err := one(tx, value[string], guessSQL.Reference, c.Key, at)
	if err := none(err, nil); err != nil {
		return false, err
	}
	return false, refusedAs(reference, many)
}

// refusedAs adds the reference of the lock, if there is one.
func refusedAs(reference string, err error) error {
	if reference == "" {
		return err
	}
	return &audit.Failure{Reference: reference, Err: err}
}

// ends is when a count that is used up has another try.
func (tx *Tx) ends(c account.Count, at, over time.Time) (time.Time, error) {
	if c.Rate.Most < 1 {
		return at.Add(c.Rate.In), nil
	}
	oldest, err := one(tx, value[time.Time], guessSQL.Oldest, c.Key, at.Add(-c.Rate.In), over, c.Rate.Most-1)
	return oldest.Add(c.Rate.In), err
}

// EndGuess implements [account.Guesses].
func (d *DB) EndGuess(ctx context.Context, g account.Guess) error {
	return d.write(ctx, func(tx *Tx) error {
		for _, c := range g.Counts {
			if err := tx.run(guessSQL.GiveBack, c.Key, g.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// WrongGuess implements [account.Guesses].
func (d *DB) WrongGuess(ctx context.Context, g account.Guess, ev, shut audit.Event) error {
	return d.after(ctx, keysOf(g), func(tx *Tx) error {
		counts, err := tx.lockCounts(g)
		if err != nil {
			return err
		}
		if err := tx.tell(ev); err != nil {
			return err
		}
		for _, c := range counts {
			if err := tx.run(guessSQL.Keep, c.Key, g.ID); err != nil {
				return err
			}
			if err := tx.shut(g, c, shut, d.Limits.Judged); err != nil {
				return err
			}
		}
		return nil
	})
}

// shut writes that a count is used up, if it is, once for as long as it lasts.
func (tx *Tx) shut(g account.Guess, c account.Count, ev audit.Event, judged time.Duration) error {
	over := ev.At.Add(-judged)
	n, err := one(tx, tallyFields, guessSQL.Taken, c.Key, ev.At.Add(-c.Rate.In), over)
	if err != nil || n.judged < c.Rate.Most {
		return err
	}
	ends, err := tx.ends(c, ev.At, over)
	if err != nil {
		return err
	}
	ev.Reference = keyturn.NewReference()
	if c.Of == account.OfAddress {
		ev.Account = "" // it is used up for every name
	}
	ev = ev.With("count", string(c.Of)).With("until", ends.UTC().Format(time.RFC3339))
	if c.Network != "" {
		ev = ev.With("address", c.Network)
	}
	n1, err := tx.Exec(guessSQL.Shut, c.Key, ev.Account, c.Of, c.Network, ev.Reference, ends, ev.At)
	if err != nil || n1 == 0 {
		return err
	}
	return tx.tell(ev)
}

// PasswordLocks implements [account.Guesses].
func (d *DB) PasswordLocks(ctx context.Context, id string, at time.Time) ([]account.Lock, error) {
	return list(d.read(ctx), func(l *account.Lock) []any { return []any{&l.Of, &l.Network, &l.Reference, &l.Ends} }, guessSQL.Locks, id, at)
}

// forgive forgets the wrong passwords of an account.
func (tx *Tx) forgive(id string) error {
	if err := tx.run(guessSQL.Lift, id); err != nil {
		return err
	}
	return tx.run(guessSQL.Forgive, id)
}

// FamiliarNetwork implements [account.Guesses].
func (d *DB) FamiliarNetwork(ctx context.Context, id, network string, at time.Time) (bool, error) {
	n, err := one(d.read(ctx), value[int], guessSQL.Familiar, id, network, at)
	return n > 0, err
}

// familiar is how many networks of an account are remembered.
const familiar = 20

// remember keeps the network from which an account has signed in.
func (tx *Tx) remember(id, addr string, until time.Time) error {
	near := policy.Near(addr)
	if near == "" {
		return nil
	}
	if err := tx.run(guessSQL.Remember, id, near, until); err != nil {
		return err
	}
	return tx.run(guessSQL.Few, id, familiar)
}

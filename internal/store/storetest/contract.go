package storetest

import (
	"sync"
	"testing"

	"keyturn/internal/store"
)

// Run is what package store promises, method by method and race by race. Every
// test makes accounts of its own, so that one database serves them all. sql runs a
// statement on it, for a state that takes a day to come by.
func Run(t *testing.T, db *store.DB, sql func(text string, args ...any)) {
	for _, noun := range []struct {
		name  string
		tests []contract
	}{
		{"account", accounts},
		{"password", passwords},
		{"code", codes},
		{"recovery", recoveries},
		{"try", tries},
		{"guess", guesses},
		{"session", sessions},
		{"visit", visits},
		{"device", devices},
		{"answer", answers},
		{"pin", pins},
		{"activation", activations},
		{"activation", ends},
		{"request", requests},
		{"repeat", repeats},
		{"request", decisions},
		{"subscription", subscriptions},
		{"push", pushes},
		{"request", carried},
		{"secret", secrets},
		{"record", records},
		{"notice", notices},
		{"letter", letters},
	} {
		for _, c := range noun.tests {
			t.Run(noun.name+"/"+c.promise, func(t *testing.T) { c.test(&world{t, db, sql}) })
		}
	}
}

// A contract is one promise and the test that it is kept.
type contract struct {
	promise string
	test    func(w *world)
}

// racers is how many callers are let loose at once.
const racers = 50

// race runs f many times at once and returns how many calls had no error.
func race(f func(i int) error) (won int) {
	var wg sync.WaitGroup
	errs := make([]error, racers)
	for i := range racers {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		}
	}
	return won
}

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How much G2 does in each pair.
const (
	signInPairs = 8
	signInsPer  = 64 // people who sign in
	atOnce      = 64 // of them: the server is busy all the time
)

// signIns is G2 and the half of G3 that comes with it: what a full sign-in costs
// the server, against the one password hash in it.
//
// Everybody signs in from a browser that is known, over the TLS connections that
// browser and phone have kept from the last time. The server has one processor
// and is busy all the time, as other programs were measured.
func signIns(ctx context.Context, b *bench) (rows []row, err error) {
	say("G2: %d sign-ins, %d times", signInsPer, signInPairs)
	own := ownCPU()
	served, _, err := b.server(ctx, b.dir, oneCore)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, served.stop()) }()
	bare, err := b.bare(ctx, oneCore)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()

	browsers := b.browsers(signInsPer)
	defer hangUpAll(browsers)
	if _, _, err := b.signInAll(ctx, served, browsers); err != nil { // with a number: now the browsers are known
		return nil, err
	}
	var hash, whole, rest series // seconds of processor
	for range signInPairs {
		_, cpu, err := b.unit(ctx, bare, signInsPer)
		if err != nil {
			return nil, err
		}
		all, after, err := b.signInAll(ctx, served, browsers)
		if err != nil {
			return nil, err
		}
		hash.add(cpu.Seconds())
		whole.add(all.Seconds())
		rest.add(after.Seconds())
	}
	size, err := served.rss()
	if err != nil {
		return nil, err
	}
	return signInRows(hash, whole, rest, size, ownCPU()-own), nil
}

func signInRows(hash, whole, rest series, size int64, own time.Duration) []row {
	ratio, outside := whole.over(hash), rest.over(hash)
	ms := func(s series) string { return figure(median(s) * 1000) }
	return []row{
		{goal: "G2", says: "processor of a full sign-in ÷ that of its password hash", value: median(ratio),
			limit: bound{"≤", 1.10}, sides: fmt.Sprintf("%s ms ÷ %s ms, the unit (%s)", ms(whole), ms(hash), ratio.spread()),
			note: fmt.Sprintf("resident after %d sign-ins %s MB; the driver's own processor %s s", signInsPer*(signInPairs+1), mb(size), figure(own.Seconds()))},
		{goal: "G3", says: "processor of a full approval, in units", value: median(ratio), goals: bound{"≤", 1.25},
			sides: "the same; privacyIDEA 4.4 units"},
		{goal: "G3", says: "processor outside the password request, in units", value: median(outside), goals: bound{"≤", 0.12},
			sides: fmt.Sprintf("%s ms ÷ %s ms (%s); privacyIDEA 3.0 units", ms(rest), ms(hash), outside.spread())},
	}
}

// signInAll signs everybody in: first all passwords, then all approvals. It
// returns what one sign-in cost the server, and what of that came after the
// password request.
func (b *bench) signInAll(
	ctx context.Context, served *process, all []*browser,
) (whole, after time.Duration, err error) {
	began, err := served.cpu()
	if err != nil {
		return 0, 0, err
	}
	if err := together(all, func(w *browser) error { return w.signIn(ctx) }); err != nil {
		return 0, 0, err
	}
	between, err := served.cpu()
	if err != nil {
		return 0, 0, err
	}
	if err := together(all, func(w *browser) error { return w.approve(ctx) }); err != nil {
		return 0, 0, err
	}
	ended, err := served.cpu()
	n := time.Duration(len(all))
	return (ended - began) / n, (ended - between) / n, err
}

// together lets everybody do the same, some at once.
func together(all []*browser, do func(*browser) error) error {
	return each(len(all), atOnce, func(_, i int) error {
		if err := do(all[i]); err != nil {
			return fmt.Errorf("%s: %w", all[i].person.name, err)
		}
		return nil
	})
}

// mb writes bytes as megabytes, 10⁶ bytes.
func mb(bytes int64) string { return figure(float64(bytes) / 1e6) }

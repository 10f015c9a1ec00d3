package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/store"
)

// How much G4 does in each pair.
const (
	toldPairs = 6
	toldPer   = 48 // people, one after the other
)

// told is G4: how long after the phone's answer was sent the browser that waits hears of
// it, against a bare stream of events and a durable commit, and how long until the page
// after it is there. One person signs in at a time: nobody waits for a processor.
func told(ctx context.Context, b *bench) (rows []row, err error) {
	say("G4: %d people are told, %d times", toldPer, toldPairs)
	served, _, err := b.server(ctx, b.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, served.stop()) }()
	bare, err := b.bare(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	plain, err := b.plainStore(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, plain.Close()) }()
	browsers := b.browsers(toldPer)
	defer hangUpAll(browsers)
	var floor, heard, there, unit series
	for range toldPairs {
		least, err := b.leastTold(ctx, plain)
		if err != nil {
			return nil, err
		}
		wall, _, err := b.unit(ctx, bare, hashesPer)
		if err != nil {
			return nil, err
		}
		event, page, err := tellAll(ctx, browsers)
		if err != nil {
			return nil, err
		}
		floor.add(least.Seconds())
		unit.add(wall.Seconds())
		heard.add(event.Seconds())
		there.add(page.Seconds())
	}
	return toldRows(floor, heard, there, unit), nil
}

func toldRows(floor, heard, there, unit series) []row {
	ms := func(s series) string { return figure(median(s)*1000) + " ms" }
	event, page := heard.over(floor), there.over(unit)
	return []row{
		{goal: "G4", says: "phone's answer → browser told ÷ (bare stream + durable commit)", value: median(event), goals: bound{"≤", 2},
			sides: fmt.Sprintf("%s ÷ %s (%s); medians of %d people", ms(heard), ms(floor), event.spread(), toldPer)},
		{goal: "G4", says: "phone's answer → the portal's next page is there, in units", value: median(page), goals: bound{"≤", 1},
			sides: fmt.Sprintf("%s ÷ %s, the unit (%s)", ms(there), ms(unit), page.spread())},
	}
}

// leastTold is what one stream and one commit take together.
func (b *bench) leastTold(ctx context.Context, plain *store.DB) (time.Duration, error) {
	all, err := b.lines(ctx, b.bareAt, 2)
	defer hangUp(all)
	if err != nil {
		return 0, err
	}
	if err := all[0].listen(get("/relay", "")); err != nil {
		return 0, err
	}
	var took series
	for range toldPer {
		ev := audit.Event{Kind: audit.SignInRefused, At: time.Now(), Account: b.people[0].account}
		began := time.Now()
		if err := plain.Refused(ctx, ev); err != nil {
			return 0, err
		}
		if status, _, err := all[1].do(post("/relay", "", []byte("approve"))); err != nil || status != http.StatusOK {
			return 0, fmt.Errorf("relay: status %d: %w", status, err)
		}
		if err := all[0].hear(`"approved"`); err != nil {
			return 0, err
		}
		took.add(time.Since(began).Seconds())
	}
	return seconds(median(took)), nil
}

// hear reads a stream that was opened by [wire.listen] up to a line with some text.
func (w *wire) hear(text string) error {
	if err := w.conn.SetDeadline(time.Now().Add(answerIn)); err != nil {
		return err
	}
	for {
		line, err := w.in.ReadString('\n')
		if err != nil || strings.Contains(line, text) {
			return err
		}
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// tellAll signs everybody in, one after the other, and returns the medians.
func tellAll(ctx context.Context, all []*browser) (event, page time.Duration, err error) {
	var heard, there series
	for _, w := range all {
		if err := w.signIn(ctx); err != nil {
			return 0, 0, err
		}
		event, page, err := w.isTold(ctx)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", w.person.name, err)
		}
		heard.add(event.Seconds())
		there.add(page.Seconds())
	}
	return seconds(median(heard)), seconds(median(there)), nil
}

// isTold lets the phone approve, and returns how long after its answer was sent the event
// came and the page after it was there.
func (w *browser) isTold(ctx context.Context) (event, page time.Duration, err error) {
	request, number := w.asked()
	events, err := w.follow(ctx, request)
	if err != nil {
		return 0, 0, err
	}
	defer events.Body.Close()
	stream := bufio.NewScanner(events.Body)
	if err := until(stream, `"page":"wait"`); err != nil {
		return 0, 0, err
	}
	answer, err := w.reads(ctx, request, number)
	if err != nil {
		return 0, 0, err
	}
	began, answered := time.Now(), make(chan error, 1)
	go func() { answered <- answer() }()
	if err := until(stream, `"page":"approved"`); err != nil {
		return 0, 0, errors.Join(err, <-answered)
	}
	event = time.Since(began)
	if _, err := w.visit(ctx, "POST", "/sign-in/redeem", url.Values{"request": {request}}); err != nil {
		return 0, 0, err
	}
	return event, time.Since(began), <-answered
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"keyturn"
	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/store"
)

// How much G1 does in each pair.
const (
	keys       = 1000 // phones that answer
	rounds     = 2    // answers of each phone
	verifies   = 4000
	hellos     = 6000
	commits    = 8000
	approvePer = 6 // pairs: an answer has to stay within 30 a minute and phone
)

// floor is the serial floor of an approval: what one signature, one greeting and
// one row of a shared commit take, one after the other.
type floor struct{ verify, hello, commit series } // per second

func (f floor) at(i int) float64 { return 1 / (1/f.verify[i] + 1/f.hello[i] + 1/f.commit[i]) }

// approvals is G1: how many approvals a second become durable, against the floor.
func approvals(ctx context.Context, b *bench) (rows []row, err error) {
	say("G1: %d approvals of %d phones, %d times", keys*rounds, keys, approvePer)
	own := ownCPU()
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

	var f floor
	var floors, got, cost series
	for i := range approvePer {
		if err := b.measureFloor(ctx, plain, &f); err != nil {
			return nil, err
		}
		floors.add(f.at(i))
		rate, cpu, err := b.answer(ctx, served)
		if err != nil {
			return nil, err
		}
		got.add(rate)
		cost.add(cpu.Seconds() * 1e6)
	}
	ratio := got.over(floors)
	return []row{{goal: "G1", says: "durable approvals/s ÷ serial floor", value: median(ratio), goals: bound{"≥", 0.5},
		sides: fmt.Sprintf("%s approvals/s ÷ %s/s, the floor of %s verifications/s, %s greetings/s and %s rows/s (%s)", figure(median(got)),
			figure(median(floors)), figure(median(f.verify)), figure(median(f.hello)), figure(median(f.commit)), ratio.spread()),
		note: fmt.Sprintf("%s µs of the server's processor each: two signatures, two durable commits; driver on the same processors, %s s of its own",
			figure(median(cost)), figure((ownCPU() - own).Seconds()))}}, nil
}

// plainStore is a database of its own on the same disk, for bare commits.
func (b *bench) plainStore(ctx context.Context) (*store.DB, error) {
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(b.dir, "plain.db"))
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// measureFloor measures the three rows that the floor is made of.
func (b *bench) measureFloor(ctx context.Context, plain *store.DB, f *floor) error {
	p, text := b.people[0], "keyturn/v1 answer\nhttps://localhost\n"
	signature, err := keyturn.Sign(p.key, text)
	if err != nil {
		return err
	}
	began := time.Now()
	for range verifies {
		if err := keyturn.Verify(&p.key.PublicKey, text, signature); err != nil {
			return err
		}
	}
	f.verify.add(verifies / time.Since(began).Seconds())

	all, err := b.lines(ctx, b.bareAt, flight)
	defer hangUp(all)
	if err != nil {
		return err
	}
	body := bytes.Repeat([]byte{'x'}, 600) // about as long as an answer
	rate, err := fly(all, hellos, func(int) []byte { return post("/hello", "", body) })
	if err != nil {
		return err
	}
	f.hello.add(rate)

	ev := audit.Event{Kind: audit.SignInRefused, At: time.Now(), Account: p.account}
	began = time.Now()
	err = each(commits, flight, func(_, _ int) error { return plain.Refused(ctx, ev) })
	f.commit.add(commits / time.Since(began).Seconds())
	return err
}

// fly sends n requests over kept connections and returns how many were answered a
// second. Whatever isn't 200 is an error.
func fly(all []*wire, n int, request func(i int) []byte) (perSecond float64, err error) {
	began := time.Now()
	err = each(n, len(all), func(worker, i int) error {
		status, body, err := all[worker].do(request(i))
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d: %s", status, body)
		}
		return err
	})
	return float64(n) / time.Since(began).Seconds(), err
}

// answer lets every phone approve and returns how many approvals a second became
// durable, and what each cost the server. Requests and signatures are made
// before: the driver's own work would swamp what is measured.
func (b *bench) answer(ctx context.Context, served *process) (perSecond float64, cpu time.Duration, err error) {
	requests, err := b.signAll(ctx)
	if err != nil {
		return 0, 0, err
	}
	all, err := b.lines(ctx, b.config.Listen, flight)
	defer hangUp(all)
	if err != nil {
		return 0, 0, err
	}
	before, err := served.cpu()
	if err != nil {
		return 0, 0, err
	}
	perSecond, err = fly(all, len(requests), func(i int) []byte { return requests[i] })
	if err != nil {
		return 0, 0, err
	}
	after, err := served.cpu()
	return perSecond, (after - before) / time.Duration(len(requests)), err
}

// signAll makes requests in known browsers and the signed calls that approve them,
// phone after phone: the second answer of a phone follows long after the first.
func (b *bench) signAll(ctx context.Context) ([][]byte, error) {
	calls := make([][]byte, keys*rounds)
	err := each(keys, flight, func(_, i int) error {
		p := b.people[i]
		for range rounds {
			if _, _, err := b.ask(ctx, p, true); err != nil {
				return err
			}
		}
		d, err := b.inside.Store.Device(ctx, p.device)
		if err != nil {
			return err
		}
		pending, err := b.inside.Approvals.Pending(ctx, d, "", 0)
		if err != nil {
			return err
		}
		n := 0
		for _, r := range pending.Requests {
			if r.Challenge == "" {
				continue
			}
			if calls[n*keys+i], err = p.call(b.inside.Origin, r, b.inside.Devices.Nonce()); err != nil {
				return err
			}
			n++
		}
		if n != rounds {
			return fmt.Errorf("%d requests wait for %s", n, p.name)
		}
		return nil
	})
	return calls, err
}

// call is a signed call that approves a request.
func (p *person) call(origin string, r keyturn.PendingRequest, nonce string) ([]byte, error) {
	body, _, err := p.approve(origin, r.Challenge, "")
	if err != nil {
		return nil, err
	}
	target := "/v1/requests/" + r.Request + "/answer"
	authorization, err := p.signed(origin, "POST", target, nonce, body)
	return post(target, authorization, body), err
}

// ask puts a request to a person's phone, from a browser of its own.
func (b *bench) ask(ctx context.Context, p *person, known bool) (approval.Request, approval.Handle, error) {
	return b.inside.Approvals.Begin(ctx, approval.Attempt{Account: p.account, Name: p.name, App: "Keyturn", Action: keyturn.SignIn,
		Known: known, Browser: "Firefox on Windows", IP: "127.0.0.1", Password: time.Now(), Revision: 1})
}

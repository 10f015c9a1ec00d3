package main

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/device"
	"keyturn/internal/push"
)

// How much G9 does in each pair.
const (
	pushPairs = 6
	pushesPer = 4000
	slowPer   = 200 // people who sign in on each side: each pair has its own, a push may be sent in 20 s
	slowTimes = 5   // pairs
	slowFew   = 4   // of them at once: nobody waits long for somebody else's hash
)

// pushes is G9: what a push costs beside its encryption, and what a push service
// that hangs costs the people who sign in.
func pushes(ctx context.Context, b *bench) (rows []row, err error) {
	stub, at, err := startStub(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stub.stop()) }()
	sending, err := b.sending(ctx, at)
	if err != nil {
		return nil, err
	}
	slow, err := b.slow(ctx, at)
	return []row{sending, slow}, err
}

// sending compares the processor of whole pushes, which the driver sends, with that of
// their encryption alone. The push service is a process of its own.
func (b *bench) sending(ctx context.Context, at string) (row, error) {
	say("G9: %d pushes, %d times", pushesPer, pushPairs)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return row{}, err
	}
	s := &push.Sender{Origin: "https://id.example.org", VAPID: push.VAPID{Key: key, Contact: "mailto:it@example.com"}, Guard: push.Guard{Origins: []string{at}},
		Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	defer s.Close(ctx)
	to, err := subscription(keyturn.NewID(keyturn.DeviceID), at+"/fine")
	if err != nil {
		return row{}, err
	}
	to.Sent = time.Now()   // lately: the store isn't told
	var bare, whole series // pushes in a second of processor
	for range pushPairs {
		one, err := costOf(func(int) error {
			_, err := push.LookNow("https://id.example.org", "en", to.P256DH, to.Auth)
			return err
		})
		if err != nil {
			return row{}, err
		}
		all, err := costOf(func(int) error { _, err := s.Send(ctx, to); return err })
		if err != nil {
			return row{}, err
		}
		bare.add(one)
		whole.add(all)
	}
	ratio := whole.over(bare)
	return row{goal: "G9", says: "pushes/s a core ÷ bare encryption/s", value: median(ratio), goals: bound{"≥", 0.5},
		sides: fmt.Sprintf("%s pushes/s ÷ %s/s (%s)", figure(median(whole)), figure(median(bare)), ratio.spread()),
		note:  "encrypted, signed, posted over a kept connection and answered"}, nil
}

// costOf does something for each push, and returns how often a second of the driver's
// processor is enough for it.
func costOf(do func(int) error) (float64, error) {
	began := ownCPU()
	err := each(pushesPer, idlePerHost, func(_, i int) error { return do(i) })
	return pushesPer / (ownCPU() - began).Seconds(), err
}

// idlePerHost is how many connections to one push service are kept: with more at once
// each push would open one.
const idlePerHost = 4

// slow compares how long a full sign-in takes, of a hundred the slowest but one, while
// the push service hangs and while it doesn't.
func (b *bench) slow(ctx context.Context, at string) (row, error) {
	say("G9: %d sign-ins while the push service hangs and while it doesn't, %d times", slowPer, slowTimes)
	people := b.browsers(2 * slowPer * slowTimes)
	defer hangUpAll(people)
	var fine, hang series // seconds
	for len(people) > 0 {
		a, c := people[:slowPer], people[slowPer:2*slowPer]
		people = people[2*slowPer:]
		without, err := b.late(ctx, a, at, "/fine")
		if err != nil {
			return row{}, err
		}
		with, err := b.late(ctx, c, at, "/hang")
		if err != nil {
			return row{}, err
		}
		fine.add(without)
		hang.add(with)
	}
	ratio := hang.over(fine)
	ms := func(s series) string { return figure(median(s)*1000) + " ms" }
	return row{goal: "G9", says: "sign-in p99 while the push service hangs ÷ without", value: median(ratio), goals: bound{"≤", 1.1},
		sides: fmt.Sprintf("%s ÷ %s (%s)", ms(hang), ms(fine), ratio.spread()),
		note:  fmt.Sprintf("%d sign-ins on each side of a pair, %d at once", slowPer, slowFew)}, nil
}

// late signs people in whose phones are woken by way of a path of the push service, and
// returns the 99th percentile of how long that took each.
func (b *bench) late(ctx context.Context, people []*browser, at, path string) (p99 float64, err error) {
	for _, w := range people {
		sub, err := subscription(w.person.device, at+path)
		if err != nil {
			return 0, err
		}
		ev := audit.Event{Kind: audit.PushRegistered, At: time.Now(), Account: w.person.account, Device: sub.Device}
		if err := b.inside.Store.Subscribe(ctx, sub, ev); err != nil {
			return 0, err
		}
	}
	before, err := asked(ctx, at+path)
	if err != nil {
		return 0, err
	}
	served, _, err := b.server(ctx, b.dir, config.Variable("push.contact")+"=mailto:it@example.com", config.Variable("push.hosts")+"="+at)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, served.stop()) }()
	took := make([]time.Duration, len(people))
	err = each(len(people), slowFew, func(_, i int) error {
		began := time.Now()
		err := people[i].signIn(ctx)
		if err == nil {
			err = people[i].approve(ctx)
		}
		took[i] = time.Since(began)
		return err
	})
	if err != nil {
		return 0, err
	}
	after, err := asked(ctx, at+path)
	if err == nil && after == before {
		err = fmt.Errorf("no push came to %s", path)
	}
	slices.Sort(took)
	return took[len(took)*99/100].Seconds(), err
}

// subscription is that of a browser that nobody opens.
func subscription(dev, endpoint string) (s device.Subscription, err error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return s, err
	}
	s = device.Subscription{Device: dev, Endpoint: endpoint + "/" + dev, P256DH: key.PublicKey().Bytes(), Auth: make(keyturn.Bytes, 16)}
	rand.Read(s.Auth) // never fails
	return s, nil
}

// stubCommand is the word by which the driver starts itself as the push service.
const stubCommand = "stub"

// startStub starts the push service, and returns its origin.
func startStub(ctx context.Context) (*process, string, error) {
	addr, err := freePort()
	if err != nil {
		return nil, "", err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	p, err := start(ctx, nil, self, stubCommand, addr)
	if err != nil {
		return nil, "", err
	}
	for time.Since(p.began) < startsIn && ctx.Err() == nil && p.alive() == nil {
		if c, err := net.Dial("tcp", addr); err == nil {
			return p, "http://" + addr, c.Close()
		}
		time.Sleep(look)
	}
	return nil, "", errors.Join(errors.New("the push service doesn't start"), p.alive(), ctx.Err(), p.stop())
}

// serveStub is a push service that looks at nothing: it takes what is posted below
// /fine/, and never answers what is posted below /hang/. GET tells how many came.
func serveStub(args []string) error {
	if len(args) != 1 {
		return errors.New("stub ADDRESS")
	}
	mux := http.NewServeMux()
	for path, answer := range map[string]http.HandlerFunc{
		"/fine": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) },
		"/hang": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		n := new(atomic.Int64)
		mux.HandleFunc("POST "+path+"/{device}", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server has gone
			n.Add(1)
			answer(w, r)
		})
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, n.Load()) })
	}
	return http.ListenAndServe(args[0], mux)
}

// asked is how many pushes came below an address.
func asked(ctx context.Context, address string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return 0, err
	}
	body, err := read(http.DefaultClient.Do(r))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(body)))
}

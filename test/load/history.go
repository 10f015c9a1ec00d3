package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/server"
	"keyturn/internal/store/storetest"
)

// How much G10 does for each database.
const (
	pastPairs  = 3
	pastPeople = 128 // people who sign in, each seldom enough for a phone, and one more, whose history it is
	pastAtOnce = 2   // of them: somebody else's transaction is waited for, a processor hardly
)

// kept lets nothing go while the history itself is measured.
var kept = []string{config.Variable("keep.activations") + "=87600h", config.Variable("keep.letters") + "=87600h"}

// tidied is when a server has begun to remove what is old: see server.tidyFirst.
const tidied = 70 * time.Second

// past is G10: how long other people's sign-ins take when one account has a long history and
// goes on signing in, against an empty database on which somebody does the same. Without
// statistics, with them, and while what is old is removed.
func past(ctx context.Context, b *bench) (rows []row, err error) {
	postgres, drop, err := storetest.Schemas(ctx, 2)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	for i, urls := range [][2]string{{"", ""}, {postgres[0], postgres[1]}} {
		engine := []string{"SQLite", "PostgreSQL"}[i]
		more, err := b.pastOf(ctx, engine, urls)
		if rows = append(rows, more...); err != nil {
			return rows, fmt.Errorf("%s: %w", engine, err)
		}
	}
	return rows, nil
}

// pastOf measures one engine.
func (b *bench) pastOf(ctx context.Context, engine string, urls [2]string) (rows []row, err error) {
	empty, err := b.town(ctx, urls[0], engine+"-empty")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, empty.inside.Close()) }()
	used, err := b.town(ctx, urls[1], engine+"-used")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, used.inside.Close()) }()
	say("G10: %s, writing %d requests and %d events", engine, b.requests, b.events)
	if err := used.age(ctx); err != nil {
		return nil, err
	}
	url := string(used.config.Storage.URL)
	for _, c := range []struct {
		says    string
		prepare func() error
		wait    time.Duration
		environ []string
	}{
		{"without statistics", func() error { return nil }, 0, kept},
		{"with statistics", func() error { return storetest.Do(ctx, url, "ANALYZE") }, 0, kept},
		{"while what is old is removed", func() error { return nil }, tidied, []string{config.Variable("keep.requests") + "=720h"}},
	} {
		if err := c.prepare(); err != nil {
			return rows, err
		}
		r, err := pairs(ctx, empty, used, c.wait, c.environ)
		if err != nil {
			return rows, err
		}
		r.says = fmt.Sprintf("sign-in p99 of others, %s with a long history ÷ empty, %s", engine, c.says)
		say("%s", r)
		rows = append(rows, r)
	}
	return rows, nil
}

// town is a bench with a database, people and an address of its own; url is "" for SQLite.
func (b *bench) town(ctx context.Context, url, name string) (*bench, error) {
	t := *b
	t.dir = filepath.Join(b.dir, name)
	if err := os.Mkdir(t.dir, 0o700); err != nil {
		return nil, err
	}
	listen, err := freePort()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(listen) // was just made
	t.config.PublicURL, t.config.Listen = "https://localhost:"+port, listen
	if t.config.Storage.URL = config.Address(url); url == "" {
		t.config.Storage.URL = config.Address("sqlite:" + filepath.Join(t.dir, "keyturn.db"))
	}
	t.config.Seal.KeyFile = filepath.Join(t.dir, "key")
	if t.inside, err = server.Connect(ctx, t.config, server.With{Fresh: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}); err != nil {
		return nil, err
	}
	if t.people, err = t.populate(ctx, pastPeople+1); err != nil {
		return nil, errors.Join(err, t.inside.Close())
	}
	return &t, nil
}

// age gives the last person a long history that ended a month ago, of which no statistics tell.
func (b *bench) age(ctx context.Context) error {
	url := string(b.config.Storage.URL)
	if strings.HasPrefix(url, "postgres") {
		for _, table := range []string{"request", "event"} {
			if err := storetest.Do(ctx, url, "ALTER TABLE "+table+" SET (autovacuum_enabled = false)"); err != nil {
				return err
			}
		}
	}
	h := storetest.History{Account: b.people[pastPeople].account, Requests: b.requests, Events: b.events, Ends: time.Now().Add(-31 * 24 * time.Hour)}
	return h.Write(ctx, url)
}

// pairs measures both, in turn.
func pairs(ctx context.Context, empty, used *bench, wait time.Duration, environ []string) (r row, err error) {
	var sides [2]series
	var all [2][]*browser
	for i, t := range []*bench{empty, used} {
		more := append([]string{config.Variable("storage.url") + "=" + string(t.config.Storage.URL),
			config.Variable("seal.key_file") + "=" + t.config.Seal.KeyFile, config.Variable("limits.asked") + "=1000/10m"}, environ...)
		served, _, err := t.server(ctx, t.dir, more...)
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, served.stop()) }()
		all[i] = t.browsers(pastPeople + 1)
		defer hangUpAll(all[i])
		// With a number: now the browsers are known.
		if _, err := signInOften(ctx, all[i], min(pastPeople, used.signIns)); err != nil {
			return r, err
		}
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return r, ctx.Err()
	}
	for range pastPairs {
		for i := range sides {
			p99, err := signInOften(ctx, all[i], used.signIns)
			if err != nil {
				return r, err
			}
			sides[i].add(p99 * 1000)
		}
	}
	ratio := sides[1].over(sides[0])
	return row{goal: "G10", value: median(ratio), limit: bound{"≤", 1.2},
		sides: fmt.Sprintf("%s ms ÷ %s ms (%s)", figure(median(sides[1])), figure(median(sides[0])), ratio.spread()),
		note:  fmt.Sprintf("%d requests and %d events of one account, which goes on signing in", used.requests, used.events)}, nil
}

// signInOften lets everybody but the last sign in, n times in all, while the last begins one
// sign-in after the other, and returns the 99th percentile of the others' seconds.
func signInOften(ctx context.Context, all []*browser, n int) (p99 float64, err error) {
	others, last := all[:len(all)-1], all[len(all)-1]
	var over atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !over.Load() && ctx.Err() == nil {
			_ = last.signIn(ctx) // once its limit is reached it is refused, in both towns
		}
	}()
	took := make(series, n)
	err = each(n, pastAtOnce, func(_, i int) error {
		w := others[i%len(others)]
		began := time.Now()
		if err := w.signIn(ctx); err != nil {
			return err
		}
		err := w.approve(ctx)
		took[i] = time.Since(began).Seconds()
		return err
	})
	over.Store(true)
	<-ended
	slices.Sort(took)
	return took[n*99/100], err
}

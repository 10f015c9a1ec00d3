package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// How often G7 starts the programs.
const (
	warmStarts  = 15
	firstStarts = 5
	versions    = 40
	idleStarts  = 3 // of the warm ones: afterwards the server idles and is weighed
	hashesPer   = 3 // between two starts
)

// idles is how long a server that nobody asks has been up when it is weighed.
const idles = 3 * time.Second

// starts is G7: how soon a server answers, and what it takes when nobody asks.
// Each start is from the beginning of the process to the whole first page over
// TLS; a warm one is on the folder with all the people.
func starts(ctx context.Context, b *bench) (rows []row, err error) {
	say("G7: %d warm starts, %d first ones, %d of keyturn version", warmStarts, firstStarts, versions)
	warm, err := b.warmStarts(ctx)
	if err != nil {
		return nil, err
	}
	first, err := b.firstStarts(ctx)
	if err != nil {
		return nil, err
	}
	words, nothing, err := b.versions(ctx)
	if err != nil {
		return nil, err
	}
	program, err := os.Stat(b.program)
	if err != nil {
		return nil, err
	}
	ms := func(s series) string { return figure(median(s)*1000) + " ms" }
	plain, units, empty, version := warm.took.over(warm.bare), warm.took.over(warm.unit), first.took.over(first.unit), words.over(nothing)
	return []row{
		{goal: "G7", says: "warm start to the first page ÷ that of a bare Go server", value: median(plain), limit: bound{"≤", 4},
			sides: fmt.Sprintf("%s ÷ %s (%s)", ms(warm.took), ms(warm.bare), plain.spread())},
		{goal: "G7", says: "the same, in units", value: median(units), goals: bound{"≤", 0.93},
			sides: fmt.Sprintf("%s ÷ %s, the unit (%s); Dex 0.93", ms(warm.took), ms(warm.unit), units.spread())},
		{goal: "G7", says: "idle memory", value: median(warm.size) / 1e6, unit: "MB", limit: bound{"<", 40}, goals: bound{"≤", 37.5},
			sides: fmt.Sprintf("resident %s after a start, %d starts; Dex 37.5 MB", idles, len(warm.size)),
			note:  fmt.Sprintf("the program has %s MB", mb(program.Size()))},
		{goal: "G7", says: "first start with an empty folder, in units", value: median(empty), goals: bound{"≤", 5},
			sides: fmt.Sprintf("%s ÷ %s (%s)", ms(first.took), ms(first.unit), empty.spread())},
		{goal: "G7", says: "keyturn version ÷ an empty Go program", value: median(version), goals: bound{"≤", 3},
			sides: fmt.Sprintf("%s ÷ %s (%s)", ms(words), ms(nothing), version.spread()),
			note:  "where it goes: docs/decisions/0036"},
	}, nil
}

// measured is what some starts took, in seconds, and what was measured between them.
type measured struct {
	took, bare, unit series // seconds
	size             series // bytes
}

// unitBetween measures the unit by a bare server that is started for it, whose own start
// is measured too.
func (b *bench) unitBetween(ctx context.Context, m *measured) (err error) {
	bare, took, err := b.bareAfter(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	m.bare.add(took.Seconds())
	wall, _, err := b.unit(ctx, bare, hashesPer)
	m.unit.add(wall.Seconds())
	return err
}

func (b *bench) warmStarts(ctx context.Context) (m measured, err error) {
	for i := range warmStarts {
		if err := b.unitBetween(ctx, &m); err != nil {
			return m, err
		}
		if err := b.warmStart(ctx, &m, i < idleStarts); err != nil {
			return m, err
		}
	}
	return m, nil
}

// warmStart starts a server on the folder with all the people; weigh lets it idle, and
// weighs it.
func (b *bench) warmStart(ctx context.Context, m *measured, weigh bool) (err error) {
	p, took, err := b.server(ctx, b.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	m.took.add(took.Seconds())
	if !weigh {
		return nil
	}
	bytes, err := idle(ctx, p)
	m.size.add(float64(bytes))
	return err
}

// firstStarts makes a new folder for each start: the key, the schema and their
// durable commits are made anew.
func (b *bench) firstStarts(ctx context.Context) (m measured, err error) {
	for i := range firstStarts {
		if err := b.unitBetween(ctx, &m); err != nil {
			return m, err
		}
		dir := filepath.Join(b.dir, fmt.Sprintf("first%d", i))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return m, err
		}
		p, took, err := b.server(ctx, dir)
		if err != nil {
			return m, err
		}
		m.took.add(took.Seconds())
		if err := p.stop(); err != nil {
			return m, err
		}
	}
	return m, nil
}

// versions runs "keyturn version" and a program that does nothing, by turns. It returns
// seconds from the start of each process to its end.
func (b *bench) versions(ctx context.Context) (ours, empty series, err error) {
	for range versions {
		for program, to := range map[string]*series{b.program: &ours, b.empty: &empty} {
			began := time.Now()
			if err := exec.CommandContext(ctx, program, "version").Run(); err != nil {
				return nil, nil, fmt.Errorf("%s version: %w", filepath.Base(program), err)
			}
			to.add(time.Since(began).Seconds())
		}
	}
	return ours, empty, nil
}

// idle waits, and weighs a server that nobody asks.
func idle(ctx context.Context, p *process) (int64, error) {
	select {
	case <-time.After(idles):
		return p.rss()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

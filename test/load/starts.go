package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// How often G7 starts the server.
const (
	warmStarts  = 15
	firstStarts = 5
	idleStarts  = 3 // of the warm ones: afterwards the server idles and is weighed
	hashesPer   = 3 // between two starts
)

// idles is how long a server that nobody asks has been up when it is weighed.
const idles = 3 * time.Second

// starts is G7: how soon a server answers, and what it takes when nobody asks.
// Each start is from the beginning of the process to the whole first page over
// TLS, on the folder with all the people.
func starts(ctx context.Context, b *bench) (rows []row, err error) {
	say("G7: %d warm starts, %d first ones", warmStarts, firstStarts)
	bare, err := b.bare(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	warm, unit, size, err := b.warmStarts(ctx, bare)
	if err != nil {
		return nil, err
	}
	empty, emptyUnit, err := b.firstStarts(ctx, bare)
	if err != nil {
		return nil, err
	}
	ms := func(s series) string { return figure(median(s)*1000) + " ms" }
	relative, first := warm.over(unit), empty.over(emptyUnit)
	return []row{
		{goal: "G7", says: "warm start to the first page", value: median(warm) * 1000, unit: "ms", limit: bound{"≤", 30},
			sides: fmt.Sprintf("%s ms in %d starts", warm.within(1000), len(warm))},
		{goal: "G7", says: "the same, in units", value: median(relative), goals: bound{"≤", 0.93},
			sides: fmt.Sprintf("%s ÷ %s, the unit (%s); Dex 0.93", ms(warm), ms(unit), relative.spread())},
		{goal: "G7", says: "idle memory", value: median(size) / 1e6, unit: "MB", limit: bound{"<", 40}, goals: bound{"≤", 37.5},
			sides: fmt.Sprintf("resident %s after a start, %d starts; Dex 37.5 MB", idles, len(size))},
		{goal: "G7", says: "first start with an empty folder, in units", value: median(first), goals: bound{"≤", 5},
			sides: fmt.Sprintf("%s ÷ %s (%s)", ms(empty), ms(emptyUnit), first.spread())},
	}, nil
}

// warmStarts returns seconds, seconds of a unit, and bytes.
func (b *bench) warmStarts(ctx context.Context, bare *process) (warm, unit, size series, err error) {
	for i := range warmStarts {
		wall, _, err := b.unit(ctx, bare, hashesPer)
		if err != nil {
			return nil, nil, nil, err
		}
		p, took, err := b.server(ctx, b.dir)
		if err != nil {
			return nil, nil, nil, err
		}
		unit.add(wall.Seconds())
		warm.add(took.Seconds())
		if i < idleStarts {
			bytes, err := idle(ctx, p)
			if err != nil {
				return nil, nil, nil, errors.Join(err, p.stop())
			}
			size.add(float64(bytes))
		}
		if err := p.stop(); err != nil {
			return nil, nil, nil, err
		}
	}
	return warm, unit, size, nil
}

// firstStarts makes a new folder for each start: the key, the schema and their
// durable commits are made anew.
func (b *bench) firstStarts(ctx context.Context, bare *process) (empty, unit series, err error) {
	for i := range firstStarts {
		wall, _, err := b.unit(ctx, bare, hashesPer)
		if err != nil {
			return nil, nil, err
		}
		dir := filepath.Join(b.dir, fmt.Sprintf("first%d", i))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, nil, err
		}
		p, took, err := b.server(ctx, dir)
		if err != nil {
			return nil, nil, err
		}
		unit.add(wall.Seconds())
		empty.add(took.Seconds())
		if err := p.stop(); err != nil {
			return nil, nil, err
		}
	}
	return empty, unit, nil
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

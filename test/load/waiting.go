package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// waitPairs is how often both servers are filled, each time from the start.
const waitPairs = 5

// How many browsers wait when a server is weighed.
var (
	crowds     = [2]int{2000, 10000}
	crowdsMany = [2]int{10000, 19000}
)

// waiting is G6: what a browser that waits takes of memory, against a stream of
// events of the bare server. It is the slope between two crowds, so that what a
// server takes by itself doesn't count.
func waiting(ctx context.Context, b *bench) ([]row, error) {
	crowd := crowds
	if b.many {
		crowd = crowdsMany
	}
	say("G6: %d and %d browsers wait, %d times", crowd[0], crowd[1], waitPairs)
	own := ownCPU()
	var plain, ours series // bytes per browser
	for range waitPairs {
		slope, err := b.fillBare(ctx, crowd)
		if err != nil {
			return nil, err
		}
		plain.add(slope)
		if slope, err = b.fillServer(ctx, crowd); err != nil {
			return nil, err
		}
		ours.add(slope)
	}
	ratio := ours.over(plain)
	return []row{{goal: "G6", says: "memory of a waiting browser ÷ that of a bare stream, over TLS", value: median(ratio),
		limit: bound{"≤", 1.15},
		sides: fmt.Sprintf("%s KiB ÷ %s KiB, between %d and %d browsers (%s)", figure(median(ours)/1024), figure(median(plain)/1024),
			crowd[0], crowd[1], ratio.spread()),
		note: fmt.Sprintf("the driver's own processor %s s", figure((ownCPU() - own).Seconds()))}}, nil
}

func (b *bench) fillBare(ctx context.Context, crowd [2]int) (float64, error) {
	p, err := b.bare(ctx)
	if err != nil {
		return 0, err
	}
	slope, err := b.fill(ctx, p, b.bareAt, crowd, func(int) ([]byte, error) { return b.follow("/events", "value"), nil })
	return slope, errors.Join(err, p.stop())
}

// fillServer lets people wait for their phones: up to three browsers of each.
func (b *bench) fillServer(ctx context.Context, crowd [2]int) (float64, error) {
	p, _, err := b.server(ctx, b.dir)
	if err != nil {
		return 0, err
	}
	slope, err := b.fill(ctx, p, b.config.Listen, crowd, func(i int) ([]byte, error) {
		r, h, err := b.ask(ctx, b.people[i%population], false)
		return b.follow("/sign-in/events?request="+r.ID, string(h.Token)), err
	})
	return slope, errors.Join(err, p.stop())
}

// follow asks for a stream. Both servers are asked in the same words. The cookie's name has
// the port of the origin.
func (b *bench) follow(path, pending string) []byte {
	_, port, _ := strings.Cut(strings.TrimPrefix(b.config.PublicURL, "https://"), ":")
	return get(path, "__Host-keyturn_pending_"+port+"="+pending)
}

// fill opens streams up to one crowd and then up to the other, and returns how many
// bytes each of the latter has added.
func (b *bench) fill(
	ctx context.Context, p *process, addr string, crowd [2]int, request func(i int) ([]byte, error),
) (float64, error) {
	all := make([]*wire, crowd[1])
	defer func() { hangUp(all) }()
	var size [2]int64
	from := 0
	for k, n := range crowd {
		err := each(n-from, flight, func(_, i int) (err error) {
			text, err := request(from + i)
			if err != nil {
				return err
			}
			if all[from+i], err = b.dial(ctx, addr, from+i); err != nil {
				return err
			}
			return all[from+i].listen(text)
		})
		if err != nil {
			return 0, err
		}
		if size[k], err = settled(ctx, p); err != nil {
			return 0, err
		}
		from = n
	}
	if open, err := p.files(); err != nil || open < crowd[1] {
		return 0, errors.Join(fmt.Errorf("only %d of %d streams are still open", open, crowd[1]), err)
	}
	return float64(size[1]-size[0]) / float64(crowd[1]-crowd[0]), nil
}

// settled waits until a process has done what connecting has left to do, and
// returns its size.
func settled(ctx context.Context, p *process) (int64, error) {
	select {
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return p.rss()
}

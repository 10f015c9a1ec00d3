package approval

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"keyturn"
	"keyturn/internal/device"
	"keyturn/internal/hint"
)

// Pending returns what waits for a device and what ended a short time ago, newest
// first. With the version of an earlier call it is held until there is something
// else to say, at most so long. It changes nothing. A device that may not answer
// sees no requests. The errors are [device.ErrStopped] and [*device.Gone].
func (s *Service) Pending(
	ctx context.Context, d device.Device, since string, wait time.Duration,
) (keyturn.Pending, error) {
	hints, stop := s.Bus.Listen(d.Account)
	defer stop()
	p, next, err := s.look(ctx, d)
	if err != nil || wait <= 0 || p.Version != since {
		return p, err
	}
	look := func() (next time.Duration, more bool, err error) {
		if d, err = s.latest(ctx, d); err != nil {
			return 0, false, err
		}
		p, next, err = s.look(ctx, d)
		return next, p.Version == since, err
	}
	err = (&hint.Follow{Most: wait, Apart: looksApart}).Until(ctx, hints, next, look)
	if err == nil && p.Version == since {
		_, _, err = look() // fewer seconds are left than when the call came
	}
	if err != nil {
		return keyturn.Pending{}, err
	}
	return p, nil
}

// looksApart is the time between two looks of a held call: who makes many changes doesn't
// use up the calls that a phone has in a minute. What comes first is seen at once.
// Attack A97.
const looksApart = time.Second

// endedShown is how many ended requests a phone's list has: they are there so that
// the person sees what became of the last ones.
const endedShown = 10

// latest returns a device as it is now: it may have been locked or removed while
// its call was held.
func (s *Service) latest(ctx context.Context, d device.Device) (device.Device, error) {
	all, err := s.Devices.Devices(ctx, d.Account)
	if err != nil {
		return d, fmt.Errorf("device %s: %w", d.ID, err)
	}
	if i := slices.IndexFunc(all, func(o device.Device) bool { return o.ID == d.ID }); i >= 0 {
		return all[i], nil
	}
	return d, nil // it was never active
}

// look returns what a device sees, and in how long the next deadline passes; 0:
// nothing waits.
func (s *Service) look(ctx context.Context, d device.Device) (p keyturn.Pending, next time.Duration, err error) {
	now := s.Now()
	requests, err := s.visible(ctx, d, now)
	if err != nil {
		return p, 0, fmt.Errorf("pending of %s: %w", d.ID, err)
	}
	p = keyturn.Pending{Requests: []keyturn.PendingRequest{}, Notices: []keyturn.Notice{}, Device: d.Shown(now, s.Limits)}
	for _, r := range requests {
		one, err := s.show(r, d, now)
		if err != nil {
			return p, 0, err
		}
		p.Requests = append(p.Requests, one)
		if left := r.Expires.Sub(now); one.State == "" && (next == 0 || left < next) {
			next = left
		}
	}
	if s.Notices != nil {
		told, err := s.Notices.Notices(ctx, d.ID, now)
		if err != nil {
			return p, 0, fmt.Errorf("notices of %s: %w", d.ID, err)
		}
		p.Notices = append(p.Notices, told...)
	}
	p.Version = version(p, requests)
	return p, next, nil
}

// visible returns the requests that a device may see.
func (s *Service) visible(ctx context.Context, d device.Device, now time.Time) ([]Request, error) {
	var gone *device.Gone
	switch err := s.Devices.Answers(d); {
	case err == nil:
		all, err := s.Store.Requests(ctx, d.Account, now, now.Add(-s.Limits.EndedShown))
		ended := 0
		return slices.DeleteFunc(all, func(r Request) bool {
			if r.At(now) != Waiting {
				ended++
			}
			return !r.isFor(d) || r.At(now) != Waiting && ended > endedShown
		}), err
	case errors.Is(err, device.ErrStopped), errors.As(err, &gone):
		return nil, err
	}
	return nil, nil
}

// show is a request as a device sees it.
func (s *Service) show(r Request, d device.Device, now time.Time) (keyturn.PendingRequest, error) {
	if state := r.At(now); state != Waiting {
		return keyturn.PendingRequest{Request: r.ID, State: string(state), By: r.By}, nil
	}
	text, err := s.challenge(r, d)
	return keyturn.PendingRequest{
		Request:   r.ID,
		Challenge: text,
		ExpiresIn: int((r.Expires.Sub(now) + time.Second - 1) / time.Second), // never 0: it waits
		TriesLeft: max(0, s.Limits.NumberTries-r.Tries),
	}, err
}

// version tells one view from another. It covers everything that a device sees but
// the seconds that are left: the ends of requests stand for them.
func version(p keyturn.Pending, requests []Request) string {
	h := sha256.New()
	for i, one := range p.Requests {
		fmt.Fprintf(h, "%s %d %d %q %q\n", one.Request, one.TriesLeft, requests[i].Expires.Unix(), one.State, one.By)
	}
	for _, n := range p.Notices {
		fmt.Fprintf(h, "%d %t\n", n.Notice, n.Pause)
	}
	d := p.Device
	fmt.Fprintf(h, "%s %s %d %d %s %t\n", d.State, d.Reason, d.PINTriesLeft, d.PINEpoch, d.Push, d.ProbationEndsIn > 0)
	return keyturn.Bytes(h.Sum(nil)[:16]).String()
}

// Seen keeps a hint for the waiting page, "opened" or "unlocking". It is evidence
// of nothing. [*Gone] if the request doesn't wait, or the error of a device that may
// not answer.
func (s *Service) Seen(ctx context.Context, d device.Device, id, hint string) error {
	if err := s.Devices.Answers(d); err != nil {
		return err
	}
	r, err := s.put(ctx, d, id)
	if err != nil {
		return fmt.Errorf("seen %s: %w", id, err)
	}
	now := s.Now()
	if state := r.At(now); state != Waiting {
		return &Gone{state}
	}
	if r.Seen == hint && r.SeenBy == d.Name {
		return nil
	}
	if err := s.Store.SeenRequest(ctx, id, d.Name, hint, now); err != nil {
		return fmt.Errorf("seen %s: %w", id, err)
	}
	s.Bus.Wake(id)
	return nil
}

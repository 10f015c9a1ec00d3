package server_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/server"
	"keyturn/internal/store"
)

// record is what a tail reads.
type record struct {
	events []store.Told
	err    error
}

func (r *record) EventsSince(_ context.Context, after int64, most int) (some []store.Told, err error) {
	for _, ev := range r.events {
		if ev.Seq > after && len(some) < most {
			some = append(some, ev)
		}
	}
	return some, r.err
}

func (r *record) LastEvent(context.Context) (last int64, err error) {
	for _, ev := range r.events {
		last = max(last, ev.Seq)
	}
	return last, r.err
}

// add puts an event where its number belongs.
func (r *record) add(seq int64, account, subject string) {
	r.events = append(r.events, store.Told{Seq: seq, Account: account, Subject: subject})
	slices.SortFunc(r.events, func(a, b store.Told) int { return int(a.Seq - b.Seq) })
}

const (
	request    = "req_AAAAAAAAAAAAAAAAAAAAAAAAAB"
	activation = "act_AAAAAAAAAAAAAAAAAAAAAAAAAB"
)

func TestTail(t *testing.T) {
	r := &record{}
	r.add(7, "acc_old", request)
	var woken []string
	tick := server.Tail(t, r, func(id string) { woken = append(woken, id) }, io.Discard)
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"what was there before wakes nobody", func() {}, nil},
		{"an event of a request", func() { r.add(9, "acc_ada", request) }, []string{request, "acc_ada"}},
		{"it is told once", func() {}, nil},
		{"one that was counted before and committed after", func() { r.add(8, "acc_bob", activation) }, []string{activation, "acc_bob"}},
		{"an event of something that nobody waits for", func() { r.add(10, "acc_ada", "ses_1") }, []string{"ses_1", "acc_ada"}},
		{"an event of nobody", func() { r.add(11, "", "") }, nil},
		{"the record can't be read", func() { r.err = errors.New("gone"); r.add(12, "acc_ada", "") }, nil},
		{"and can again", func() { r.err = nil }, []string{"acc_ada"}},
	} {
		step.do()
		woken = nil
		tick()
		if !slices.Equal(woken, step.want) {
			t.Errorf("%s: %v, want %v", step.name, woken, step.want)
		}
	}
}

// A record that can't be read for hours is two lines of the log, not one each second.
func TestTailLogsBeginAndEnd(t *testing.T) {
	r := &record{}
	var log strings.Builder
	tick := server.Tail(t, r, func(string) {}, &log)
	for _, err := range []error{errors.New("gone"), errors.New("away"), errors.New("gone"), nil, nil} {
		r.err = err
		tick()
	}
	if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, `"record can't be read" err=gone`) || !strings.Contains(text, "record can be read again") {
		t.Errorf("log:\n%s\nwant when it begins and when it ends", text)
	}
}

// A flood is told to its end, over several reads if need be.
func TestTailFlood(t *testing.T) {
	r := &record{}
	told := map[string]int{}
	tick := server.Tail(t, r, func(id string) { told[id]++ }, io.Discard)
	for i := range int64(45_000) {
		r.events = append(r.events, store.Told{Seq: i + 1, Account: "acc_ada"})
	}
	tick()
	if n := told["acc_ada"]; n != 20_000 {
		t.Errorf("%d told at the first tick, want 20 queries of 1000", n)
	}
	for range 6 {
		tick()
	}
	if n := told["acc_ada"]; n != 45_000 {
		t.Errorf("%d told in the end, want each once", n)
	}
}

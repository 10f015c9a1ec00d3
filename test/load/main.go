// Command load measures what Keyturn costs, always against something plain that
// is measured in the same run, a moment before and a moment after: machines
// differ, and a shared one changes from minute to minute.
//
//	go run ./test/load               every row; writes docs/performance.md
//	go run ./test/load -goal G2,G6   some rows; writes nothing
//	go run ./test/load -goal G10 -requests 20000 -events 200000 -sign-ins 24
//	                                 a shorter history, and fewer sign-ins beside it
//
// The server is a process of its own, built as for a release. It keeps its data
// in a folder on a real disk, commits are durable, connections are TLS, limits
// stay on. The driver comes from many loopback addresses, as many people would.
// The exit status is 1 if the limits are missed: no other program has to
// read the page to know.
//
// It runs on Linux, which tells what a process uses.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A goal is a group of rows that are measured together.
type goal struct {
	id      string
	measure func(context.Context, *bench) ([]row, error)
}

// goals in the order of their running: what needs a quiet disk comes first.
var goals = []goal{
	{"G1", approvals},
	{"G2", signIns},
	{"G4", told},
	{"G6", waiting},
	{"G7", starts},
	{"G9", pushes},
	{"G10", past},
}

// options are the flags.
type options struct {
	goals    []string // ids; nil: all
	out      string   // file; empty: nothing is written
	dir      string   // where folders are made
	many     bool     // G6 with 19,000 browsers instead of 10,000
	requests int      // of a long history, G10
	events   int      // of it
	signIns  int      // beside it, at a time
	built    string   // server that was built before; empty: it is built now
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == stubCommand {
		exit(serveStub(os.Args[2:]))
	}
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		exit(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	rows, err := run(ctx, o)
	if err == nil && slices.ContainsFunc(rows, row.broken) {
		err = errors.New("a limit is missed")
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse(args []string, words io.Writer) (options, error) {
	const page = "docs/performance.md"
	var o options
	var only string
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(words)
	f.StringVar(&only, "goal", "", "measure these `ROWS` only, such as G2,G6")
	f.StringVar(&o.out, "out", "", "write the table to this `FILE` (default "+page+" if all rows are measured)")
	f.StringVar(&o.dir, "dir", os.TempDir(), "make folders in this `FOLDER`, which has to be on a real disk")
	f.BoolVar(&o.many, "many", false, "let 10,000 and 19,000 browsers wait for G6, instead of 2,000 and 10,000")
	f.IntVar(&o.requests, "requests", 1_000_000, "let one account have made so many requests for G10")
	f.IntVar(&o.events, "events", 10_000_000, "let the record have so many events for G10")
	f.IntVar(&o.signIns, "sign-ins", 384, "measure so many sign-ins at a time for G10")
	f.StringVar(&o.built, "server", "", "measure this `PROGRAM` instead of building one")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if only != "" {
		o.goals = strings.Split(only, ",")
	}
	for _, id := range o.goals {
		if !slices.ContainsFunc(goals, func(g goal) bool { return g.id == id }) {
			return o, fmt.Errorf("there is no row %q", id)
		}
	}
	if o.out == "" && len(o.goals) == 0 {
		o.out = page
	}
	return o, nil
}

// run measures what the options say, prints each row as it is known, and writes
// the page.
func run(ctx context.Context, o options) (rows []row, err error) {
	b, err := openBench(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	began := time.Now()
	for _, g := range goals {
		if len(o.goals) > 0 && !slices.Contains(o.goals, g.id) {
			continue
		}
		more, err := g.measure(ctx, b)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", g.id, err)
		}
		for _, r := range more {
			fmt.Println(r)
		}
		rows = append(rows, more...)
	}
	if o.out == "" {
		return rows, nil
	}
	return rows, b.write(o.out, rows, time.Since(began))
}

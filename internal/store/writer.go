package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// mostShare bounds how many functions share one commit, so that the first of
// them doesn't wait for ever. At 10 µs each they take less time than 10 ms.
const mostShare = 512

// A writer is the one connection that changes a SQLite file. SQLite lets one
// transaction write at a time and each commit waits for the disk, so callers
// hand their functions to one goroutine: it begins, runs whatever is waiting,
// commits once for all, and then tells each. Alone, a caller gets a transaction
// of its own; under load the disk is asked once for many.
//
// A function that fails takes back only what it did itself. Before the commit
// nobody is told anything, not even the loser of a race: the winner might not
// be durable yet.
type writer struct {
	db      *sql.DB   // holds conn only
	bare    *sql.Conn // what conn prepares by, for statements that run once
	conn    *prepared // used by run alone
	apart   bool      // the file has been told from its copies, see pair.go
	jobs    chan *job
	closing chan struct{} // closed by close
	stopped chan struct{} // closed when run has ended
	close1  sync.Once
}

// A job is a function that waits for its turn.
type job struct {
	ctx   context.Context
	f     func(*Tx) error
	state atomic.Int32  // queued, then taken by the writer or left by its caller
	done  chan struct{} // closed when err is final
	err   error
}

const (
	queued int32 = iota
	taken
	left
)

// Statements around the functions. A savepoint is what one of them can be taken
// back to.
const (
	beginSQL    = "BEGIN IMMEDIATE" // waits for other programs here, not in the middle
	commitSQL   = "COMMIT"
	rollbackSQL = "ROLLBACK"
	againSQL    = "BEGIN" // fails as long as there is a transaction
	markSQL     = "SAVEPOINT job"
	keepSQL     = "RELEASE job"
	undoSQL     = "ROLLBACK TO job"
)

// newWriter starts a writer on the one connection of db.
func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db:      db,
		bare:    conn,
		conn:    &prepared{by: conn},
		jobs:    make(chan *job, mostShare),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// write hands f to the writer and waits for its commit. See [DB.write].
func (w *writer) write(ctx context.Context, f func(*Tx) error) error {
	j := &job{ctx: ctx, f: f, done: make(chan struct{})}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return ErrClosed
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, left) {
			return ctx.Err()
		}
		<-j.done // it is running: what it does counts
	case <-w.stopped:
		if j.state.CompareAndSwap(queued, left) {
			return ErrClosed // handed in after the last look
		}
		<-j.done
	}
	if p, ok := errors.AsType[*panicked](j.err); ok {
		panic(p)
	}
	return j.err
}

// run serves jobs until the writer is closed and nothing waits.
func (w *writer) run() {
	defer close(w.stopped)
	for {
		select {
		case j := <-w.jobs:
			w.share(j)
		case <-w.closing:
			j := w.next()
			if j == nil {
				return
			}
			w.share(j)
		}
	}
}

// next returns a job that waits, or nil.
func (w *writer) next() *job {
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// another returns a job that waits, or nil. With none it first lets those run that
// can run now: they may be about to hand in theirs. Without that, a program on one
// processor would commit for each caller alone, since the writer wakes before the
// next caller gets that far. An idle program loses nothing.
func (w *writer) another() *job {
	if j := w.next(); j != nil {
		return j
	}
	runtime.Gosched()
	return w.next()
}

// share runs a job and all that wait with it, commits once and answers.
func (w *writer) share(first *job) {
	turn := turn{w: w}
	for j := first; j != nil; j = w.another() {
		if j.state.CompareAndSwap(queued, taken) {
			turn.jobs = append(turn.jobs, j)
			j.err = turn.do(j)
		}
		if len(turn.jobs) == mostShare {
			break
		}
	}
	if err := turn.end(); err != nil {
		for _, j := range turn.jobs {
			j.err = err
		}
	}
	for _, j := range turn.jobs {
		close(j.done)
	}
	if turn.open && turn.lost == nil {
		w.setApart()
	}
}

// stop lets the jobs that wait finish and closes the connection.
func (w *writer) stop() error {
	w.close1.Do(func() { close(w.closing) })
	<-w.stopped
	// Another program that has the file open keeps SQLite from doing this by itself; one
	// that reads keeps it from being done at all, and isn't waited for.
	_, _ = w.bare.ExecContext(context.Background(), "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(w.conn.close(), w.db.Close())
}

// A turn is one transaction of the writer and the jobs that share it.
type turn struct {
	w    *writer
	jobs []*job
	open bool  // BEGIN has run
	kept int   // jobs that succeeded
	lost error // the transaction is gone, and with it everyone's work
}

// do runs one job. The first to succeed needs no savepoint: as long as nothing
// is kept, taking back is a ROLLBACK.
func (t *turn) do(j *job) error {
	if t.lost != nil {
		return t.lost
	}
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := t.mark(); err != nil {
		return err
	}
	tx := &Tx{reads: reads{ctx: context.WithoutCancel(j.ctx), on: t.w.conn}}
	err := call(j.f, tx)
	if err == nil {
		err = tx.err // a statement failed and f didn't say so
	}
	if err != nil {
		t.undo()
		return err
	}
	return t.keep()
}

// mark makes what the next job can be taken back to. Outside a transaction SAVEPOINT
// would begin one and RELEASE commit it: so the first savepoint is made only where the
// transaction is seen to be there, and for a later one RELEASE has just shown it.
func (t *turn) mark() error {
	if !t.open {
		return t.begin()
	}
	if t.kept == 1 && t.w.exec(againSQL) == nil {
		t.lost = errors.New("store: transaction lost")
		return t.lost
	}
	return t.must(markSQL)
}

func (t *turn) begin() error {
	err := t.w.exec(beginSQL)
	t.open = err == nil
	if err != nil {
		t.lost = fmt.Errorf("store: begin: %w", err) // whoever waits now doesn't wait as long again
	}
	return t.lost
}

func (t *turn) keep() error {
	if t.kept > 0 {
		if err := t.must(keepSQL); err != nil {
			return err
		}
	}
	t.kept++
	return nil
}

// undo takes back what a failed job did. Some errors, such as a full disk, make
// SQLite end the transaction itself; then there is no savepoint to go back to
// and the others' work is gone too.
func (t *turn) undo() {
	if t.kept == 0 {
		_ = t.w.exec(rollbackSQL) // fails if SQLite has done it
		t.open = false
		return
	}
	if t.must(undoSQL) == nil {
		_ = t.must(keepSQL)
	}
}

// must runs a statement that can fail only if the transaction is gone.
func (t *turn) must(sql string) error {
	if err := t.w.exec(sql); err != nil {
		t.lost = fmt.Errorf("store: transaction lost: %w", err)
	}
	return t.lost
}

// end commits what is there. Its error is everybody's.
func (t *turn) end() error {
	if t.open && t.lost == nil {
		err := t.w.count()
		if err == nil { // else nothing may stay of what everybody is told has failed
			err = t.w.exec(commitSQL)
		}
		if err != nil {
			t.lost = fmt.Errorf("store: commit: %w", err)
		}
	}
	if t.open && t.lost != nil {
		_ = t.w.exec(rollbackSQL) // fails if there is nothing to roll back
	}
	return t.lost
}

func (w *writer) exec(sql string) error {
	_, err := w.conn.ExecContext(context.Background(), sql)
	return err
}

// panicked carries a panic from the writer's goroutine to the caller's.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

// call runs f and turns a panic into an error.
func call(f func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return f(tx)
}

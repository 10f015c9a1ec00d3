package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A process is a program that the driver started, and alone ends.
type process struct {
	cmd   *exec.Cmd
	began time.Time
	says  tailBuffer // what it writes, for the case that it fails
	ended chan struct{}
}

// start runs a program until it is stopped or ctx ends.
func start(ctx context.Context, environ []string, path string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, path, args...), ended: make(chan struct{})}
	p.cmd.Env = environ
	p.cmd.Stdout, p.cmd.Stderr = &p.says, &p.says
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended, its user asks for
		close(p.ended)
	}()
	return p, nil
}

// patience is how long a program may take to stop by itself.
const patience = 30 * time.Second

// stop ends the program and waits for that.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails if it has ended
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		err := p.cmd.Process.Kill()
		<-p.ended
		return errors.Join(fmt.Errorf("%s did not stop within %s", filepath.Base(p.cmd.Path), patience), err)
	}
}

// alive returns an error if the program has ended by itself.
func (p *process) alive() error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s has ended: %s", filepath.Base(p.cmd.Path), p.says.String())
	default:
		return nil
	}
}

func (p *process) proc(name string) string {
	return fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, name)
}

// cpu is what the program's threads have used of the processors so far, user and
// system time together, as the scheduler counts it: /proc/PID/stat has the same
// in hundredths of a second, which is too coarse here.
func (p *process) cpu() (time.Duration, error) {
	threads, err := filepath.Glob(p.proc("task/*/schedstat"))
	if err != nil || len(threads) == 0 {
		return 0, errors.Join(errors.New("the kernel doesn't say what a thread has used (/proc/PID/task/*/schedstat)"), err)
	}
	var sum time.Duration
	for _, name := range threads {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		used, _, _ := strings.Cut(string(text), " ")
		ns, err := strconv.ParseInt(used, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

// rss is the program's resident memory in bytes.
func (p *process) rss() (int64, error) {
	text, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	amount, _, ok := strings.Cut(rest, "kB")
	kib, err := strconv.ParseInt(strings.TrimSpace(amount), 10, 64)
	if !ok || err != nil {
		return 0, errors.Join(errors.New("the kernel doesn't say how large the process is"), err)
	}
	return kib << 10, nil
}

// files is how many files and connections the program has open.
func (p *process) files() (int, error) {
	open, err := os.ReadDir(p.proc("fd"))
	return len(open), err
}

// ownCPU is what the driver itself has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A tailBuffer keeps the end of what is written to it. Safe for concurrent use.
type tailBuffer struct {
	mu   sync.Mutex
	last []byte
}

const tailKept = 4 << 10 // bytes

// Write implements [io.Writer].
func (b *tailBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = append(b.last, p...)
	if over := len(b.last) - tailKept; over > 0 {
		b.last = bytes.Clone(b.last[over:])
	}
	return len(p), nil
}

func (b *tailBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimSpace(string(b.last))
}

package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"keyturn/internal/config"
	"keyturn/internal/server"
)

// A bench is what all rows share: a server that is built as for a release, a
// folder with people and phones, and a certificate.
type bench struct {
	options
	dir     string // of everything; removed at the end
	program string // the server
	plain   string // the bare server, of package bare
	empty   string // a Go program that does nothing
	roots   *x509.CertPool
	config  config.Config
	bareAt  string // address of the bare server
	people  []*person

	// inside are the services of the server on the same folder, in the driver: they
	// prepare what isn't measured, such as ten thousand requests.
	inside *server.Services
}

// openBench makes everything that the rows need.
func openBench(ctx context.Context, o options) (b *bench, err error) {
	b = &bench{options: o}
	if b.dir, err = os.MkdirTemp(o.dir, "keyturn-load-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if kind := filesystem(b.dir); kind == "tmpfs" || kind == "ramfs" {
		return b, fmt.Errorf("%s is in memory, where a commit costs nothing: choose another folder with -dir", o.dir)
	}
	if b.program = o.built; b.program == "" {
		say("building the server")
		b.program = filepath.Join(b.dir, "keyturn")
		if err := build(ctx, "keyturn/cmd/keyturn", b.program); err != nil {
			return b, err
		}
	}
	if err := b.buildPeers(ctx); err != nil {
		return b, err
	}
	if err := b.settle(); err != nil {
		return b, err
	}
	if slices.Equal(o.goals, []string{"G10"}) {
		return b, nil // it has towns of its own
	}
	say("setting up %d people with a phone", population)
	if b.inside, err = server.Connect(ctx, b.config, server.With{Fresh: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}); err != nil {
		return b, err
	}
	b.people, err = b.populate(ctx, population)
	return b, err
}

// close removes everything.
func (b *bench) close() error {
	var err error
	if b.inside != nil {
		err = b.inside.Close()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// say tells the person at the terminal what takes time.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "load: "+format+"\n", args...) }

// buildPeers makes the programs that starts are compared with, in the same way.
func (b *bench) buildPeers(ctx context.Context) error {
	b.plain, b.empty = filepath.Join(b.dir, "bare"), filepath.Join(b.dir, "empty")
	if err := build(ctx, "keyturn/test/load/bare", b.plain); err != nil {
		return err
	}
	source := b.empty + ".go"
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err
	}
	return build(ctx, source, b.empty)
}

// build makes a program as a release is made.
func build(ctx context.Context, what, to string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", to, what)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", what, err, out)
	}
	return nil
}

// settle chooses addresses and writes a certificate.
func (b *bench) settle() error {
	listen, err := freePort()
	if err != nil {
		return err
	}
	if b.bareAt, err = freePort(); err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(listen) // was just made
	c := config.Default()
	c.PublicURL, c.Listen = "https://localhost:"+port, listen
	c.Storage.URL = config.Address("sqlite:" + filepath.Join(b.dir, "keyturn.db"))
	c.TLS.Cert, c.TLS.Key = filepath.Join(b.dir, "cert.pem"), filepath.Join(b.dir, "key.pem")
	b.config = c
	b.roots, err = writeCertificate(c.TLS.Cert, c.TLS.Key)
	return err
}

// freePort returns an address of this machine's own on which nobody listens.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// environ is the environment of a server on a folder: its settings and nothing of
// the driver's own.
func (b *bench) environ(dir string) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	for key, value := range map[string]string{
		"public_url":  b.config.PublicURL,
		"listen":      b.config.Listen,
		"storage.url": "sqlite:" + filepath.Join(dir, "keyturn.db"),
		"tls.cert":    b.config.TLS.Cert,
		"tls.key":     b.config.TLS.Key,
	} {
		env = append(env, config.Variable(key)+"="+value)
	}
	return env
}

// server starts Keyturn on a folder and returns when it has answered its first
// page, with the time that took. More of the environment may be given.
func (b *bench) server(ctx context.Context, dir string, more ...string) (*process, time.Duration, error) {
	p, err := start(ctx, append(b.environ(dir), more...), b.program, "serve")
	if err != nil {
		return nil, 0, err
	}
	return b.ready(ctx, p, b.config.Listen)
}

// bare starts the plain server that Keyturn is compared with.
func (b *bench) bare(ctx context.Context, more ...string) (*process, error) {
	p, _, err := b.bareAfter(ctx, more...)
	return p, err
}

// bareAfter is bare, and says how long it took to answer its first page.
func (b *bench) bareAfter(ctx context.Context, more ...string) (*process, time.Duration, error) {
	p, err := start(ctx, append(more, "HOME="+b.dir), b.plain, b.bareAt, b.config.TLS.Cert, b.config.TLS.Key)
	if err != nil {
		return nil, 0, err
	}
	return b.ready(ctx, p, b.bareAt)
}

// Between two looks for a server that starts.
const look = 100 * time.Microsecond

// startsIn is how long a server may take to start.
const startsIn = 20 * time.Second

// ready asks for the first page until it comes.
func (b *bench) ready(ctx context.Context, p *process, addr string) (*process, time.Duration, error) {
	page := get("/", "")
	for time.Since(p.began) < startsIn && ctx.Err() == nil && p.alive() == nil {
		w, err := b.dial(ctx, addr, 0)
		if err != nil {
			time.Sleep(look)
			continue
		}
		status, _, err := w.do(page)
		took := time.Since(p.began)
		w.close()
		if err == nil && status == http.StatusOK {
			return p, took, nil
		}
		return nil, 0, errors.Join(fmt.Errorf("the first page has status %d", status), err, p.stop())
	}
	return nil, 0, errors.Join(errors.New("the server doesn't start"), p.alive(), ctx.Err(), p.stop())
}

// oneCore lets a server use one processor, as other programs were measured: the
// driver has the other one. Of two hashes at once on two halves of a processor
// each would take longer, and nothing could be compared.
const oneCore = "GOMAXPROCS=1"

// filesystem is the kind of file system that a folder is on, such as "ext4".
func filesystem(dir string) string {
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return "unknown"
	}
	kind, longest := "unknown", -1
	for line := range strings.Lines(string(mounts)) {
		f := strings.Fields(line)
		if len(f) < 3 || len(f[1]) < longest {
			continue
		}
		if rel, err := filepath.Rel(f[1], dir); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
			kind, longest = f[2], len(f[1])
		}
	}
	return kind
}

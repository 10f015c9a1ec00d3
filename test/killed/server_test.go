package killed

import (
	"context"
	"errors"
	"flag"
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
	"sync"
	"syscall"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/config"
	"keyturn/internal/keyturntest"
	"keyturn/internal/mail/mailtest"
	"keyturn/internal/porttest"
	"keyturn/internal/push/pushtest"
	"keyturn/internal/server"
)

// The environment of the process that is the server.
const (
	envFolder = "KEYTURN_KILLED_FOLDER"
	envListen = "KEYTURN_KILLED_LISTEN"
	envPush   = "KEYTURN_KILLED_PUSH"   // origin of the push service
	envMail   = "KEYTURN_KILLED_MAIL"   // address of the mail server; empty: none
	envMoment = "KEYTURN_KILLED_MOMENT" // such as "before request.approved"; empty: never
)

// ahead is the file in the folder that says how far the server's clock was moved.
const ahead = "ahead"

// origin is the address of every server, wherever it listens: see [start].
const origin = "http://localhost:8080"

// TestMain is the tests, or in a process of its own the server. With -short, which is
// for the desk, it leaves everything out.
func TestMain(m *testing.M) {
	if folder := os.Getenv(envFolder); folder != "" {
		if err := serve(folder); err != nil {
			slog.Error("server", "err", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	if testing.Short() {
		fmt.Println("left out with -short")
		os.Exit(0)
	}
	status := m.Run()
	fresh.drop()
	ready.drop()
	coded.drop()
	os.Exit(status)
}

// settings are those of a fresh installation, on a folder.
func settings(folder, listen string) config.Config {
	c := config.Default()
	c.Push.Contact = "mailto:it@example.com"
	if service := os.Getenv(envPush); service != "" {
		c.Push.Hosts = []string{service}
	}
	if address := os.Getenv(envMail); address != "" {
		c.Mail.Server, c.Mail.User, c.Mail.Password, c.Mail.From = address, mailtest.User, mailtest.Password, "keyturn@example.org"
	}
	c.Listen = listen
	c.PublicURL = origin
	c.Storage.URL = config.Address("sqlite:" + filepath.Join(folder, "keyturn.db"))
	c.Seal.KeyFile = filepath.Join(folder, "key")
	return c
}

// serve is "keyturn serve", which dies at its moment, once.
func serve(folder string) error {
	ctx := context.Background()
	c := settings(folder, os.Getenv(envListen))
	s, err := server.Open(ctx, c, server.With{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: clock(folder),
		Doors: keyturntest.App{Name: appName, Next: appAddress}.Doors})
	if err != nil {
		return err
	}
	if when, kind, ok := strings.Cut(os.Getenv(envMoment), " "); ok {
		s.Store.Around = func(kinds []audit.Kind, done bool) {
			if done == (when == "after") && slices.Contains(kinds, audit.Kind(kind)) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // nothing of this process runs on
				select {}
			}
		}
	}
	l, err := s.Listen(ctx)
	if err != nil {
		return err
	}
	return s.Serve(ctx, l)
}

// clock is the real one, moved as the folder says.
func clock(folder string) func() time.Time {
	return func() time.Time {
		text, _ := os.ReadFile(filepath.Join(folder, ahead)) // none: it was not moved
		by, _ := time.ParseDuration(string(text))
		return time.Now().Add(by)
	}
}

// later moves the server's clock.
func (n *node) later(by time.Duration) {
	n.t.Helper()
	by += time.Until(clock(n.folder)()).Round(time.Second)
	file := filepath.Join(n.folder, ahead)
	err := os.WriteFile(file+".new", []byte(by.String()), 0o600)
	if err := errors.Join(err, os.Rename(file+".new", file)); err != nil {
		n.t.Fatal(err)
	}
}

// A node is a server process that is started again when it dies.
type node struct {
	t       *testing.T
	folder  string
	listen  string
	network *http.Transport // leads to it
	pushes  *pushtest.Service
	mail    *mailtest.Server // nil: none

	mu    sync.Mutex
	cmd   *exec.Cmd
	died  int           // how often it was killed
	again chan struct{} // says that it was started again
	ended bool
	quiet chan struct{} // closed when nobody starts it any more
}

// start starts a server on a folder that dies at a moment, such as "after
// request.approved", and sends letters if there is a mail server.
func start(t *testing.T, folder, moment string, mail *mailtest.Server) *node {
	t.Helper()
	listen, err := porttest.Free() // nobody takes it while the server is started again
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, folder: folder, listen: listen, quiet: make(chan struct{}), again: make(chan struct{}, 1), pushes: pushtest.Start(t), mail: mail}
	n.network = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", n.listen)
	}}
	n.pushes.At(clock(n.folder))
	first := n.run(moment)
	t.Cleanup(n.stop)
	go n.watch(first)
	n.awake(t.Context())
	return n
}

func (n *node) run(moment string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envFolder+"="+n.folder, envListen+"="+n.listen, envMoment+"="+moment, envPush+"="+n.pushes.URL)
	if n.mail != nil {
		file := filepath.Join(n.folder, "mail.pem")
		if err := os.WriteFile(file, n.mail.PEM, 0o600); err != nil {
			n.t.Error(err)
		}
		cmd.Env = append(cmd.Env, envMail+"="+n.mail.Addr, "SSL_CERT_FILE="+file)
	}
	cmd.Stderr = os.Stderr
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := cmd.Start(); err != nil {
		n.t.Errorf("server: %v", err)
	}
	n.cmd = cmd
	return cmd
}

// watch starts the server again after it died, without a moment to die at.
func (n *node) watch(cmd *exec.Cmd) {
	defer close(n.quiet)
	for {
		_ = cmd.Wait() // killed
		n.mu.Lock()
		ended := n.ended
		if !ended {
			n.died++
		}
		n.mu.Unlock()
		if ended {
			return
		}
		cmd = n.run("")
		select {
		case n.again <- struct{}{}:
		default: // nobody has killed it
		}
	}
}

// kill kills it between two calls, and waits until it is there again.
func (n *node) kill(ctx context.Context) {
	n.network.CloseIdleConnections()
	n.mu.Lock()
	_ = n.cmd.Process.Kill()
	n.mu.Unlock()
	<-n.again
	n.awake(ctx)
}

// stop kills it for good.
func (n *node) stop() {
	n.mu.Lock()
	n.ended = true
	_ = n.cmd.Process.Kill() // it may be gone
	n.mu.Unlock()
	<-n.quiet
	n.network.CloseIdleConnections()
}

// diedOnce checks that its moment came.
func (n *node) diedOnce() {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.died != 1 {
		n.t.Errorf("the server died %d times, want once: the moment was not reached", n.died)
	}
}

// RoundTrip is a network that is patient: a request that reached a dying server
// fails once, as it would for a person, and the next one finds the new server.
func (n *node) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := n.network.RoundTrip(r)
	if err != nil {
		n.awake(r.Context())
	}
	return res, err
}

// awake waits until the server listens.
func (n *node) awake(ctx context.Context) {
	end := time.Now().Add(3 * time.Minute) // on a busy machine
	for time.Now().Before(end) && ctx.Err() == nil {
		if c, err := net.Dial("tcp", n.listen); err == nil {
			_ = c.Close() // it was only a look
			return
		}
		<-time.After(10 * time.Millisecond)
	}
}

// record opens the folder beside the server and returns what was recorded of an id.
func (n *node) record(id string) []audit.Event {
	n.t.Helper()
	s, err := server.Connect(n.t.Context(), settings(n.folder, n.listen), server.With{})
	if err != nil {
		n.t.Fatal(err)
	}
	events, err := s.Store.About(n.t.Context(), id)
	if err := errors.Join(err, s.Close()); err != nil {
		n.t.Fatal(err)
	}
	return events
}

// account is the id of the one account.
func (n *node) account() string {
	n.t.Helper()
	s, err := server.Connect(n.t.Context(), settings(n.folder, n.listen), server.With{})
	if err != nil {
		n.t.Fatal(err)
	}
	a, err := s.Accounts.Named(n.t.Context(), name)
	if err := errors.Join(err, s.Close()); err != nil {
		n.t.Fatal(err)
	}
	return a.ID
}

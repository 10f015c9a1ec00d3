package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"keyturn/internal/config"
	"keyturn/locale"
)

// Whoever presses Ctrl-C at a question has left: no answer is waited for.
func TestInterruptedQuestion(t *testing.T) {
	in, typist, err := os.Pipe() // nobody types
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = typist.Close() }()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	var errs bytes.Buffer
	if code := run(ctx, []string{"init", "-c", filepath.Join(t.TempDir(), "k.toml")}, in, &errs, &errs); code != 1 {
		t.Errorf("exit status %d, want 1", code)
	}
	if !strings.HasSuffix(errs.String(), "\nkeyturn: interrupted\n") {
		t.Errorf("says %q", errs.String())
	}
}

// Two SIGTERMs, as timeout(1) sends them, are one.
func TestSecondTerm(t *testing.T) {
	ctx, stop := untilStopped()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM) // one may come after stop
	defer stop()
	for range 100 { // one of them would end this test
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
	}
}

// A secret is read from a file that this program was given, and from none that it has
// opened: it may be the database.
func TestOwnDescriptor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("demo-tea-29\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	t.Setenv("KEYTURN_PUBLIC_URL", "http://localhost")
	t.Setenv("KEYTURN_STORAGE__URL", "sqlite:"+filepath.Join(t.TempDir(), "keyturn.db"))
	var out, errs bytes.Buffer
	args := []string{"account", "add", "mei.chen", "--password-fd", fmt.Sprint(f.Fd())}
	if code := run(t.Context(), args, os.Stdin, &out, &errs); code != 2 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "keyturn: --password-fd: ") {
		t.Errorf("exit status %d, writes %q, says %q", code, &out, &errs)
	}
}

// Without settings every command that needs them says so in one line, and what to do.
func TestNoSettings(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	usual := defaultFile
	defer func() { defaultFile = usual }()
	defaultFile = filepath.Join(t.TempDir(), "keyturn.toml")
	want := "keyturn: there are no settings: no " + defaultFile + "\nhint: keyturn init makes them; --config names another file\n"
	for _, command := range []string{"serve", "migrate", "account list", "account add mei.chen", "config check"} {
		var errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(command), os.Stdin, &bytes.Buffer{}, &errs); code != 1 || errs.String() != want {
			t.Errorf("%s: exit status %d, says %q", command, code, errs.String())
		}
	}
}

// Who may not listen on port 443 hears what a service needs for it.
func TestHintOfPort(t *testing.T) {
	term := &terminal{words: locale.For(locale.English)}
	refused := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EACCES)}
	if got := term.hint(refused); got != "a port below 1024 takes AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit of the service" {
		t.Errorf("the hint is %q", got)
	}
}

// What a disk refuses has a hint, whichever command it refuses; a missing folder is never
// made by "keyturn init".
func TestHintsOfDisks(t *testing.T) {
	term := &terminal{words: locale.For(locale.English)}
	gone := filepath.Join(t.TempDir(), "volume")
	file := func(name string, err error) error { return &fs.PathError{Op: "open", Path: name, Err: err} }
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"full", file("/k.db", syscall.ENOSPC), "the disk is full: "},
		{"full, as a setting's", &config.Fault{Key: "log.file", Err: file("/k.log", syscall.ENOSPC)}, "the disk is full: "},
		{"read-only", fmt.Errorf("store: %w", file("/k.db", syscall.EROFS)), "the disk is mounted read-only, "},
		{"no folder", file(filepath.Join(gone, "data", "k.db"), fs.ErrNotExist), gone + " isn't there: "},
		{"only the file is missing", file(gone, fs.ErrNotExist), ""},
	} {
		if got := term.hint(tt.err); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: the hint is %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A list that is cut is one value on standard output, and so is a failure before it began.
func TestCutList(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rows   int
		err    error
		stdout string
	}{
		{"whole", 2, nil, `[{"id":0},{"id":1}]`},
		{"empty", 0, nil, `[]`},
		{"cut", 2, errInput, `[{"id":0},{"id":1}]`},
		{"cut before the first", 0, errInput, `{"errors":[{"error":"nobody answers"}],"status":2}`},
	} {
		var out, errs bytes.Buffer
		term := &terminal{out: &out, err: &errs, json: true, words: locale.For(locale.English)}
		l := term.list()
		for i := range tt.rows {
			if err := l.value(map[string]int{"id": i}); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.end(tt.err); err != nil {
			term.fail(err)
		}
		got := strings.Replace(out.String(), `,"hint":"`+term.hint(errInput)+`"`, "", 1)
		if got != tt.stdout+"\n" || (errs.Len() > 0) != (tt.err != nil) {
			t.Errorf("%s: writes %s and says %s", tt.name, got, &errs)
		}
	}
}

// What fails after a value was written, such as closing the database, is no second one.
func TestFailureAfterTheValue(t *testing.T) {
	var out, errs bytes.Buffer
	term := &terminal{out: &out, err: &errs, json: true, words: locale.For(locale.English)}
	if err := term.print(map[string]int{"id": 1}); err != nil {
		t.Fatal(err)
	}
	term.fail(errInput)
	if out.String() != "{\"id\":1}\n" || !strings.HasPrefix(errs.String(), "keyturn: nobody answers\n") {
		t.Errorf("writes %s and says %s", &out, &errs)
	}
}

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
	defer stop()
	for range 100 { // one of them would end this test
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
	}
}

// Without settings every command that needs them says so in one line, and what to do.
func TestNoSettings(t *testing.T) {
	usual := defaultFile
	defer func() { defaultFile = usual }()
	defaultFile = filepath.Join(t.TempDir(), "keyturn.toml")
	want := "keyturn: there are no settings: no " + defaultFile + "\nhint: \"keyturn init\" makes them; -c FILE or KEYTURN_CONFIG names another file\n"
	for _, command := range []string{"serve", "migrate", "account list", "account add mei.chen", "config check"} {
		var errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(command), os.Stdin, &bytes.Buffer{}, &errs); code != 1 || errs.String() != want {
			t.Errorf("%s: exit status %d, says %q", command, code, errs.String())
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"keyturn/internal/porttest"
)

// patience is how long a step may take on a busy machine. Nothing is measured by it.
const patience = 3 * time.Minute

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"keyturn": main}) }

// TestScripts runs the command line as people and programs use it. Each script has
// a folder of its own and a port that nobody else uses.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:       "testdata",
		Condition: isRoot,
		Setup: func(e *testscript.Env) error {
			address, err := porttest.Free()
			e.Setenv("PORT", strings.TrimPrefix(address, "127.0.0.1:"))
			e.Setenv("LANG", "en_US.UTF-8")
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": exits, "ready": ready, "ready-after": readyAfter, "sign-in": signIn, "taken": taken, "record": record,
			"hangup": hangup, "logged": logged, "exists-soon": existsSoon, "certificate": certificate,
			"unpack": unpack, "sql": statement, "reading": reading, "give": give, "theirs": theirs,
		},
	})
}

// exits is "status N COMMAND…": the command ends with that exit status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); ok {
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// ready is "ready URL": waits until somebody answers there with 200.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		answer, err := http.Get(args[0])
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			ts.Fatalf("nobody answers at %s: %v", args[0], err)
		}
	}
}

// readyAfter is "ready-after PORT": waits until somebody answers on one of the next
// ports.
func readyAfter(ts *testscript.TestScript, _ bool, args []string) {
	port, err := strconv.Atoi(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for next := port + 1; next < port+porttest.Apart; next++ {
			answer, err := http.Get(fmt.Sprintf("http://localhost:%d/v1/server", next))
			if err != nil {
				continue
			}
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
	}
	ts.Fatalf("nobody answers behind port %d", port)
}

// taken is "taken ADDRESS": another program has it until the script ends.
func taken(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", args[0])
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
}

var activationCode = regexp.MustCompile(`id="activation-code"[^>]*>([^<]+)<`)

// signIn is "sign-in ORIGIN NAME PASSWORD": prints the path to which that leads, and
// the activation code if there is one.
func signIn(ts *testscript.TestScript, neg bool, args []string) {
	jar, _ := cookiejar.New(nil) // can't fail
	answer, err := (&http.Client{Jar: jar}).PostForm(args[0]+"/sign-in", url.Values{"name": {args[1]}, "password": {args[2]}})
	ts.Check(err)
	text, err := io.ReadAll(answer.Body)
	ts.Check(errors.Join(err, answer.Body.Close()))
	if refused := answer.StatusCode != http.StatusOK; refused != neg {
		ts.Fatalf("signing in as %s: %s", args[1], answer.Status)
	}
	out := answer.Request.URL.Path
	if code := activationCode.FindSubmatch(text); code != nil {
		out = fmt.Sprintf("%s %s", out, code[1])
	}
	fmt.Fprintln(ts.Stdout(), out)
}

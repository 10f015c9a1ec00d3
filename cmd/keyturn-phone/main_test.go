package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"keyturn/cmd/internal/command"
	"keyturn/internal/keyturntest"
	"keyturn/phone"
)

// A shell runs the program as a script does: the PIN comes on a file descriptor,
// answers come as JSON.
type shell struct {
	t     *testing.T
	state string
}

// start runs the program and returns what it prints as it comes.
func (s shell) start(pin string, args ...string) (out io.Reader, exit <-chan int) {
	s.t.Helper()
	return s.startIn(s.t.Context(), pin, args...)
}

// startIn is start until the context ends.
func (s shell) startIn(ctx context.Context, pin string, args ...string) (out io.Reader, exit <-chan int) {
	s.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintln(write, pin)
	if err := write.Close(); err != nil {
		s.t.Fatal(err)
	}
	fd, err := syscall.Dup(int(read.Fd())) // the program's own, as one that a shell opened
	if err := errors.Join(err, read.Close()); err != nil {
		s.t.Fatal(err)
	}
	args = append(args, "--state", s.state, "-o", "json", "--pin-fd", fmt.Sprint(fd))
	printed, to := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, nil, to, io.Discard)
		_ = to.Close() // never fails
	}()
	return printed, done
}

// run runs the program to its end and returns its last line and exit status.
func (s shell) run(pin string, args ...string) (map[string]any, int) {
	s.t.Helper()
	out, exit := s.start(pin, args...)
	all, err := io.ReadAll(out)
	if err != nil {
		s.t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(all), []byte("\n"))
	last := map[string]any{}
	_ = json.Unmarshal(lines[len(lines)-1], &last) // nothing was printed: empty
	return last, <-exit
}

// A terminal becomes the phone of an account, approves, denies and leaves; each
// failure has an exit status that a script can act on.
func TestPhoneInAShell(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	s := shell{t, filepath.Join(t.TempDir(), "phone.json")}

	if _, exit := s.run("", "pending"); exit != 3 {
		t.Errorf("pending without an account: exit %d, want 3", exit)
	}
	b := w.Browser()
	page := b.SignIn(ada)
	code := page.Text("#activation-code")
	if _, exit := s.run("1234", "activate", code, "--server", w.Origin, "--yes"); exit != 4 {
		t.Errorf("a weak PIN: exit %d, want 4", exit)
	}
	out, done := s.start("7Kq2", "activate", code, "--server", w.Origin, "--yes")
	lines := json.NewDecoder(out)
	var checking, active map[string]string
	if err := lines.Decode(&checking); err != nil || len(checking["check_code"]) != 6 {
		t.Fatalf("activate says %v, %v", checking, err)
	}
	page.Reload().Submit("form#check-code", url.Values{"code": {checking["check_code"]}})
	if err := lines.Decode(&active); err != nil || active["state"] != "active" {
		t.Fatalf("activate says %v, %v", active, err)
	}
	if got := <-done; got != 0 {
		t.Fatalf("activate: exit %d", got)
	}
	if row, exit := s.run("", "accounts"); exit != 0 || row["account"] != "ada" {
		t.Errorf("accounts: %v, exit %d", row, exit)
	}

	wait := w.Browser().SignIn(ada)
	number := wait.Text("#number")
	if row, exit := s.run("wrong1", "approve", "--number", number); exit != 4 || row["error"] != "pin_wrong" || row["tries_left"] != 4.0 {
		t.Errorf("a wrong PIN: %v, exit %d", row, exit)
	}
	if row, exit := s.run("7Kq2", "approve", "--number", number); exit != 0 || row["state"] != "approved" {
		t.Errorf("approve: %v, exit %d", row, exit)
	}
	b = w.Browser()
	qr := b.Post("/sign-in/qr", url.Values{"request": {b.SignIn(ada).Attr("#wait", "data-request")}})
	if _, exit := s.run("7Kq2", "scan", "https://elsewhere.example/p/#q.x"); exit != 2 {
		t.Errorf("a link of another server: exit %d, want 2", exit)
	}
	if row, exit := s.run("7Kq2", "scan", qr.Attr("#signin-qr", "data-link")); exit != 0 || row["state"] != "approved" {
		t.Errorf("scan: %v, exit %d", row, exit)
	}
	if _, exit := s.run("7Kq2", "scan", qr.Attr("#signin-qr", "data-link")); exit != 3 {
		t.Errorf("the same link again: exit %d, want 3", exit)
	}
	b = w.Browser()
	offline := b.Post("/sign-in/offline", url.Values{"request": {b.SignIn(ada).Attr("#wait", "data-request")}})
	if _, exit := s.run("7Kq2", "respond", "0000", "0016"); exit != 2 {
		t.Errorf("a code below the range: exit %d, want 2", exit)
	}
	if _, exit := s.run("7Kq2", "respond", "48291736", "--account", "bob"); exit != 3 {
		t.Errorf("an account that isn't there: exit %d, want 3", exit)
	}
	row, exit := s.run("7Kq2", "respond", offline.Text("#challenge"))
	if exit != 0 {
		t.Fatalf("respond: %v, exit %d", row, exit)
	}
	if home := offline.Submit("form#respond", url.Values{"response": {row["response"].(string)}}); home.Attr("body", "data-proven") != "urn:keyturn:aal2-offline" {
		t.Errorf("its response leads to %s:\n%s", home.Path, home.HTML)
	}
	if _, exit := s.run("", "deny"); exit != 3 {
		t.Errorf("deny when nothing waits: exit %d, want 3", exit)
	}
	w.Browser().SignIn(ada)
	s.locked("en", "Another keyturn-phone is using this phone")
	s.locked("zh-Hans", "另一个 keyturn-phone 正在使用此手机")
	if row, exit := s.run("", "deny"); exit != 0 || row["state"] != "denied" {
		t.Errorf("deny: %v, exit %d", row, exit)
	}
	w.Browser().SignIn(ada)
	if row, exit := s.run("", "report"); exit != 0 || row["state"] != "reported" {
		t.Errorf("report: %v, exit %d", row, exit)
	}
	if row, exit := s.run("7Kq2", "remove", "ada"); exit != 0 || row["state"] != "removed" {
		t.Errorf("remove: %v, exit %d", row, exit)
	}
}

// Whoever stops the program at the check code goes on later: the digits may have been typed
// meanwhile. Until then a further code is refused.
func TestSetUpGoesOn(t *testing.T) {
	w := keyturntest.Start(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	s := shell{t, filepath.Join(t.TempDir(), "phone.json")}
	if _, exit := s.run("", "activate"); exit != 2 {
		t.Errorf("without a code, and nothing was begun: exit %d, want 2", exit)
	}
	page := w.Browser().SignIn(ada)
	check := s.interrupted(page.Text("#activation-code"), w.Origin)
	other := w.Browser().SignIn(bob).Text("#activation-code")
	if _, exit := s.run("7Kq2", "activate", other, "--server", w.Origin, "--yes"); exit != 4 {
		t.Errorf("a further code meanwhile: exit %d, want 4", exit)
	}
	page.Reload().Submit("form#check-code", url.Values{"code": {check}})
	if row, exit := s.run("", "activate"); exit != 0 || row["state"] != "active" || row["account"] != "ada" {
		t.Errorf("once the digits were typed: %v, exit %d", row, exit)
	}
	if row, exit := s.run("", "accounts"); exit != 0 || row["account"] != "ada" {
		t.Errorf("accounts: %v, exit %d", row, exit)
	}
}

// interrupted stops a set-up once its check code is shown, and returns that.
func (s shell) interrupted(code, origin string) string {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	out, exit := s.startIn(ctx, "7Kq2", "activate", code, "--server", origin, "--yes")
	var checking map[string]string
	if err := json.NewDecoder(out).Decode(&checking); err != nil {
		s.t.Fatal(err)
	}
	stop()
	if got := <-exit; got == 0 {
		s.t.Error("an interrupted set-up ends with 0")
	}
	return checking["check_code"]
}

// locked wants the program to refuse an answer while another one uses the file.
func (s shell) locked(lang, says string) {
	s.t.Helper()
	unlock, err := phone.File(s.state).Lock()
	if err != nil {
		s.t.Fatal(err)
	}
	var errs bytes.Buffer
	exit := run(s.t.Context(), []string{"deny", "--state", s.state, "--lang", lang}, nil, io.Discard, &errs)
	if exit != 4 || !strings.HasPrefix(errs.String(), "keyturn-phone: "+says) {
		s.t.Errorf("while another program uses the file: exit %d, %q", exit, errs.String())
	}
	if err := unlock(); err != nil {
		s.t.Fatal(err)
	}
}

// What is wrong is one line on standard error, in the person's language.
func TestErrorsAreOneLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"a misspelt verb", []string{"aprove"}, 2, `keyturn-phone: unexpected argument aprove`},
		{"no such flag", []string{"accounts", "--pin", "1234"}, 2, `keyturn-phone: unknown flag --pin`},
		{"a server that isn't there", []string{"activate", "7KQM-2XVT-9HRW-4DG8", "--server", "http://localhost:9", "--yes"}, 5, "keyturn-phone: "},
		{"no such language", []string{"accounts", "--lang", "de"}, 2, `keyturn-phone: no language "de": there is en and zh-Hans`},
		{"a slip in the code", []string{"activate", "7KQM-2XVT-9HRW-4DG9", "--server", "http://localhost:9", "--yes"}, 2, "keyturn-phone: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			args := append(tt.args, "--state", filepath.Join(t.TempDir(), "none.json"))
			exit := run(t.Context(), args, nil, &out, &errs)
			if exit != tt.exit || out.Len() > 0 || strings.Count(errs.String(), "\n") != 1 || !strings.HasPrefix(errs.String(), tt.says) {
				t.Errorf("exit %d, out %q, err %q", exit, out.String(), errs.String())
			}
		})
	}
}

// Help has what a script acts on: the exit statuses.
func TestHelpHasTheStatuses(t *testing.T) {
	var out bytes.Buffer
	exit := run(t.Context(), []string{"--help"}, nil, &out, io.Discard)
	if said := strings.Join(strings.Fields(out.String()), " "); exit != 0 || !strings.Contains(said, command.Statuses) {
		t.Errorf("exit %d, without %q:\n%s", exit, command.Statuses, &out)
	}
}

// A PIN is read from a file that this program was given, and from none that it has opened.
func TestOwnDescriptor(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var errs bytes.Buffer
	args := []string{"accounts", "--state", filepath.Join(t.TempDir(), "none.json"), "--pin-fd", fmt.Sprint(f.Fd())}
	if code := run(t.Context(), args, nil, io.Discard, &errs); code != 2 || !strings.HasPrefix(errs.String(), "keyturn-phone: --pin-fd: ") {
		t.Errorf("exit %d, %q", code, errs.String())
	}
}

// A phone without accounts says so in words, and its list has no line; one whose file can't
// be read isn't taken for such a phone.
func TestNoAccounts(t *testing.T) {
	t.Setenv("LANG", "C")
	for _, tt := range []struct {
		name, state string
		exit        int
		says        string
	}{
		{"no file", "", 0, "No accounts yet."},
		{"the last account was removed", `{"origin":"https://id.example.org","devices":[]}`, 0, "No accounts yet."},
		{"a file that is cut", `{"origin":"https://id.exam`, 1, "keyturn-phone: unexpected end of JSON input"},
	} {
		file := filepath.Join(t.TempDir(), "phone.json")
		if tt.state != "" {
			if err := os.WriteFile(file, []byte(tt.state), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, form := range []string{"table", "json"} {
			var out, errs bytes.Buffer
			exit := run(t.Context(), []string{"accounts", "--state", file, "-o", form}, nil, &out, &errs)
			if exit != tt.exit || out.Len() > 0 || form == "table" && !strings.HasPrefix(errs.String(), tt.says) {
				t.Errorf("%s, %s: exit %d, writes %q, says %q", tt.name, form, exit, &out, &errs)
			}
		}
	}
}

// The PIN of a terminal is changed from a script: the current one on the first line,
// the new one on the second.
func TestChangePINInAShell(t *testing.T) {
	w := keyturntest.Start(t)
	ada := w.Person("ada")
	s := shell{t, filepath.Join(t.TempDir(), "phone.json")}
	if _, exit := s.run("7Kq2\nk7#Q", "pin"); exit != 3 {
		t.Errorf("without an account: exit %d, want 3", exit)
	}
	page := w.Browser().SignIn(ada)
	out, exit := s.start("7Kq2", "activate", page.Text("#activation-code"), "--server", w.Origin, "--yes")
	lines := json.NewDecoder(out)
	var checking, active map[string]string
	if err := lines.Decode(&checking); err != nil {
		t.Fatal(err)
	}
	page.Reload().Submit("form#check-code", url.Values{"code": {checking["check_code"]}})
	if err := lines.Decode(&active); err != nil || <-exit != 0 {
		t.Fatalf("activate says %v, %v", active, err)
	}
	for _, tt := range []struct {
		name, typed string
		exit        int
		says        string
	}{
		{"a weak new one", "7Kq2\n1234", 4, ""},
		{"part of the user name", "7Kq2\nada7", 4, ""},
		{"a wrong current one", "wrong1\nk7#Q", 4, "pin_wrong"},
		{"no new one", "7Kq2", 2, ""},
		{"right", "7Kq2\nk7#Q", 0, ""},
		{"the one of before", "7Kq2\n8Wm3", 4, "pin_wrong"},
	} {
		row, exit := s.run(tt.typed, "pin")
		if said, _ := row["error"].(string); exit != tt.exit || said != tt.says || exit == 0 && row["state"] != "changed" {
			t.Errorf("%s: %v, exit %d, want %d", tt.name, row, exit, tt.exit)
		}
	}
	number := w.Browser().SignIn(ada).Text("#number")
	if row, exit := s.run("k7#Q", "approve", "--number", number); exit != 0 || row["state"] != "approved" {
		t.Errorf("approve with the new PIN: %v, exit %d", row, exit)
	}
}

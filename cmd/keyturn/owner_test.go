package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"keyturn/internal/owner"
	"keyturn/locale"
)

// nobody is a user of whom this machine knows nothing.
const nobody = 1987654321

// give is "give FOLDER": makes the folder nobody's, who finds the way to it.
func give(ts *testscript.TestScript, _ bool, args []string) {
	folder := ts.MkAbs(args[0])
	ts.Check(os.Chown(folder, nobody, nobody))
	for up := filepath.Dir(folder); up != filepath.Clean(os.TempDir()) && up != filepath.Dir(up); up = filepath.Dir(up) {
		ts.Check(os.Chmod(up, 0o711))
	}
}

// theirs is "theirs FILE…": the files are nobody's.
func theirs(ts *testscript.TestScript, _ bool, args []string) {
	for _, file := range args {
		if name, of := owner.Of(ts.MkAbs(file)); name != strconv.Itoa(nobody) || of != ts.MkAbs(file) {
			ts.Fatalf("%s is %s's", of, name)
		}
	}
}

// isRoot is the condition "root".
func isRoot(name string) (bool, error) {
	if name != "root" {
		return false, fmt.Errorf("no condition %q", name)
	}
	return os.Geteuid() == 0, nil
}

// Whoever may not open a file is told whose it is, and who they are.
func TestPermissionDeniedNamesBoth(t *testing.T) {
	file, me := "/", owner.User(os.Geteuid())
	want := "/ belongs to root, and this program runs as " + me
	if os.Geteuid() == 0 {
		file, want = t.TempDir(), "belongs to "+strconv.Itoa(nobody)+", and this program runs as root"
		if err := os.Chown(file, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	term := &terminal{words: locale.For(locale.English)}
	if got := term.hint(&fs.PathError{Op: "open", Path: file, Err: fs.ErrPermission}); !strings.Contains(got, want) {
		t.Errorf("hint %q, want %q", got, want)
	}
	if os.Geteuid() != 0 {
		want = "anybody else runs this as root"
		if got := term.hint(&fs.PathError{Op: "open", Path: file, Err: fs.ErrPermission}); !strings.Contains(got, want) || strings.Contains(got, "chown") {
			t.Errorf("hint %q, want %q and no chown of what is the system's", got, want)
		}
	}
	mine := t.TempDir()
	if got := term.hint(&fs.PathError{Op: "open", Path: mine, Err: fs.ErrPermission}); !strings.Contains(got, mine+" belongs to "+me+", as whom") {
		t.Errorf("hint %q, want one that speaks of the mode", got)
	}
}

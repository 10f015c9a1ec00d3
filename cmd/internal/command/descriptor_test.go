//go:build unix

package command_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"keyturn/cmd/internal/command"
)

// A secret is read of a file that this program was given, and of none that it has opened:
// it may be the database.
func TestDescriptor(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := command.Descriptor(f.Fd()).Validate(); err == nil {
		t.Error("a file of this program's own is read")
	}
	given, err := unix.Dup(int(f.Fd())) // as after an exec: nothing closes it there
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(given) }()
	if err := command.Descriptor(given).Validate(); err != nil {
		t.Errorf("a file that was given: %v", err)
	}
}

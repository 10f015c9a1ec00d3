package listen_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"keyturn/internal/listen"
)

// A socket of a server that was killed is replaced; one at which somebody listens isn't.
func TestSocketThatIsThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s")
	other, err := net.ListenUnix("unix", &net.UnixAddr{Name: file, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	other.SetUnlinkOnClose(false)
	if _, err := listen.Open(t.Context(), listen.Socket, file); !listen.InUse(err) {
		t.Errorf("beside another program: %v, want that it is in use", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := listen.Open(t.Context(), listen.Socket, file)
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen.Open(t.Context(), listen.Socket, file); err == nil {
		t.Error("a file that is no socket was replaced")
	}
}

// A118: a link that somebody has put in the place of a socket that was just made gives
// nobody a file elsewhere.
func TestA118SharedSocket(t *testing.T) {
	secret, file := filepath.Join(t.TempDir(), "secret"), filepath.Join(t.TempDir(), "s")
	if err := errors.Join(os.WriteFile(secret, nil, 0o600), os.Symlink(secret, file)); err != nil {
		t.Fatal(err)
	}
	if err := listen.ShareSocket(file); err == nil {
		t.Error("nothing is said of a link")
	}
	if info, err := os.Stat(secret); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file at its end is %v, %v", info.Mode(), err)
	}
}

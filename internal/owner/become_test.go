package owner_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/owner"
)

// nobody is a user of whom this machine knows nothing.
const nobody = 1987654321

// A118: root that works in somebody else's folder follows no link out of it; where root is
// the service, it stays root. Nobody else can become anybody.
func TestA118Become(t *testing.T) {
	if folder := os.Getenv("KEYTURN_TEST_BECOME"); folder != "" { // this is the program
		err := owner.Become(folder, filepath.Join(folder, "key"))
		_, read := os.ReadFile(filepath.Join(folder, "link"))
		fmt.Println("is", os.Geteuid(), os.Getegid(), err, "follows", read == nil)
		return
	}
	me, gid, root := os.Geteuid(), os.Getegid(), os.Geteuid() == 0
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, folder string)
		becomes bool
	}{
		{"nothing is there yet", func(*testing.T, string) {}, true},
		{"its key", func(t *testing.T, folder string) { key(t, folder, 0o600, nobody) }, true},
		{"a key that its group may read", func(t *testing.T, folder string) { key(t, folder, 0o640, 0) }, true},
		{"a key of root's", func(t *testing.T, folder string) { key(t, folder, 0o600, 0) }, false},
		{"a key that is a link", func(t *testing.T, folder string) { link(t, folder, "key") }, true},
		{"root's folder", func(t *testing.T, folder string) { own(t, folder, 0) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			own(t, folder, nobody)
			link(t, folder, "link")
			tt.prepare(t, folder)
			want := fmt.Sprintln("is", me, gid, error(nil), "follows", true)
			if root && tt.becomes {
				want = fmt.Sprintln("is", nobody, nobody, error(nil), "follows", false)
			}
			if got := become(t, folder); !strings.HasPrefix(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// become is what another program says that becomes the owner of a folder.
func become(t *testing.T, folder string) string {
	t.Helper()
	other := exec.Command(os.Args[0], "-test.run=^TestA118Become$")
	other.Env = append(os.Environ(), "KEYTURN_TEST_BECOME="+folder)
	out, err := other.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// own gives a file away, where root runs the test.
func own(t *testing.T, file string, id int) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(file, id, nobody); err != nil {
		t.Fatal(err)
	}
}

func key(t *testing.T, folder string, mode os.FileMode, id int) {
	t.Helper()
	file := filepath.Join(folder, "key")
	if err := os.WriteFile(file, []byte("k"), mode); err != nil {
		t.Fatal(err)
	}
	own(t, file, id)
}

// link is one to a file that only who runs the test may read.
func link(t *testing.T, folder, name string) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(folder, name)); err != nil {
		t.Fatal(err)
	}
}

//go:build unix

package owner_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"keyturn/internal/owner"
)

// nobody is a user of whom this machine knows nothing.
const nobody = 1987654321

// A118: root that works in somebody else's folder follows no link out of it, and stays root
// in a folder that is root's alone. Nobody else can become anybody.
func TestA118Become(t *testing.T) {
	if folder := os.Getenv("KEYTURN_TEST_BECOME"); folder != "" { // this is the program
		err := owner.Become(folder, filepath.Join(folder, "key"))
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = errors.New(filepath.Base(path.Path) + " is hidden")
		} else if errors.Is(err, owner.ErrShared) {
			err = owner.ErrShared
		}
		_, read := os.ReadFile(filepath.Join(folder, "link"))
		groups, _ := os.Getgroups() // else none are shown
		fmt.Println("is", os.Geteuid(), os.Getegid(), groups, err, "follows", read == nil)
		return
	}
	me, gid, root := os.Geteuid(), os.Getegid(), os.Geteuid() == 0
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, folder string)
		becomes bool
		err     error // for root
	}{
		{"nothing is there yet", func(*testing.T, string) {}, true, nil},
		{"its key", func(t *testing.T, folder string) { key(t, folder, 0o600, nobody) }, true, nil},
		{"a key that its group may read", func(t *testing.T, folder string) { key(t, folder, 0o640, 0) }, true, nil},
		{"a key of root's", func(t *testing.T, folder string) { key(t, folder, 0o600, 0) }, true, errors.New("key is hidden")},
		{"a key that is a link", func(t *testing.T, folder string) { link(t, folder, "key") }, true, nil},
		{"root's folder", func(t *testing.T, folder string) { own(t, folder, 0) }, false, nil},
		{"root's folder that its group may write into", func(t *testing.T, folder string) { rooted(t, folder, 0o770) }, false, owner.ErrShared},
		{"root's folder that everybody may write into, sticky or not", func(t *testing.T, folder string) { rooted(t, folder, 0o777|fs.ModeSticky) }, false, owner.ErrShared},
		{"root's folder in one of somebody else's", func(t *testing.T, folder string) { rooted(t, folder, 0o700); own(t, filepath.Dir(folder), nobody) }, false, owner.ErrShared},
		{"root's folder in one that everybody may write into", func(t *testing.T, folder string) { rooted(t, folder, 0o700); rooted(t, filepath.Dir(folder), 0o777) }, false, owner.ErrShared},
		{"root's folder in a sticky one", func(t *testing.T, folder string) {
			rooted(t, folder, 0o700)
			rooted(t, filepath.Dir(folder), 0o777|fs.ModeSticky)
		}, false, nil},
		{"root's folder in a sticky one of somebody else's", func(t *testing.T, folder string) {
			rooted(t, folder, 0o700)
			rooted(t, filepath.Dir(folder), 0o755|fs.ModeSticky)
			own(t, filepath.Dir(folder), nobody)
		}, false, owner.ErrShared},
		{"a link of somebody else's to root's folder, in a sticky one", func(t *testing.T, folder string) { moved(t, folder, nobody) }, false, owner.ErrShared},
		{"a link of root's to root's folder, in a sticky one", func(t *testing.T, folder string) { moved(t, folder, 0) }, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			own(t, folder, nobody)
			link(t, folder, "link")
			tt.prepare(t, folder)
			groups, _ := os.Getgroups()
			want := fmt.Sprintln("is", me, gid, groups, error(nil), "follows", true)
			switch {
			case root && tt.becomes:
				want = fmt.Sprintln("is", nobody, nobody, []int{nobody}, tt.err, "follows", false)
			case root:
				want = fmt.Sprintln("is", me, gid, rootsGroups, tt.err, "follows", true)
			}
			if got := become(t, folder); !strings.HasPrefix(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// rootsGroups are those besides its own that root has before, as of a login: one that may
// read logs and one that may read disks.
var rootsGroups = []int{4, 6}

// become is what another program says that becomes the owner of a folder.
func become(t *testing.T, folder string) string {
	t.Helper()
	other := exec.Command(os.Args[0], "-test.run=^TestA118Become$")
	other.Env = append(os.Environ(), "KEYTURN_TEST_BECOME="+folder)
	if os.Geteuid() == 0 {
		other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Groups: []uint32{4, 6}}}
	}
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

// rooted makes a folder root's, with a mode.
func rooted(t *testing.T, folder string, mode os.FileMode) {
	t.Helper()
	own(t, folder, 0)
	if err := os.Chmod(folder, mode); err != nil {
		t.Fatal(err)
	}
}

// moved puts a link, in a folder where everybody may put one, in the place of a folder that
// root alone can write into.
func moved(t *testing.T, folder string, id int) {
	t.Helper()
	rooted(t, folder, 0o755)
	to := filepath.Join(t.TempDir(), "moved")
	if err := errors.Join(os.Rename(folder, to), os.Symlink(to, folder)); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Lchown(folder, id, nobody); err != nil {
			t.Fatal(err)
		}
	}
	rooted(t, filepath.Dir(folder), 0o777|fs.ModeSticky)
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

// What a server needs outside its folder is missed where the folder's owner can't use it;
// a link within the folder keeps nobody from becoming the owner.
func TestA118Missed(t *testing.T) {
	top := t.TempDir()
	for up := top; up != filepath.Clean(os.TempDir()); up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	at := func(name string) string { return filepath.Join(top, name) }
	for _, folder := range []string{"data", "theirs", "barred", "closed", "shut"} {
		if err := os.Mkdir(at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	own(t, at("data"), nobody)
	own(t, at("theirs"), nobody)
	own(t, at("barred"), nobody)
	for name, mode := range map[string]os.FileMode{"open": 0o644, "hidden": 0, "closed/open": 0o644, "theirs/log": 0o400, "data/hidden": 0, "their-log": 0o400, "their-file": 0} {
		if err := os.WriteFile(at(name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	own(t, at("their-log"), nobody)
	own(t, at("their-file"), nobody)
	for link, to := range map[string]string{"to-open": "open", "to-hidden": "hidden", "to-theirs": "their-file", "to-to-hidden": "theirs/to-hidden", "data/to-hidden": "hidden", "theirs/to-hidden": "hidden"} {
		if err := os.Symlink(at(to), at(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(at("closed"), 0o600), os.Chmod(at("shut"), 0o555), os.Chmod(at("barred"), 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(at("closed"), 0o700) }) // so that it can be removed
	for _, tt := range []struct {
		name, read, add string
		missed          bool
	}{
		{"nothing", "", "", false},
		{"a file that everybody may read", "open", "", false},
		{"a link to it", "to-open", "", false},
		{"a file that the owner may not read", "hidden", "", true},
		{"a link to it", "to-hidden", "", true},
		{"a file that isn't there", "none", "", true},
		{"a file in a folder that the owner may not enter", "closed/open", "", true},
		{"a link within the folder, to what the owner may not read", "data/to-hidden", "", false},
		{"a file that nobody may read within the folder", "data/hidden", "", false},
		{"a log within the folder", "", "data/log", false},
		{"a log in a folder that isn't the owner's", "", "shut/log", true},
		{"a new log in a folder of the owner's", "", "theirs/new", false},
		{"a link that the owner can have put in the place of a log", "", "theirs/to-hidden", false},
		{"a log that is there and not the owner's, in a folder of the owner's", "", "theirs/log", false},
		{"a log of the owner's, in a folder where the owner makes none", "", "their-log", true},
		{"a new log in a folder of the owner's, who has taken the right to write from it", "", "barred/log", false},
		{"a file of the owner's, who has taken the right to read from it", "their-file", "", false},
		{"a link to it", "to-theirs", "", false},
		{"a file of root's in a folder of the owner's", "theirs/log", "", false},
		{"a link of the owner's to what the owner may not read", "theirs/to-hidden", "", false},
		{"a link to that", "to-to-hidden", "", false},
	} {
		read, add := tt.read, tt.add
		if read != "" {
			read = at(read)
		}
		if add != "" {
			add = at(add)
		}
		got := owner.Needs{Read: []string{read}, Add: []string{add}}.Missed(at("data"))
		missed := tt.missed && os.Geteuid() == 0 // else all is the owner's, who runs the test
		if (got != "") != missed || got != "" && got != read && got != add {
			t.Errorf("%s: misses %q, want %t", tt.name, got, missed)
		}
	}
}

// A125: root works by no settings that others can change, nor by a name that others can have
// lead to others; whoever isn't root asks nobody.
func TestA125Alone(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, folder, file string)
		shared  bool
	}{
		{"root's", func(*testing.T, string, string) {}, false},
		{"root's, which its group may write", func(t *testing.T, _, file string) { rooted(t, file, 0o660) }, true},
		{"somebody else's", func(t *testing.T, _, file string) { own(t, file, nobody) }, true},
		{"root's in somebody else's folder", func(t *testing.T, folder, _ string) { own(t, folder, nobody) }, true},
		{"none any more, in somebody else's folder", func(t *testing.T, folder, file string) { own(t, folder, nobody); _ = os.Remove(file) }, true},
		{"none, in root's folder", func(_ *testing.T, _, file string) { _ = os.Remove(file) }, false},
		{"none, and no folder", func(_ *testing.T, folder, _ string) { _ = os.RemoveAll(folder) }, false},
	} {
		folder := filepath.Join(t.TempDir(), "etc")
		file := filepath.Join(folder, "settings")
		if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(file, nil, 0o640)); err != nil {
			t.Fatal(err)
		}
		tt.prepare(t, folder, file)
		if err := owner.Alone(file); errors.Is(err, owner.ErrShared) != (tt.shared && os.Geteuid() == 0) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

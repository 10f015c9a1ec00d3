// Package owner knows whose files are. What root makes beside the data of a service,
// such as the database by the first "keyturn account add", the service has to open.
package owner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
)

// ErrShared says that root won't work in a folder of root's, since others can put a link
// into it, or another folder in its place, nor by settings that others can change. The folder
// in which they can follows, or the file.
var ErrShared = errors.New("others than root may write where root would work")

// Give gives a file that this program has just made, and nobody else can have put
// there, to the owner and the group of its folder. It does nothing unless root calls:
// nobody else may give files away.
func Give(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, ok := ids(filepath.Dir(f.Name()))
	if !ok || uid == 0 {
		return nil
	}
	return f.Chown(uid, gid)
}

// Become makes root the owner of a folder, until this program ends, so that whoever owns
// the folder can't have root follow a link out of it: SQLite opens its files by name, and
// writes copies by name. Attack A118. It does nothing unless root calls, and in a folder that
// is root's alone. The error is ErrShared for a folder of root's that isn't, and an
// fs.PathError if one of the files that are needed is there and hidden from the owner: which
// file is there is up to the owner, so it is no reason to stay root.
func Become(folder string, needed ...string) error {
	if !Foreign(folder) {
		return nil
	}
	uid, gid, _ := ids(folder)
	if uid == 0 {
		return fmt.Errorf("%w: %s", ErrShared, exposed(folder))
	}
	all := groups(uid, gid)
	var hidden error
	for _, file := range needed {
		if hidden == nil && hides(file, uid, all) {
			hidden = &fs.PathError{Op: "open", Path: file, Err: fs.ErrPermission}
		}
	}
	return errors.Join(become(uid, all), hidden)
}

// Foreign reports whether root calls and a folder isn't root's alone: it is somebody else's,
// or others can put something into it or in its place.
func Foreign(folder string) bool {
	if os.Geteuid() != 0 {
		return false
	}
	uid, _, ok := ids(folder)
	return ok && uid != 0 || exposed(folder) != ""
}

const mostLinks = 40 // as many as Linux follows

// Led returns the file to which root's own links lead from a file that root works on: there
// root works. A link in a folder that isn't root's alone leads nowhere, since it is up to others.
func Led(file string) string {
	for range mostLinks {
		to, err := os.Readlink(file)
		if err != nil || os.Geteuid() != 0 || Foreign(filepath.Dir(file)) {
			break
		}
		folder, err := filepath.EvalSymlinks(filepath.Dir(file))
		if err != nil {
			break
		}
		if file = to; !filepath.IsAbs(to) {
			file = filepath.Join(folder, to)
		}
	}
	return file
}

// Alone returns ErrShared if root calls and others can change what root reads in a file, such
// as where root writes. Attack A125. So they can where one isn't there that they may have put
// there, and taken away once it was read.
func Alone(file string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if found := exposed(file); found != "" {
		return fmt.Errorf("%w: %s", ErrShared, found)
	}
	return nil
}

// Needs are what a program that stays needs outside its folder.
type Needs struct {
	Read []string // files, also when they are renewed
	Add  []string // files that it makes, or adds to
}

// Missed returns the first of them that the owner of a folder can't use, or "". What the
// owner can take from itself isn't looked at: what is within the folder, is the owner's, or
// is in another folder of theirs, nor where a link leads that is in the place of what is
// added to. A mode or a link that was put there would keep root from becoming the owner.
// Access that isn't by mode counts as none.
func (n Needs) Missed(folder string) string {
	uid, gid, ok := ids(folder) // nobody's: root alone can use what everybody can
	if ok && uid == 0 {
		return "" // root can use everything
	}
	all := groups(uid, gid)
	may := func(path string, mode fs.FileMode) bool {
		return path == "" || within(folder, path) || sways(path, uid, all) || uses(path, mode, uid, all)
	}
	for _, file := range n.Read {
		if !may(file, 0o4) {
			return file
		}
	}
	for _, file := range n.Add {
		info, err := os.Lstat(file)
		there := err == nil && info.Mode().Type() != fs.ModeSymlink
		if file != "" && (!may(filepath.Dir(file), 0o3) || there && !may(file, 0o2)) {
			return file
		}
	}
	return ""
}

// within reports whether a path is that of a folder or of something in it.
func within(folder, path string) bool {
	folder, err1 := filepath.Abs(folder)
	path, err2 := filepath.Abs(path)
	rest, err3 := filepath.Rel(folder, path)
	return errors.Join(err1, err2, err3) == nil && filepath.IsLocal(rest)
}

// uses reports whether a user may do with a path what the three bits of a mode say, and
// find the way to it. What isn't there is nobody's to use.
func uses(path string, mode fs.FileMode, uid int, groups []int) bool {
	path, err := filepath.EvalSymlinks(path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	for ; err == nil && allows(path, mode, uid, groups); path, mode = filepath.Dir(path), 0o1 {
		if path == filepath.Dir(path) {
			return true
		}
	}
	return false
}

// groups returns those of a user, its own first, and the one of the folder; that one alone
// for a user of whom this machine knows nothing.
func groups(uid, gid int) []int {
	var all []int
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		ids, _ := u.GroupIds() // without them there is the first
		for _, id := range append([]string{u.Gid}, ids...) {
			if n, err := strconv.Atoi(id); err == nil && !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	if !slices.Contains(all, gid) {
		all = append(all, gid)
	}
	return all
}

// Of returns who owns a file, not what a link leads to, or, where that can't be told, the
// folder that hides it, and the name of that file or folder. name is empty if nothing can
// be told.
func Of(file string) (name, of string) {
	for file = filepath.Clean(file); ; file = filepath.Dir(file) {
		if uid, ok := linkID(file); ok {
			return User(uid), file
		}
		if file == filepath.Dir(file) {
			return "", file
		}
	}
}

// User returns the name of a user, or the number of one that has none.
func User(uid int) string {
	number := strconv.Itoa(uid)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return number
}

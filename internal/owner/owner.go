// Package owner knows whose files are. What root makes beside the data of a service,
// such as the database by the first "keyturn account add", the service has to open.
package owner

import (
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
)

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
// writes copies by name. Attack A118. It does nothing unless root calls, or if one of the
// files that are needed is there and hidden from that user: then root is the service.
func Become(folder string, needed ...string) error {
	uid, gid, ok := ids(folder)
	if os.Geteuid() != 0 || !ok || uid == 0 {
		return nil
	}
	all := groups(uid, gid)
	for _, file := range needed {
		if hides(file, uid, all) {
			return nil
		}
	}
	return become(uid, all)
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

// Of returns who owns a file or, where that can't be told, the folder that hides it,
// and the name of that file or folder. name is empty if nothing can be told.
func Of(file string) (name, of string) {
	for file = filepath.Clean(file); ; file = filepath.Dir(file) {
		if uid, _, ok := ids(file); ok {
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

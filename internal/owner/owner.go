// Package owner knows whose files are. What root makes beside the data of a service,
// such as the database by the first "keyturn account add", the service has to open.
package owner

import (
	"os"
	"os/user"
	"path/filepath"
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

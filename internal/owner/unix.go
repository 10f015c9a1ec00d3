//go:build unix

package owner

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// ids returns the owner and the group of a file.
func ids(file string) (uid, gid int, ok bool) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(s.Uid), int(s.Gid), true
}

// hides reports whether a file is there and a user may not read it. Where a link leads,
// whoever opens it finds out.
func hides(file string, uid int, groups []int) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode().Type() == 0 && !grants(info, 0o4, uid, groups)
}

// allows reports whether a user may do with a file or a folder what three bits say.
func allows(path string, mode fs.FileMode, uid int, groups []int) bool {
	info, err := os.Stat(path)
	return err == nil && grants(info, mode, uid, groups)
}

// grants reports whether the mode of a file has three bits for a user.
func grants(info fs.FileInfo, mode fs.FileMode, uid int, groups []int) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && int(s.Uid) == uid:
		mode <<= 6
	case ok && slices.Contains(groups, int(s.Gid)):
		mode <<= 3
	}
	return info.Mode()&mode == mode
}

// become is for all threads, and there is no way back.
func become(uid int, groups []int) error {
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("groups of the data's owner: %w", err)
	}
	if err := syscall.Setgid(groups[0]); err != nil {
		return fmt.Errorf("group of the data's owner: %w", err)
	}
	if err := syscall.Setuid(uid); err != nil {
		return fmt.Errorf("owner of the data: %w", err)
	}
	return nil
}

//go:build unix

package owner

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// linkID returns the owner of a file, of a link itself if it is one.
func linkID(file string) (uid int, ok bool) {
	info, err := os.Lstat(file)
	if err != nil {
		return 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), true
}

// exposed returns the folder in which others than root can make a name in a folder, or the
// folder's own name, lead elsewhere; "" if there is none. Of a file it is also the file itself,
// if they can write it.
func exposed(folder string) string {
	path, err := filepath.Abs(folder)
	if err != nil {
		return folder // nothing is known of it
	}
	others := hand{owns: func(uid int) bool { return uid != 0 }, writes: func(info fs.FileInfo) bool { return info.Mode()&0o022 != 0 }}
	if found := others.turned(path, mostLinks); found != "" {
		return found
	}
	if info, err := os.Stat(path); err == nil && others.has(info) {
		return folder
	}
	return ""
}

// sways reports whether it is up to a user what a path leads to, or with which mode.
func sways(path string, uid int, groups []int) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	user := hand{owns: func(other int) bool { return other == uid }, writes: func(info fs.FileInfo) bool { return grants(info, 0o2, uid, groups) }}
	there, _, ok := ids(path)
	return ok && there == uid || user.turned(path, mostLinks) != ""
}

// A hand is that of users who may be able to turn a path elsewhere.
type hand struct {
	owns   func(uid int) bool     // whether a user is one of them
	writes func(fs.FileInfo) bool // whether they may write, by the mode of a file or folder
}

// has reports whether they may write into a folder, or say who may. Where it has a list of
// rights (ACL), the group's bits are the most that the list gives.
func (h hand) has(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return !ok || h.owns(int(s.Uid)) || h.writes(info)
}

// keeps reports whether a folder is sticky: nobody can rename what is somebody else's there,
// but whoever owns the folder.
func (h hand) keeps(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && !h.owns(int(s.Uid)) && info.Mode()&fs.ModeSticky != 0
}

// turned returns the first folder in which they can turn a path elsewhere, by links too,
// or "".
func (h hand) turned(path string, links int) string {
	folder := filepath.Dir(path)
	if folder == path {
		return ""
	}
	if found := h.turned(folder, links); found != "" {
		return found
	}
	in, err := os.Stat(folder)
	if err != nil {
		return "" // neither is the path
	}
	uid, ok := linkID(path)
	if h.has(in) && (!h.keeps(in) || !ok || h.owns(uid)) {
		return folder
	}
	return h.follow(folder, path, links)
}

// follow is turned for where a link in a folder leads, and "" for what is no link.
func (h hand) follow(folder, path string, links int) string {
	to, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	if links == 0 {
		return folder
	}
	if !filepath.IsAbs(to) {
		real, err := filepath.EvalSymlinks(folder)
		if err != nil {
			return folder
		}
		to = filepath.Join(real, to)
	}
	return h.turned(filepath.Clean(to), links-1)
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

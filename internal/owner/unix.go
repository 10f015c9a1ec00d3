//go:build unix

package owner

import (
	"os"
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

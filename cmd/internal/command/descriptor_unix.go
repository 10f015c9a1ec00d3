//go:build unix

package command

import "golang.org/x/sys/unix"

// inherited reports whether a file descriptor is open and came from the program that
// started this one. All that Go opens closes at exec, and what came through an exec doesn't.
func inherited(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC == 0
}

//go:build !unix

package command

// inherited reports whether a file descriptor may have come from the program that started
// this one. Here nobody can say.
func inherited(fd int) bool { return fd >= 0 }

// Package command has what the command lines of both programs share: how kong ends one, how
// a question is asked, and a secret that comes on a file descriptor.
package command

import "github.com/alecthomas/kong"

// Statuses are the exit statuses of both programs, as their help lists them. They are promised
// by docs/release.md.
const Statuses = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused, 5 no server answers."

// ended is what kong panics with where it would end the process.
type ended struct{ code int }

// Run returns what f returns, or the exit status with which kong has ended it: it has printed
// the help or the version. f hands its option to kong.
func Run(f func(exit kong.Option) int) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case ended:
			code = r.code
		default:
			panic(r)
		}
	}()
	return f(kong.Exit(func(n int) { panic(ended{n}) }))
}

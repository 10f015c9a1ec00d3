// Package build says which version this program is. docs/release.md says who gives it one.
package build

import (
	"runtime/debug"
	"strings"
)

// release is what a release is built with: -ldflags "-X keyturn/cmd/internal/build.release=0.1.0".
var release string

// unknown is the version of a program that was built outside of a repository.
const unknown = "0.0.0-devel"

// Version is that of a release, such as "0.1.0". Of another build it is what Go makes of the
// repository, such as "0.1.1-0.20261201005518-6fffd3b1a2b3+dirty": it comes after the newest
// tag and before the next, and +dirty has changes that no commit has. Both are Semantic
// Versioning 2.0.0.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version(release, "")
	}
	return version(release, info.Main.Version)
}

func version(release, module string) string {
	switch module = strings.TrimPrefix(module, "v"); {
	case release != "":
		return release
	case module == "", module == "(devel)":
		return unknown
	}
	return module
}

// Revision is the commit that this program was built from; empty if that isn't known.
func Revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return ""
}

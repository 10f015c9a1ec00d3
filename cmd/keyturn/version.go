package main

import (
	"runtime"

	"keyturn/cmd/internal/build"
)

// versionCmd is "keyturn version".
type versionCmd struct{}

// Run prints what this program was built from.
func (versionCmd) Run(t *terminal) error {
	v := map[string]string{"version": build.Version(), "go": runtime.Version(), "revision": build.Revision()}
	return t.print(v, "Keyturn "+build.Version())
}

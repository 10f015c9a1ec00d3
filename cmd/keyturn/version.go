package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd is "keyturn version".
type versionCmd struct{}

// Run prints what this program was built from.
func (versionCmd) Run(t *terminal) error {
	v := map[string]string{"version": version, "go": runtime.Version(), "revision": ""}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v["revision"] = s.Value
			}
		}
	}
	return t.print(v, fmt.Sprintf("Keyturn %s", version))
}

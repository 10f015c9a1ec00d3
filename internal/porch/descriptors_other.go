//go:build !unix

package porch

import "math"

// descriptors is how many files and connections this process may have open: as many
// as memory allows.
func descriptors() int { return math.MaxInt32 }

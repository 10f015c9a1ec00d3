package command

import "fmt"

// A Descriptor is an open file that whoever started this program gave it, to read a secret
// from; negative: none.
type Descriptor int

// Validate is called by kong if one was named, before this program opens anything that
// stays open. What it has opened itself it never reads a secret from: that would be bytes
// of a database, which others have too.
func (d Descriptor) Validate() error {
	if !inherited(int(d)) {
		return fmt.Errorf("this program wasn't started with file descriptor %d, such as by %[1]d<FILE", int(d))
	}
	return nil
}

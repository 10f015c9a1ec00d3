package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"keyturn/internal/owner"
)

// Open reads the keyset file, and makes it if it isn't there: mode 0600, whole
// or not at all. Of several programs that make it at the same moment one wins,
// and all get its key. The folder has to exist.
func Open(file string) (*Box, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := Make(file); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	b, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, file)
	}
	return b, nil
}

// Make writes a fresh keyset to file, durably, unless there is one: made says
// which. It belongs to the folder's owner. A key that was used and is lost takes all secrets with it, so an
// existing file is never written to.
func Make(file string) (made bool, err error) {
	text, err := generate()
	if err != nil {
		return false, err
	}
	part, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return false, fmt.Errorf("seal: %w", err)
	}
	defer os.Remove(part.Name())
	_, err = part.Write(text)
	if err := errors.Join(err, owner.Give(part), part.Sync(), part.Close()); err != nil {
		return false, fmt.Errorf("seal: %w", err)
	}
	// A link fails if somebody was first; a rename would overwrite their key.
	if err := os.Link(part.Name(), file); errors.Is(err, fs.ErrExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("seal: %w", err)
	}
	return true, sync(filepath.Dir(file))
}

// sync makes the name of a new file in a folder outlast a power cut.
func sync(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

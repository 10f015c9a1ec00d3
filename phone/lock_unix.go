//go:build unix && !aix && !solaris

package phone

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Lock implements [Locker]. The lock is on a file beside the state, which is replaced
// each time that it is kept.
func (f File) Lock() (unlock func() error, err error) {
	if err := os.MkdirAll(filepath.Dir(string(f)), 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(string(f)+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrInUse
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Close, nil // which lets go of it
}

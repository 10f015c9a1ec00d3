package devicetest

import (
	"errors"
	"sync/atomic"

	"keyturn/internal/seal"
)

// ErrOutage is what a Box returns that is out of reach.
var ErrOutage = errors.New("devicetest: the key service is down")

// A Box closes and opens as its inner one does, until its keys are out of reach.
type Box struct {
	*seal.Box
	Down atomic.Bool
}

// Open opens what was sealed for a place, or fails with ErrOutage.
func (b *Box) Open(place string, sealed []byte) ([]byte, error) {
	if b.Down.Load() {
		return nil, ErrOutage
	}
	return b.Box.Open(place, sealed)
}

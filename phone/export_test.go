package phone

import (
	"context"
	"time"
)

// Pausing makes the phone wait by another clock.
func (p *Phone) Pausing(f func(context.Context, time.Duration) error) { p.pause = f }

package notice

import "context"

// Next sends one letter, for tests that need no worker.
func (c *Courier) Next(ctx context.Context) bool { return c.next(ctx) }

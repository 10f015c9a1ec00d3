// Package hint is how waiting works: who waits for something listens for hints that it
// may have changed, and looks again. A hint may be lost, late or repeated. The store has
// the truth; a lost hint costs time, never correctness.
package hint

// A Bus carries hints from whoever makes a change to whoever waits for one, also on
// another node. What a hint is about is named by its id: a request, an activation, or an
// account, for everything that its phones see. It is safe for concurrent use.
type Bus interface {
	// Wake gives a hint to everyone who listens about id. It never blocks.
	Wake(id string)

	// Listen returns a channel that gets a value after a Wake of id, and what ends the
	// listening. Several wakes may be one value.
	Listen(id string) (hints <-chan struct{}, stop func())
}

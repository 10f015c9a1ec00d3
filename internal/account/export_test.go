package account

import (
	"context"

	"keyturn/internal/argon2"
)

// Matches is matches, for tests.
func Matches(phc Hash, secret string) (bool, error) { return matches(&argon2.Memory{}, phc, secret) }

// HashOf is hash, and LightHashOf that of a light service, for tests.
func HashOf(secret string) Hash      { return full.hash(&argon2.Memory{}, secret) }
func LightHashOf(secret string) Hash { return light.hash(&argon2.Memory{}, secret) }

// Compared is the hash that a password for a name is compared with, for tests.
func (s *Service) Compared(ctx context.Context, name string) Hash {
	a, _, _ := s.meant(ctx, name)
	return hashes{s}.comparedWith(a)
}

// IsCommon and Plain are listed and plain, for tests.
var (
	IsCommon = listed
	Plain    = plain
)

// Waiting is how many wait for a place, of everybody and of those that have a kept one.
func (s *Service) Waiting() (all, kept int) {
	s.once.Do(func() { s.gate = newGate(s.Hashes) })
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return len(s.gate.queues[forAll]), len(s.gate.queues[forKept])
}

// Inside is how many places are taken, of Hashes.
func (s *Service) Inside() int {
	s.once.Do(func() { s.gate = newGate(s.Hashes) })
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return s.Hashes - s.gate.places
}

// Resting is how many memories are at rest.
func (s *Service) Resting() int {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return len(s.gate.memories)
}

// Rest is what happens a while after the last hash.
func (s *Service) Rest() { s.gate.forget() }

package account

import "keyturn/internal/argon2"

// Matches is matches, for tests.
func Matches(phc, secret string) (bool, error) { return matches(&argon2.Memory{}, phc, secret) }

// Hash is hash, for tests.
func Hash(secret string) string { return hash(&argon2.Memory{}, secret) }

// Listed and Plain are listed and plain, for tests.
var (
	Listed = listed
	Plain  = plain
)

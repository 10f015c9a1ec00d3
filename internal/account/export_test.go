package account

// Matches is matches, for tests.
func Matches(phc, secret string) (bool, error) { return matches(phc, secret) }

// Hash is hash, for tests.
func Hash(secret string) string { return hash(secret) }

package bus

// Listened counts what somebody listens about.
func (l *Local) Listened() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.listen)
}

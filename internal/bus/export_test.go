package bus

// Topics counts those that somebody listens to.
func (l *Local) Topics() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.listen)
}

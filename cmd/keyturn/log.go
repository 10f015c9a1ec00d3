package main

import (
	"io"
	"os"
	"sync"

	"keyturn/internal/config"
)

// A logFile is where the server's lines go. Programs that rotate logs move it away and
// say so. It is safe for concurrent use.
type logFile struct {
	name string

	mu sync.Mutex
	to io.Writer
}

// openLog opens the log of the settings; without a name lines go to other.
func openLog(name string, other io.Writer) (*logFile, error) {
	l := &logFile{name: name, to: other}
	return l, l.again()
}

// again goes on in the file that has the name now. If there can't be one, lines go
// where they went before.
func (l *logFile) again() error {
	if l.name == "" {
		return nil
	}
	f, err := os.OpenFile(l.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return &config.Fault{Key: "log.file", Text: err.Error(), Err: err}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.to.(*os.File); ok && old.Name() == l.name {
		_ = old.Close() // each line was written
	}
	l.to = f
	return nil
}

// Write implements [io.Writer]. One call is one line, which is written at once.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

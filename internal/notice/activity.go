package notice

import (
	"context"
	"time"
)

// What a person can look back on, and how long it is kept.
const (
	LooksBack = 30 * 24 * time.Hour
	Kept      = 90 * 24 * time.Hour // what people were told
)

// Shows are the parts of an account's history.
const (
	ShowAll      = "all"
	ShowApproved = "approved"
	ShowDenied   = "denied"
	ShowFailed   = "failed"
	ShowSecurity = "security" // what people were told
)

// A Line is one thing that happened to an account: a request, or what people were told.
type Line struct {
	Told            // Kind is empty for a request
	ID       string // of the request; empty otherwise
	State    string // of the request, with its deadline looked at
	App      string
	Action   string
	Message  string
	Browser  string
	Reported bool // the person has said that it wasn't them
}

// A Query asks for a page of an account's history.
type Query struct {
	Account string
	Show    string
	At      time.Time // now
	Since   time.Time
	Skip    int
	Most    int
}

// A History keeps what happened. The store implements it.
type History interface {
	// Activity returns lines of an account, newest first.
	Activity(ctx context.Context, q Query) ([]Line, error)
}

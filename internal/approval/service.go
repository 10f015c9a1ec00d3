package approval

import (
	"context"
	"time"

	"keyturn"
	"keyturn/internal/audit"
	"keyturn/internal/hint"
	"keyturn/internal/policy"
)

// A Service is the life of requests. Its fields are set once, before use; it is
// safe for concurrent use.
type Service struct {
	Origin  string // of the server, such as "https://id.example.org"
	Store   Store
	Pushes  Pushes
	Ringer  Ringer // nil: no pushes are sent
	Devices Devices
	Seal    Seal
	Bus     hint.Bus
	Notices Notices // nil: phones are told nothing
	Number  policy.Number
	Limits  policy.Limits
	Now     func() time.Time
}

// Seal closes secrets for one place and opens them there. Package seal implements it.
type Seal interface {
	Seal(place string, secret []byte) ([]byte, error)
	Open(place string, sealed []byte) ([]byte, error)
}

// Notices are what phones are told besides requests. The store implements it.
type Notices interface {
	// Notices returns what a device was told and the person has not answered there,
	// newest first.
	Notices(ctx context.Context, device string, at time.Time) ([]keyturn.Notice, error)
}

// unknown is the state of a request that is not the caller's, or of no request.
const unknown State = "unknown"

// At returns the state of a request at a time: a deadline that has passed ends
// it, whether or not anybody has written that down. Attack A47.
func (r Request) At(now time.Time) State {
	if (r.State == Waiting || r.State == Approved) && !now.Before(r.Expires) {
		return Expired
	}
	return r.State
}

// Watch returns a channel of hints that a request has changed, and what ends the
// watching.
func (s *Service) Watch(id string) (hints <-chan struct{}, stop func()) {
	return s.Bus.Listen(id)
}

// wake tells the browser that waits for a request and the account's phones to
// look again.
func (s *Service) wake(r Request) {
	s.Bus.Wake(r.ID)
	s.Bus.Wake(r.Account)
}

// about is an event about a request. Its user says what happened.
func (s *Service) about(r Request) audit.Event {
	return audit.Event{At: s.Now(), Account: r.Account, Device: r.Device, Subject: r.ID}
}
